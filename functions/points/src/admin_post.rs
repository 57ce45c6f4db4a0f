//! `POST /admin/members/{id}/points`: the operator credits points to a member, or spends them.

use axum::extract::State;
use serde::Serialize;
use shared::{
    app::App,
    domain::actor::Actor,
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::{BodyParams, Params},
    },
    rules::points::post::{self, PostError},
    store::ledger::entries::Order,
    wire::youhaosuda::Field,
};

use crate::{
    admin::{NO_MEMBER, Named},
    response::Detail,
};

const KEY: Field = Field::new("key", "幂等键");
const POINT: Field = Field::new("point", "积分");
const DESC: Field = Field::new("desc", "说明");

/// The most points that one entry credits or spends.
const MOST: i64 = 1_000_000_000;

fn read(params: &Params, actor: Actor) -> Result<Order, ApiError> {
    let key = KEY.required(params)?;
    let key = (key.parse()).map_err(|_| KEY.refusal("须为1-64个可见ASCII字符"))?;
    let point = POINT.required(params)?;
    let point: Option<i64> = point.parse().ok().filter(|_| !point.starts_with('+'));
    let point = point.filter(|point| *point != 0 && (-MOST..=MOST).contains(point));
    let point = point.ok_or_else(|| POINT.refusal("须为±1000000000以内的非零整数"))?;
    let desc = DESC.required(params)?;
    if desc.chars().count() > 200 {
        return Err(DESC.refusal("长度须为1-200个字符"));
    }
    let desc = desc.to_owned();
    Ok(Order {
        key,
        point,
        desc,
        actor,
    })
}

/// What was written.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Posted {
    entry: Detail,
    /// What could be spent once the entry was written: the same however often it is asked for.
    balance: i64,
}

pub(crate) async fn handler(
    State(app): State<App>,
    Named { id, actor }: Named,
    params: Result<BodyParams, ApiError>,
) -> Result<Flat<Posted>, ApiError> {
    let BodyParams(params) = params?;
    let order = read(&params, actor)?;
    let posted = post::post(&app, id, &order).await;
    let entry = posted.map_err(|error| match error {
        PostError::KeyUsed => KEY.refusal("已用于内容不同的积分记录"),
        PostError::TooFew(few) => ApiError::refused("积分不足").with_balance(few.balance),
        PostError::NoMember => ApiError::refused(NO_MEMBER),
        PostError::Store(error) => error.into(),
    })?;
    Ok(envelope::youhaosuda(Posted {
        balance: entry.balance,
        entry: entry.into(),
    }))
}

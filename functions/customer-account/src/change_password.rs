//! `POST /api/v1/account/change_password`: 顾客修改密码.

use axum::{extract::State, response::IntoResponse};
use shared::{
    app::App,
    config::Config,
    domain::{client_address::ClientAddress, member::Member, password::Password},
    http::{
        cookie, envelope,
        error::ApiError,
        params::{AnyParams, Params},
    },
    rules::{
        caller::Authenticated,
        change_password::{self, ChangeError},
    },
    wire::youhaosuda::{self, Field},
};

const PASSWORD_OLD: Field = Field::new("password_old", "当前密码");

struct Request {
    old: Password,
    new: Password,
}

impl Request {
    fn read(params: &Params, config: &Config, member: &Member) -> Result<Self, ApiError> {
        let old = PASSWORD_OLD.required(params)?;
        let names: Vec<_> = member.logins().map(|name| name.key()).collect();
        Ok(Self {
            old: Password::attempt(old),
            new: youhaosuda::new_password(params, config, &names)?,
        })
    }
}

pub(crate) async fn handler(
    State(app): State<App>,
    address: ClientAddress,
    caller: Authenticated,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request { old, new } = Request::read(&params, &app.config, &caller.member)?;
    let changed = change_password::change_password(&app, address, &caller, old, new).await;
    changed.map_err(|error| match error {
        ChangeError::WrongPassword => PASSWORD_OLD.refusal("不正确"),
        ChangeError::TooMany { until } => ApiError::too_many(app.clock.now(), until),
        ChangeError::SessionEnded => ApiError::not_logged_in(),
        ChangeError::Fault(fault) => fault.into(),
    })?;
    Ok((cookie::take_back(&app.config), envelope::youhaosuda(())))
}

//! `GET /admin/members/{id}/points`: the operator reads a member's ledger, with the parameters and
//! the answer of `reward_point_details`.

use axum::extract::State;
use shared::{
    app::App,
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::AnyParams,
    },
    rules::points::page,
};

use crate::{
    admin::{NO_MEMBER, Named},
    query,
    response::Details,
};

pub(crate) async fn handler(
    State(app): State<App>,
    Named { id, .. }: Named,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let AnyParams(params) = params?;
    let query = query::read(&params)?;
    let page = page::page_of(&app, id, query).await?;
    let page = page.ok_or_else(|| ApiError::refused(NO_MEMBER))?;
    Ok(envelope::youhaosuda(Details::new(page, query)))
}

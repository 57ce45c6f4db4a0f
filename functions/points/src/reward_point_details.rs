//! `POST` and `GET /api/v1/account/reward_point_details`: 获取当前账户积分详细信息.

use axum::extract::State;
use shared::{
    app::App,
    http::{
        envelope::{self, Flat},
        error::ApiError,
        params::AnyParams,
    },
    rules::{
        caller::{self, UnverifiedTokens},
        points::page,
    },
};

use crate::{query, response::Details};

pub(crate) async fn handler(
    State(app): State<App>,
    tokens: UnverifiedTokens,
    params: Result<AnyParams, ApiError>,
) -> Result<Flat<Details>, ApiError> {
    let query = match params.and_then(|AnyParams(params)| query::read(&params)) {
        Ok(query) => query,
        // Whether the caller is logged in is answered before what is wrong with the parameters.
        Err(error) => {
            caller::authenticate(&app, tokens).await?;
            return Err(error);
        }
    };
    let page = page::own_page(&app, tokens, query).await?;
    Ok(envelope::youhaosuda(Details::new(page, query)))
}

//! `POST /v2/customer/account/logout` and `POST /api/v1/account/logout`: 退出登录, 顾客登出. Neither
//! takes a parameter, but a body that cannot be read is refused, as everywhere.

use axum::{extract::State, response::IntoResponse};
use shared::{
    app::App,
    http::{
        cookie,
        envelope::{self, Ok200},
        error::ApiError,
        params::{AnyParams, BodyParams},
    },
    rules::{caller::UnverifiedTokens, logout},
};

pub(crate) async fn rageframe(
    State(app): State<App>,
    tokens: UnverifiedTokens,
    _: BodyParams,
) -> Result<Ok200<[(); 0]>, ApiError> {
    logout::logout(&app, tokens).await?;
    Ok(envelope::rageframe_saying("退出成功", [], app.clock.now()))
}

pub(crate) async fn youhaosuda(
    State(app): State<App>,
    tokens: UnverifiedTokens,
    _: AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    logout::logout(&app, tokens).await?;
    Ok((cookie::take_back(&app.config), envelope::youhaosuda(())))
}

//! `POST /v2/customer/account/logout` and `POST /api/v1/account/logout`: 退出登录, 顾客登出. Neither
//! takes a parameter, but a body that cannot be read is refused, as everywhere.

use axum::{extract::State, response::IntoResponse};
use shared::{
    app::App,
    auth::Presented,
    cookie,
    envelope::{self, Ok200},
    error::ApiError,
    params::{AnyParams, BodyParams},
};

pub(crate) async fn rageframe(
    State(app): State<App>,
    presented: Presented,
    _: BodyParams,
) -> Result<Ok200<[(); 0]>, ApiError> {
    end(&app, &presented).await?;
    Ok(envelope::rageframe_saying("退出成功", [], app.clock.now()))
}

pub(crate) async fn youhaosuda(
    State(app): State<App>,
    presented: Presented,
    _: AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    end(&app, &presented).await?;
    Ok((cookie::take_back(&app.config), envelope::youhaosuda(())))
}

/// Ends the session in one write, without reading it or its member first.
async fn end(app: &App, presented: &Presented) -> Result<(), ApiError> {
    let (digest, now) = (presented.token.digest(), app.clock.now());
    if app.store.log_out(&presented.key, &digest, now).await? {
        Ok(())
    } else {
        Err(presented.refusal(app))
    }
}

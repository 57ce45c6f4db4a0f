//! `POST /v2/customer/account/refresh`: 重置令牌.

use axum::extract::State;
use shared::{
    app::App,
    client::ClientAddress,
    envelope::{self, Ok200},
    error::ApiError,
    params::BodyParams,
    rageframe::{MemberV1, RefreshRequest, Session},
    rules::refresh,
};

pub(crate) async fn handler(
    State(app): State<App>,
    address: ClientAddress,
    BodyParams(params): BodyParams,
) -> Result<Ok200<Session<MemberV1>>, ApiError> {
    let request = RefreshRequest::read(&params, &app.config)?;
    let new = refresh::refresh(&app, address, request.token, request.group).await?;
    Ok(envelope::rageframe(
        Session::v1(&new, &app),
        app.clock.now(),
    ))
}

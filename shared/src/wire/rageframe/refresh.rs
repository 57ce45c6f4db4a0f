//! `POST /v1/site/refresh` and `POST /v2/customer/account/refresh`, of two functions: 重置令牌.

use axum::extract::State;

use crate::wire::rageframe::{Field, GROUP, MemberV1, Session};
use crate::{
    app::App,
    config::Config,
    domain::{client_address::ClientAddress, token::Slot},
    http::{
        envelope::{self, Ok200},
        error::ApiError,
        params::{BodyParams, Params},
    },
    rules::refresh::{self, RefreshError},
};

const REFRESH_TOKEN: Field = Field::new("refresh_token", "重置令牌");

struct Request<'a> {
    token: &'a str,
    group: Slot,
}

impl<'a> Request<'a> {
    fn read(params: &'a Params, config: &Config) -> Result<Self, ApiError> {
        let token = REFRESH_TOKEN.required(params)?;
        let group = config.group(GROUP.required(params)?);
        let group = group.ok_or_else(|| GROUP.refusal("是无效的。"))?;
        Ok(Self { token, group })
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Expired => Self::expired().saying("您的重置令牌已经过期，请重新登录"),
            RefreshError::Unknown => Self::not_logged_in().saying("找不到用户"),
            RefreshError::Store(error) => error.into(),
        }
    }
}

/// Exchanges a refresh token for new tokens.
///
/// # Errors
/// The refusal, as the client reads it.
pub async fn handler(
    State(app): State<App>,
    address: ClientAddress,
    BodyParams(params): BodyParams,
) -> Result<Ok200<Session<MemberV1>>, ApiError> {
    let Request { token, group } = Request::read(&params, &app.config)?;
    let new = refresh::refresh(&app, address, token, group).await?;
    let now = app.clock.now();
    Ok(envelope::rageframe(Session::v1(&new, &app), now))
}

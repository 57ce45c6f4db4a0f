//! `POST /api/v1/account/check_regist_mobile` and `check_reset_mobile`: 检测手机是否未注册、已注册.

use axum::{extract::State, response::IntoResponse};
use shared::{
    app::App,
    domain::{client_address::ClientAddress, identifier::Identifier},
    http::{
        envelope,
        error::ApiError,
        params::{AnyParams, Params},
    },
    store::WriteToken,
};

use crate::verification::mobile::{self, MOBILE};

pub(crate) async fn regist(
    State(app): State<App>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    if is_registered(&app, address, &params).await? {
        return Err(mobile::registered(MOBILE));
    }
    Ok(envelope::youhaosuda(()))
}

pub(crate) async fn reset(
    State(app): State<App>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    if !is_registered(&app, address, &params).await? {
        return Err(mobile::unregistered(MOBILE));
    }
    Ok(envelope::youhaosuda(()))
}

/// One round trip, one read unit, one write unit.
async fn is_registered(
    app: &App,
    address: ClientAddress,
    params: &Params,
) -> Result<bool, ApiError> {
    let identifier = Identifier::from(mobile::read(params, MOBILE)?).key();
    let (address, now) = (address.counted(), app.clock.now());
    let token = WriteToken::random(&app.random);
    let (record, refused) = tokio::join!(
        app.store.members().login_record(&identifier),
        app.store.limits().count_lookup(&address, now, token),
    );
    match refused? {
        Some(until) => Err(ApiError::too_many(now, until)),
        None => Ok(record?.account().is_some()),
    }
}

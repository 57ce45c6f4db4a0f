//! `POST /api/v1/account/register_with_mobile`: 注册顾客账号.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::client_address::ClientAddress,
    http::{error::ApiError, params::AnyParams},
    rules::register::{RegisterError, register},
    store::verification::codes::{Purpose, RightCode},
};

use crate::{
    register,
    state::Registration,
    verification::{codes, mobile::ACCOUNT, verified_code::Request},
};

pub(crate) async fn handler(
    State(registration): State<Registration>,
    address: ClientAddress,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request {
        mobile,
        password,
        code,
    } = Request::read(&params)?;
    let app = &registration.app;
    let purpose = Purpose::Registration;
    let checked = codes::check(&registration, &mobile, purpose, &code).await;
    let right = RightCode {
        mobile: &mobile,
        purpose,
        digest: &checked.map_err(|error| error.refusal(app.clock.now()))?,
    };
    match register(app, address, mobile.clone().into(), password, Some(&right)).await {
        Ok(new) => Ok(register::answer(app, &new)),
        Err(error) => {
            match error {
                RegisterError::Taken | RegisterError::TooMany { .. } | RegisterError::Fault(_) => {
                    codes::keep(&registration, &right).await;
                }
                RegisterError::CodeGone => {}
            }
            Err(register::refusal(app, ACCOUNT, error))
        }
    }
}

//! `POST /api/v1/account/register_with_mobile`: 注册顾客账号.

use axum::{extract::State, response::IntoResponse};
use shared::{
    domain::{client::Client, identifier::Identifier},
    http::{error::ApiError, origin::FromOwnPage, params::AnyParams},
    rules::register::{self, RegisterError},
    store::verification::codes::{Purpose, RightCode},
};

use crate::{
    register::{answer, refusal, too_many},
    state::Registration,
    verification::{
        codes::{self, CodeError},
        mobile::ACCOUNT,
        verified_code::Request,
    },
};

/// Three round trips, eleven write units.
pub(crate) async fn handler(
    State(registration): State<Registration>,
    _: FromOwnPage,
    client: Client,
    AnyParams(params): AnyParams,
) -> Result<impl IntoResponse, ApiError> {
    let Request {
        mobile,
        password,
        code,
    } = Request::read(
        &params,
        &registration.app.config,
        registration.config.code_format,
    )?;
    let app = &registration.app;
    let purpose = Purpose::Registration;
    let address = client.address;
    let counted = register::count(app, client, true).await;
    let counted = counted.map_err(|error| too_many(app, error))?;
    let identifier = Identifier::from(mobile.clone());
    let checked = codes::check(&registration, address, &mobile, purpose, &code).await;
    if let Err(CodeError::Gone) = checked {
        // The first of two clicks has used it up.
        let code = code.digest(&registration.config.code_key, &mobile, purpose);
        let again = register::answer_again(app, counted, &identifier, password, Some(&code)).await;
        let again = again.map_err(|error| refusal(app, ACCOUNT, error))?;
        let new = again.ok_or_else(codes::gone)?;
        return Ok(answer(app, &new));
    }
    let right = RightCode {
        mobile: &mobile,
        purpose,
        digest: &checked.map_err(|error| error.refusal(app.clock.now()))?,
    };
    match register::register(app, counted, identifier, password, Some(&right)).await {
        Ok(new) => Ok(answer(app, &new)),
        Err(error) => {
            match error {
                RegisterError::Taken
                | RegisterError::TooManyPasswords { .. }
                | RegisterError::Fault(_) => {
                    codes::keep(&registration, &right).await;
                }
                RegisterError::CodeGone => {}
            }
            Err(refusal(app, ACCOUNT, error))
        }
    }
}

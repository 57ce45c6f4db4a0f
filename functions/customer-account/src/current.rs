//! `GET /api/v1/account/current`: 获取当前顾客信息.

use axum::extract::State;
use serde::Serialize;
use shared::{
    app::App,
    http::{
        envelope::{self, Flat},
        error::{ApiError, Kind},
    },
    rules::caller::Authenticated,
    wire::youhaosuda::Customer,
};

/// The member of the session; `null` where there is none.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Current {
    customer: Option<Customer>,
}

/// Not to be logged in is an answer here, not a refusal.
pub(crate) async fn handler(
    State(app): State<App>,
    caller: Result<Authenticated, ApiError>,
) -> Result<Flat<Current>, ApiError> {
    let customer = match caller {
        Ok(caller) => Some(Customer::new(&caller.member, app.clock.now())),
        Err(error) => match error.kind {
            Kind::NotLoggedIn | Kind::Expired => None,
            Kind::Refused | Kind::CaptchaNeeded | Kind::TooMany { .. } | Kind::Fault => {
                return Err(error);
            }
        },
    };
    Ok(envelope::youhaosuda(Current { customer }))
}

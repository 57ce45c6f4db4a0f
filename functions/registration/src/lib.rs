//! Registering under `/api/v1/account`, for Youhaosuda's clients: names, codes and messages, and the
//! ways back in for whoever forgot a password.
//!
//! | question | folder |
//! | --- | --- |
//! | what it is made of | [`config`], `state` |
//! | making members | `register` |
//! | codes: who is sent one, how often it may be tried | `verification` |
//! | a new password for whoever forgot theirs | [`reset_password`] |
//! | text messages and mails | [`delivery`] |
//! | captchas | [`captcha`] |

use axum::Router;
use shared::http::{
    router,
    routes::{Families, Routes},
};

pub mod captcha;
pub mod config;
pub mod delivery;
mod register;
pub mod reset_password;
mod state;
mod verification;

pub use reset_password::form::link;
pub use state::Registration;
pub use verification::codes::CodeFormat;

/// What the endpoints answer, for whoever describes them.
#[cfg(feature = "openapi")]
pub mod answers {
    pub use crate::{captcha::issue::Issued, register::Registered};
}

/// The function's routes.
#[must_use]
pub fn routes() -> Families<Registration> {
    Families {
        youhaosuda: Routes::default()
            .post(
                "/api/v1/account/register_with_user_name",
                register::with_user_name,
            )
            .post("/api/v1/account/register_with_email", register::with_email)
            .post(
                "/api/v1/account/register_with_mobile",
                register::with_mobile::handler,
            )
            .post(
                "/api/v1/account/send_regist_validate_sms",
                verification::send_validate_sms::regist,
            )
            .post(
                "/api/v1/account/send_reset_validate_sms",
                verification::send_validate_sms::reset,
            )
            .post(
                "/api/v1/account/reset_password_with_mobile",
                reset_password::with_mobile::handler,
            )
            .post(
                "/api/v1/account/reset_password_with_email",
                reset_password::with_email::handler,
            )
            .post(
                "/api/v1/account/check_regist_mobile",
                verification::check_mobile::regist,
            )
            .post(
                "/api/v1/account/check_reset_mobile",
                verification::check_mobile::reset,
            )
            .get("/captcha", captcha::issue::handler)
            .get("/captcha/{file}", captcha::picture::handler),
        pages: Routes::default()
            .get(reset_password::form::PATH, reset_password::form::show)
            .post(reset_password::form::PATH, reset_password::form::submit),
        show: reset_password::form::fault,
        ..Families::default()
    }
}

/// The function as it is served.
#[expect(
    clippy::needless_pass_by_value,
    reason = "every function's router takes its state"
)]
pub fn router(registration: Registration) -> Router {
    let app = registration.app.clone();
    router::router("registration", app, routes().with_state(&registration))
}

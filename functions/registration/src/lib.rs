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

use axum::{
    Router,
    routing::{get, post},
};
use shared::{app::App, http::router};

pub mod captcha;
pub mod config;
pub mod delivery;
mod register;
pub mod reset_password;
mod state;
mod verification;

pub use reset_password::form::link;
pub use state::Registration;

/// The function's routes.
pub fn router(registration: Registration) -> Router {
    let youhaosuda: Router<Registration> = Router::new()
        .route(
            "/api/v1/account/register_with_user_name",
            post(register::with_user_name),
        )
        .route(
            "/api/v1/account/register_with_email",
            post(register::with_email),
        )
        .route(
            "/api/v1/account/register_with_mobile",
            post(register::with_mobile::handler),
        )
        .route(
            "/api/v1/account/send_regist_validate_sms",
            post(verification::send_validate_sms::regist),
        )
        .route(
            "/api/v1/account/send_reset_validate_sms",
            post(verification::send_validate_sms::reset),
        )
        .route(
            "/api/v1/account/reset_password_with_mobile",
            post(reset_password::with_mobile::handler),
        )
        .route(
            "/api/v1/account/reset_password_with_email",
            post(reset_password::with_email::handler),
        )
        .route(
            "/api/v1/account/check_regist_mobile",
            post(verification::check_mobile::regist),
        )
        .route(
            "/api/v1/account/check_reset_mobile",
            post(verification::check_mobile::reset),
        )
        .merge(captcha::routes());
    let pages = Router::new().route(
        reset_password::form::PATH,
        get(reset_password::form::show).post(reset_password::form::submit),
    );
    let app = registration.app.clone();
    let youhaosuda = youhaosuda.with_state::<App>(registration);
    let rageframe = Router::new();
    router::router_with_pages(
        "registration",
        app,
        rageframe,
        youhaosuda,
        pages,
        reset_password::form::fault,
    )
}

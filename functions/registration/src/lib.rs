//! Registering under `/api/v1/account`, for Youhaosuda's clients: names, codes and messages, and the
//! ways back in for whoever forgot a password.
//!
//! | question | file |
//! | --- | --- |
//! | what it is made of: settings, carriers | [`config`], `state`, `sms`, `mail`, `carrier` |
//! | what a code is, who gets one, who may reset | `codes`, `send_code`, `reset_token` |
//! | the captcha | [`captcha`] |
//! | the endpoints | one file each, named like them; `proved` is what two of them are asked alike |

use axum::{
    Router,
    routing::{get, post},
};
use shared::{app::App, http};

pub mod captcha;
mod carrier;
mod check_mobile;
mod codes;
pub mod config;
mod mail;
mod mobile;
mod page;
mod proved;
mod register;
mod register_with_mobile;
mod reset_page;
mod reset_password_with_email;
mod reset_password_with_mobile;
pub mod reset_token;
mod send_code;
mod send_validate_sms;
mod sms;
mod state;
pub mod template;

pub use reset_page::link;
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
            post(register_with_mobile::handler),
        )
        .route(
            "/api/v1/account/send_regist_validate_sms",
            post(send_validate_sms::regist),
        )
        .route(
            "/api/v1/account/send_reset_validate_sms",
            post(send_validate_sms::reset),
        )
        .route(
            "/api/v1/account/reset_password_with_mobile",
            post(reset_password_with_mobile::handler),
        )
        .route(
            "/api/v1/account/reset_password_with_email",
            post(reset_password_with_email::handler),
        )
        .route(
            "/api/v1/account/check_regist_mobile",
            post(check_mobile::regist),
        )
        .route(
            "/api/v1/account/check_reset_mobile",
            post(check_mobile::reset),
        )
        .merge(captcha::routes());
    let pages = Router::new().route(
        reset_page::PATH,
        get(reset_page::show).post(reset_page::submit),
    );
    let app = registration.app.clone();
    let youhaosuda = youhaosuda.with_state::<App>(registration);
    let rageframe = Router::new();
    http::router_with_pages(
        "registration",
        app,
        rageframe,
        youhaosuda,
        pages,
        reset_page::fault,
    )
}

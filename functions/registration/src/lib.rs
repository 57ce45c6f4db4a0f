//! Registering under `/api/v1/account`, for Youhaosuda's clients, and the captcha.

use axum::{Router, routing::post};
use shared::{app::App, config::ConfigError, http};

pub mod captcha;
mod register;
mod state;

use state::Registration;

/// The function's routes.
///
/// # Errors
/// [`ConfigError`] where a setting is missing that only this function needs.
pub fn router(app: App) -> Result<Router, ConfigError> {
    let youhaosuda = Router::new()
        .route(
            "/api/v1/account/register_with_user_name",
            post(register::with_user_name),
        )
        .route(
            "/api/v1/account/register_with_email",
            post(register::with_email),
        )
        .merge(captcha::routes())
        .with_state(Registration::new(app.clone())?);
    Ok(http::router("registration", app, Router::new(), youhaosuda))
}

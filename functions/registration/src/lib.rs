//! Registering under `/api/v1/account`, for Youhaosuda's clients.

use axum::{Router, routing::post};
use shared::{app::App, http};

mod register;

/// The function's routes.
pub fn router(app: App) -> Router {
    let youhaosuda = Router::new()
        .route(
            "/api/v1/account/register_with_user_name",
            post(register::with_user_name),
        )
        .route(
            "/api/v1/account/register_with_email",
            post(register::with_email),
        );
    http::router("registration", app, Router::new(), youhaosuda)
}

//! Reward points under `/api/v1/account`, for Youhaosuda's clients.

use axum::Router;
use shared::{app::App, http};

/// The function's routes.
pub fn router(app: App) -> Router {
    http::router("points", app, Router::new(), Router::new())
}

//! `/v1/site`: logging in and refreshing, for RageFrame's clients.

use axum::{Router, routing::post};
use shared::{app::App, http::router, wire::rageframe::refresh};

mod login;

/// The function's routes.
pub fn router(app: App) -> Router {
    let rageframe = Router::new()
        .route("/v1/site/login", post(login::handler))
        .route("/v1/site/refresh", post(refresh::handler));
    router::router("site-auth", app, rageframe, Router::new())
}

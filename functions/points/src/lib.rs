//! Reward points under `/api/v1/account`, for Youhaosuda's clients, and the operator's side of the
//! ledger.

use axum::{
    Router,
    routing::{get, post},
};
use shared::{app::App, http::router};

mod admin;
mod admin_page;
mod admin_post;
mod query;
mod response;
mod reward_point_details;

pub use query::MOST_AT_ONCE;

/// The function's routes.
pub fn router(app: App) -> Router {
    let youhaosuda = Router::new()
        // The documents say POST, the published JavaScript SDK sends GET.
        .route(
            "/api/v1/account/reward_point_details",
            get(reward_point_details::handler).post(reward_point_details::handler),
        )
        .route(
            "/admin/members/{id}/points",
            post(admin_post::handler).get(admin_page::handler),
        );
    router::router("points", app, Router::new(), youhaosuda)
}

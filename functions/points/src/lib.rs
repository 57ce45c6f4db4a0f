//! Reward points under `/api/v1/account`, for Youhaosuda's clients, and the operator's side of the
//! ledger.

use axum::Router;
use shared::{
    app::App,
    http::{
        router,
        routes::{Families, Routes},
    },
};

mod admin;
mod admin_page;
mod admin_post;
mod query;
mod response;
mod reward_point_details;

pub use query::MOST_AT_ONCE;

/// What the endpoints answer, for whoever describes them.
#[cfg(feature = "openapi")]
pub mod answers {
    pub use crate::{admin_post::Posted, response::Details};
}

/// The function's routes.
#[must_use]
pub fn routes() -> Families<App> {
    let details = "/api/v1/account/reward_point_details";
    let ledger = "/admin/members/{id}/points";
    Families {
        youhaosuda: Routes::default()
            // The documents say POST, the published JavaScript SDK sends GET.
            .get(details, reward_point_details::handler)
            .post(details, reward_point_details::handler)
            .get(ledger, admin_page::handler)
            .post(ledger, admin_post::handler),
        ..Families::default()
    }
}

/// The function as it is served.
pub fn router(app: App) -> Router {
    router::router("points", app, routes())
}

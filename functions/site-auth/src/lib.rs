//! `/v1/site`: logging in and refreshing, for RageFrame's clients.

use axum::Router;
use shared::{
    app::App,
    http::{
        router,
        routes::{Families, Routes},
    },
    wire::rageframe::refresh,
};

mod login;

/// The function's routes.
#[must_use]
pub fn routes() -> Families<App> {
    Families {
        rageframe: Routes::default()
            .post("/v1/site/login", login::handler)
            .post("/v1/site/refresh", refresh::handler),
        ..Families::default()
    }
}

/// The function as it is served.
pub fn router(app: App) -> Router {
    router::router("site-auth", app, routes())
}

//! `/v2/customer/account` for RageFrame's clients, and the account itself under `/api/v1/account`
//! for Youhaosuda's.

use axum::Router;
use shared::{
    app::App,
    http::{
        router,
        routes::{Families, Routes},
    },
    wire::rageframe::refresh,
};

mod change_password;
mod current;
mod login;
mod logout;
pub mod meta_fields;
mod save;
mod up_userinfo;

/// What the endpoints answer, for whoever describes them.
#[cfg(feature = "openapi")]
pub mod answers {
    pub use crate::{current::Current, login::LoggedIn, save::Saved};
}

/// The function's routes.
#[must_use]
pub fn routes() -> Families<App> {
    Families {
        rageframe: Routes::default()
            .post("/v2/customer/account/refresh", refresh::handler)
            .post("/v2/customer/account/up-userinfo", up_userinfo::handler)
            .post("/v2/customer/account/logout", logout::rageframe),
        youhaosuda: Routes::default()
            .get("/api/v1/account/current", current::handler)
            .post("/api/v1/account/login", login::handler)
            .post("/api/v1/account/logout", logout::youhaosuda)
            .post("/api/v1/account/change_password", change_password::handler)
            .post("/api/v1/account/save", save::handler),
        ..Families::default()
    }
}

/// The function as it is served.
pub fn router(app: App) -> Router {
    router::router("customer-account", app, routes())
}

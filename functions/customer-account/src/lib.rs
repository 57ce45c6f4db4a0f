//! `/v2/customer/account` for RageFrame's clients, and the account itself under `/api/v1/account`
//! for Youhaosuda's.

use axum::{
    Router,
    routing::{get, post},
};
use shared::{app::App, http::router, wire::rageframe::refresh};

mod change_password;
mod current;
mod identity_card;
mod login;
mod logout;
pub mod meta_fields;
mod save;
mod up_userinfo;

/// The function's routes.
pub fn router(app: App) -> Router {
    let rageframe = Router::new()
        .route("/v2/customer/account/refresh", post(refresh::handler))
        .route(
            "/v2/customer/account/up-userinfo",
            post(up_userinfo::handler),
        )
        .route("/v2/customer/account/logout", post(logout::rageframe));
    let youhaosuda = Router::new()
        .route("/api/v1/account/current", get(current::handler))
        .route("/api/v1/account/login", post(login::handler))
        .route("/api/v1/account/logout", post(logout::youhaosuda))
        .route(
            "/api/v1/account/change_password",
            post(change_password::handler),
        )
        .route("/api/v1/account/save", post(save::handler));
    router::router("customer-account", app, rageframe, youhaosuda)
}

//! The routers of all four functions as one, with the client's address from the connection.

use std::net::{IpAddr, SocketAddr};

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, Request},
    http::{HeaderMap, StatusCode},
    middleware::map_request,
    response::IntoResponse,
};
use registration::Registration;
use serde_json::json;
use shared::{app::App, domain::client_address::ClientAddress};

use crate::guard::Unserved;

/// All routes of the service.
pub fn router(app: &App, registration: &Registration) -> Router {
    let functions = functions(|_| app.clone(), registration).into_iter();
    functions.fold(Router::new(), |all, (_, router)| all.merge(router))
}

/// Each function's routes by its name, made of what `app` gives for that name.
pub fn functions(
    app: impl Fn(&'static str) -> App,
    registration: &Registration,
) -> [(&'static str, Router); 4] {
    [
        ("site-auth", site_auth::router(app("site-auth"))),
        (
            "customer-account",
            customer_account::router(app("customer-account")),
        ),
        ("registration", registration::router(registration.clone())),
        ("points", points::router(app("points"))),
    ]
}

/// All routes, for a listener that tells its peers' addresses.
pub fn with_addresses(app: &App, registration: &Registration) -> Router {
    router(app, registration)
        .fallback(undefined)
        .layer(map_request(vouch))
}

/// What the gateway answers where there is no route.
async fn undefined() -> impl IntoResponse {
    let body = Json(json!({"message": "Not Found"}));
    let unserved = Unserved("there is no such path".to_owned());
    (StatusCode::NOT_FOUND, Extension(unserved), body)
}

/// Takes the client's address from the last hop of `X-Forwarded-For`, else from the connection.
async fn vouch(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request) -> Request {
    let address = last_hop(request.headers()).unwrap_or(peer.ip());
    request.extensions_mut().insert(ClientAddress(address));
    request
}

fn last_hop(headers: &HeaderMap) -> Option<IpAddr> {
    let line = headers.get_all("x-forwarded-for").iter().next_back()?;
    let hop = line.to_str().ok()?.rsplit(',').next()?;
    hop.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_hop_is_the_clients_address() {
        let hop = |line: &'static str| {
            let headers = [("x-forwarded-for".parse().unwrap(), line.parse().unwrap())];
            last_hop(&headers.into_iter().collect())
        };
        assert_eq!(hop("1.2.3.4, 192.0.2.7"), Some([192, 0, 2, 7].into()));
        assert_eq!(hop("2001:db8::1"), "2001:db8::1".parse().ok());
        assert_eq!(hop("1.2.3.4, unknown"), None);
        assert_eq!(last_hop(&HeaderMap::new()), None);
    }
}

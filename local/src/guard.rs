//! The guard before the operator's routes and everything under `/_local`: any page that a browser shows
//! can send requests to this machine, and so can any program of the network with `--host`.
//!
//! | request | answer |
//! | --- | --- |
//! | from another machine, by the connection and never by a header | refused |
//! | another `Host` than this machine's names: a foreign name that leads here (DNS rebinding) | refused |
//! | a foreign `Origin` or `Sec-Fetch-Site`: another page's | refused |
//! | from a browser (`Origin` or `Sec-Fetch-*`), without the token | refused, but for the page itself |
//! | from a browser, with the token | served |
//! | without any of these headers: curl, a script | served |
//!
//! The token is in the fragment of the address that the terminal shows. A browser sends no fragment; the
//! page takes it from there and sends it as a header, which no form and no link of another page can.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::{
    base::{digest::Digest, random::Random},
    http::operator::Operator,
};

use crate::{inspect, openapi};

/// The header that the page sends the token in.
pub const TOKEN: &str = "x-huiyuan-token";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whom the guard lets in. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guard(Arc<Admitted>);

#[derive(Debug)]
struct Admitted {
    hosts: Vec<String>,
    token: String,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It comes from another machine.
    #[error("only this machine may call this")]
    Peer,
    /// It was sent to another name, or to several.
    #[error("the Host header is not localhost, 127.0.0.1 or [::1] with the port of this service")]
    Host,
    /// A page of another origin sent it.
    #[error("a page of another origin may not call this: open the address that the terminal shows")]
    Foreign,
    /// A browser sent it without the token.
    #[error("a browser needs the token of the address that the terminal shows: open that one")]
    Token,
}

/// Why a request was not served, for the terminal: an extension of the answer.
#[derive(Clone, Debug)]
pub struct Unserved(pub String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let message = self.to_string();
        let body = Json(json!({ "message": message }));
        let mut response = (StatusCode::FORBIDDEN, body).into_response();
        response.extensions_mut().insert(Unserved(message));
        response
    }
}

impl Guard {
    /// A guard of the service on `port`, with a token of its own.
    #[must_use]
    pub fn new(port: u16, random: &Random) -> Self {
        let names = ["localhost", "127.0.0.1", "[::1]"];
        let mut hosts: Vec<_> = names.map(|name| format!("{name}:{port}")).into();
        if port == 80 {
            // A browser leaves the default port out.
            hosts.extend(names.map(str::to_owned));
        }
        let token = format!("{:032x}", u128::from_be_bytes(random.bytes()));
        Self(Arc::new(Admitted { hosts, token }))
    }

    /// The token that a browser has to send.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// Stands before a router's operator's routes and `/_local`; vouches for the operator behind it.
    pub fn before(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), admit))
    }

    fn check(&self, peer: SocketAddr, request: &Request) -> Result<(), Refusal> {
        let headers = request.headers();
        if !peer.ip().to_canonical().is_loopback() {
            return Err(Refusal::Peer);
        }
        let host = self.host(request).ok_or(Refusal::Host)?;
        let own = |origin: &str| {
            let named = origin.strip_prefix("http://");
            named.is_some_and(|named| named.eq_ignore_ascii_case(host))
        };
        let sites = |site: &str| ["same-origin", "none"].contains(&site);
        if !all(headers, &ORIGIN, own) || !all(headers, &SEC_FETCH_SITE, sites) {
            return Err(Refusal::Foreign);
        }
        let token = headers.get(TOKEN).map(|token| Digest::of(token.as_bytes()));
        let known = token == Some(Digest::of(self.token().as_bytes()));
        if is_browser(headers) && !known && !is_page(request.uri().path()) {
            return Err(Refusal::Token);
        }
        Ok(())
    }

    /// The one name that the request was sent to, if it is one of ours.
    fn host<'a>(&self, request: &'a Request) -> Option<&'a str> {
        let ours = |name: &str| {
            let mut hosts = self.0.hosts.iter();
            hosts.any(|host| host.eq_ignore_ascii_case(name))
        };
        let mut lines = request.headers().get_all(HOST).iter();
        let host = lines.next()?.to_str().ok().filter(|host| ours(host))?;
        let target = request.uri().authority();
        let agrees = target.is_none_or(|target| ours(target.as_str()));
        (agrees && lines.next().is_none()).then_some(host)
    }
}

/// Whether a path shows the same to everybody, so that a browser may open it.
fn is_page(path: &str) -> bool {
    inspect::is_page(path) || openapi::is_page(path)
}

/// Whether the guard stands before a path. Routes match paths as they were sent, and so does this.
fn is_guarded(path: &str) -> bool {
    ["/admin", "/_local"].into_iter().any(|root| {
        let rest = path.strip_prefix(root);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whether every value of a header is `good`; so it is where the header is missing.
fn all(headers: &HeaderMap, name: &HeaderName, good: impl Fn(&str) -> bool) -> bool {
    let mut values = headers.get_all(name).iter();
    values.all(|value| value.to_str().is_ok_and(&good))
}

/// Whether a browser sent it: no script of a page can leave these headers out.
pub(crate) fn is_browser(headers: &HeaderMap) -> bool {
    let mut names = headers.keys().map(HeaderName::as_str);
    names.any(|name| name == ORIGIN.as_str() || name.starts_with("sec-fetch-"))
}

async fn admit(
    State(guard): State<Guard>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_guarded(request.uri().path()) {
        if let Err(refusal) = guard.check(peer, &request) {
            return refusal.into_response();
        }
        request.extensions_mut().insert(Operator::named("local"));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests;

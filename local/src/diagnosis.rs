//! Says in the terminal why a request did not do what its author wanted, where only this side can tell: a
//! browser tells the page next to nothing. One line each, without a query, a body or a header's secret.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, Method,
        header::{
            ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS,
            ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, COOKIE, HOST, ORIGIN, SET_COOKIE,
        },
    },
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use shared::{
    base::clock::Clock,
    config,
    http::{cookie, router::X_API_KEY},
};

use crate::{guard::Unserved, terminal};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Says why, in the terminal. Cheap to clone.
#[derive(Clone)]
pub struct Diagnosis {
    clock: Clock,
    /// The origins whose pages were given a session cookie and have not sent it yet.
    logged_in: Arc<Mutex<HashSet<String>>>,
}

/// What is remembered of a request until its answer is there.
struct Asked {
    method: Method,
    path: String,
    host: String,
    /// The origin of the page, unless it is the service's own.
    origin: Option<String>,
    /// The method and the headers that a preflight asks for.
    preflight: Option<[String; 2]>,
    crosses_sites: bool,
    has_session: bool,
}

impl Diagnosis {
    /// One that dates its lines by `clock`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let logged_in = Arc::default();
        Self { clock, logged_in }
    }

    /// Watches a router.
    pub fn of(self, router: Router) -> Router {
        router.layer(from_fn_with_state(self, watch))
    }

    /// Why the page that asked does not get what it wants, if it does not.
    fn find(&self, asked: &Asked, answer: &HeaderMap) -> Option<String> {
        let origin = asked.origin.as_ref()?;
        if !answer.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            return Some(not_allowed(origin));
        }
        if let Some([method, headers]) = &asked.preflight {
            return refused_preflight(method, headers, answer);
        }
        let given = given_session(answer);
        if asked.crosses_sites && given == Some(true) {
            return Some(format!(
                "{origin} and http://{} are two sites, so the browser drops the session cookie: \
                 open the page and call the service by one name, such as localhost",
                asked.host
            ));
        }
        self.missing_credentials(asked, origin, given)
    }

    /// A page was given a session, and sends none.
    fn missing_credentials(
        &self,
        asked: &Asked,
        origin: &str,
        given: Option<bool>,
    ) -> Option<String> {
        let mut logged_in = self
            .logged_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match given {
            Some(true) if !asked.crosses_sites => {
                logged_in.insert(origin.to_owned());
                None
            }
            Some(_) => {
                logged_in.remove(origin);
                None
            }
            // Said once for each login: another browser may have the page open as well.
            None => (logged_in.remove(origin) && !asked.has_session).then(|| {
                format!(
                    "a page of {origin} has logged in and sends no cookie: each call needs \
                     credentials: \"include\" (axios: withCredentials: true), the login too"
                )
            }),
        }
    }
}

impl Asked {
    fn of(request: &Request) -> Self {
        let headers = request.headers();
        let text = |name: HeaderName| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.map(terminal::printable)
        };
        let host = text(HOST).unwrap_or_default();
        let own = format!("http://{host}");
        let wanted = text(ACCESS_CONTROL_REQUEST_METHOD);
        let wanted = wanted.filter(|_| request.method() == Method::OPTIONS);
        let session = cookie::NAME.as_bytes();
        let mut cookies = headers.get_all(COOKIE).iter();
        let has_cookie =
            cookies.any(|line| line.as_bytes().windows(session.len()).any(|w| w == session));
        let has_token = headers.contains_key(AUTHORIZATION) || headers.contains_key(X_API_KEY);
        Self {
            method: request.method().clone(),
            path: terminal::printable(request.uri().path()),
            origin: text(ORIGIN).filter(|origin| *origin != own),
            host,
            preflight: wanted.map(|method| {
                let headers = text(ACCESS_CONTROL_REQUEST_HEADERS);
                [method, headers.unwrap_or_default()]
            }),
            crosses_sites: text(SEC_FETCH_SITE).is_some_and(|site| site == "cross-site"),
            has_session: has_cookie || has_token,
        }
    }
}

/// An origin that is not among those configured.
fn not_allowed(origin: &str) -> String {
    if config::origin(origin).is_ok() {
        format!("origin {origin} is not allowed: start with --origin {origin}")
    } else {
        format!("origin {origin} cannot be allowed: serve the page by http, not from a file")
    }
}

/// What a preflight asks for and is not allowed.
fn refused_preflight(method: &str, headers: &str, answer: &HeaderMap) -> Option<String> {
    let allowed = |name: HeaderName| {
        let lines = answer.get_all(name).iter();
        let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
        lines.join(",").to_ascii_lowercase()
    };
    let has = |list: &str, wanted: &str| {
        let mut items = list.split(',').map(str::trim);
        items.any(|item| item.eq_ignore_ascii_case(wanted))
    };
    if !has(&allowed(ACCESS_CONTROL_ALLOW_METHODS), method) {
        return Some(format!("no page of another origin may call by {method}"));
    }
    let allowed = allowed(ACCESS_CONTROL_ALLOW_HEADERS);
    let wanted = headers.split(',').map(str::trim);
    let mut refused = wanted.filter(|header| !header.is_empty() && !has(&allowed, header));
    let refused = refused.next()?;
    Some(format!(
        "no page of another origin may send the header {refused}"
    ))
}

/// Whether an answer gives a session cookie, or takes it away; `None` where it does neither.
fn given_session(answer: &HeaderMap) -> Option<bool> {
    let cookies = answer.get_all(SET_COOKIE).iter();
    let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok());
    let value = cookies.find_map(|cookie| cookie.strip_prefix(cookie::NAME)?.strip_prefix('='))?;
    Some(!value.is_empty() && !value.starts_with(';'))
}

async fn watch(State(diagnosis): State<Diagnosis>, request: Request, next: Next) -> Response {
    let asked = Asked::of(&request);
    let mut response = next.run(request).await;
    let (method, path) = (asked.method.as_str(), &asked.path);
    let status = response.status().as_u16();
    let unserved = response.extensions_mut().remove::<Unserved>();
    let line = match unserved {
        Some(Unserved(why)) => Some(format!("{method:4} {path} {status}: {why}")),
        None => match diagnosis.find(&asked, response.headers()) {
            Some(why) => Some(format!("{method:4} {path}: {why}")),
            None if asked.preflight.is_some() => Some(format!("{method:4} {path} {status}")),
            None => None,
        },
    };
    if let Some(line) = line {
        terminal::note(diagnosis.clock.now(), &line);
    }
    response
}

#[cfg(test)]
mod tests;

//! `/_local`: what a developer and a test may look at, and nobody else. The functions know nothing
//! of it.

pub mod captchas;
pub mod clock;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::map_response,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use registration::captcha::Captchas;
use serde::{Deserialize, Serialize};

use crate::inbox::{Inbox, Message};

/// The phone and the mailbox.
const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a browser loads before it has the token: it is the same for everybody.
const PAGES: [&str; 4] = ["/_local", "/_local/", "/_local/page.css", "/_local/page.js"];

/// A mail may look as it likes, and do nothing: no script, no form, nothing loaded.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
                           default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The styles of a mail are inline, and a frame of the page has the page's policy.
const PAGE_POLICY: &str = "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; \
                           frame-ancestors 'none'; img-src data:; script-src 'self'; \
                           style-src 'self' 'unsafe-inline'";

/// Whether a path is of the page alone, which says nothing of what was sent.
pub(crate) fn is_page(path: &str) -> bool {
    PAGES.contains(&path)
}

/// The page, what was sent, and what a captcha says.
pub fn router(inbox: Inbox, captchas: Captchas) -> Router {
    let captchas = Router::new()
        .route("/_local/captchas/{id}", get(captcha))
        .with_state(captchas);
    // Not permanent: a browser would keep that for any other service on this port.
    let to_page = || async { Redirect::temporary("/_local/") };
    let routes = Router::new()
        .route("/", get(to_page))
        .route("/_local", get(to_page))
        .route("/_local/", get(page))
        .route(
            "/_local/page.css",
            get(|| async { asset("text/css", STYLE) }),
        )
        .route(
            "/_local/page.js",
            get(|| async { asset("text/javascript", SCRIPT) }),
        )
        .route("/_local/messages", get(messages))
        .route("/_local/messages/{id}", get(mail))
        .with_state(inbox)
        .merge(captchas);
    with_headers(routes)
}

/// Nothing of this is kept by a browser, or told to another site.
fn with_headers(routes: Router) -> Router {
    routes.layer(map_response(headers))
}

async fn headers(mut response: Response) -> Response {
    let headers: [(HeaderName, &str); 3] = [
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    response.headers_mut().extend(HeaderMap::from_iter(headers));
    response
}

async fn page() -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(PAGE))
}

fn asset(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    (
        [(CONTENT_TYPE, format!("{media_type}; charset=utf-8"))],
        text,
    )
}

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

#[derive(Serialize)]
struct Messages {
    messages: Vec<Message>,
    /// How many messages there are in all: no match is not the same as no message.
    total: usize,
}

/// `GET /_local/messages?to=`: what was sent, newest first; to a number or an address in any spelling, or
/// a part of it.
async fn messages(
    State(inbox): State<Inbox>,
    Query(Filter { to }): Query<Filter>,
) -> Json<Messages> {
    Json(Messages {
        messages: inbox.messages(to.as_deref()),
        total: inbox.total(),
    })
}

/// `GET /_local/messages/{id}`: a mail's HTML part.
async fn mail(State(inbox): State<Inbox>, Path(id): Path<String>) -> Response {
    match inbox.message(&id).and_then(|message| message.html) {
        Some(html) => ([(CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Serialize)]
struct Revealed {
    value: String,
}

/// `GET /_local/captchas/{id}`: what a captcha says.
async fn captcha(
    State(captchas): State<Captchas>,
    Path(id): Path<String>,
) -> Result<Json<Revealed>, StatusCode> {
    let value = captchas.reveal(&id).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Json(Revealed { value }))
}

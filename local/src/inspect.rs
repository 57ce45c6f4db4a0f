//! `/_local`: what a developer and a test may look at, and nobody else. The functions know nothing
//! of it.

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::map_response,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use registration::captcha::Captchas;
use serde::{Deserialize, Serialize};

use crate::inbox::{Inbox, Message};

/// The phone and the mailbox.
const PAGE: &str = include_str!("inspect.html");

/// A mail may look as it likes, and do nothing: no script, no form, nothing loaded.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; \
                           default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; img-src data:; \
                           script-src 'unsafe-inline'; style-src 'unsafe-inline'";

/// The routes.
pub fn router(inbox: Inbox, captchas: Captchas) -> Router {
    let captchas = Router::new()
        .route("/_local/captchas/{id}", get(captcha))
        .with_state(captchas);
    Router::new()
        .route("/_local/", get(page))
        .route("/_local", get(|| async { Redirect::permanent("/_local/") }))
        .route("/_local/messages", get(messages))
        .route("/_local/messages/{id}", get(mail))
        .with_state(inbox)
        .merge(captchas)
        .layer(map_response(headers))
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

#[derive(Deserialize)]
struct Wanted {
    to: Option<String>,
}

#[derive(Serialize)]
struct Messages {
    messages: Vec<Message>,
}

/// `GET /_local/messages?to=`: what was sent, newest first. A `+` that came as it is, unescaped,
/// reads as a space in a query; a number has none.
async fn messages(
    State(inbox): State<Inbox>,
    Query(Wanted { to }): Query<Wanted>,
) -> Json<Messages> {
    let to = to.filter(|to| !to.is_empty());
    let to = to.map(|to| match to.strip_prefix(' ') {
        Some(number) => format!("+{number}"),
        None => to,
    });
    let messages = inbox.messages(to.as_deref());
    Json(Messages { messages })
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

//! Who is asking: the token of a request, and the session it leads to.

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, Method, Uri,
        header::{AUTHORIZATION, HOST, ORIGIN},
        request::Parts,
        uri::Authority,
    },
};

use crate::{
    app::App,
    clock::Time,
    config::Config,
    cookie,
    error::ApiError,
    http::X_API_KEY,
    journal,
    member::Member,
    store::session::{Session, SessionKey},
    token::{Purpose, Slot, Token},
};

/// An access token that a request carries and that may be a good one: nothing has been read yet.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The token.
    pub token: Token,
    /// Where its session would lie.
    pub key: SessionKey,
}

impl Presented {
    /// Whether the token says itself that its time is over.
    #[must_use]
    pub fn has_expired(&self, app: &App) -> bool {
        expiry(&self.token, &app.config) <= app.clock.now()
    }

    /// Why the token leads to no session: its time is over, or it never was one or is no more.
    #[must_use]
    pub fn refusal(&self, app: &App) -> ApiError {
        if self.has_expired(app) {
            ApiError::expired()
        } else {
            ApiError::not_logged_in()
        }
    }
}

/// When an access token issued now, or whenever it says, expires.
#[must_use]
pub fn expiry(access: &Token, config: &Config) -> Time {
    access.issued().plus_seconds(match access.slot {
        Slot::Browser => cookie::SECONDS,
        Slot::Group(_) => config.access_seconds,
    })
}

impl FromRequestParts<App> for Presented {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let text = carried(parts, &app.config)?.ok_or_else(ApiError::not_logged_in)?;
        let token = Token::parse(&text)
            .filter(|token| token.purpose == Purpose::Access)
            .ok_or_else(ApiError::not_logged_in)?;
        let key = SessionKey::of(&token, &app.config).ok_or_else(ApiError::not_logged_in)?;
        Ok(Self { token, key })
    }
}

/// A member with a live session. One round trip, two read units; the first time after a rotation
/// another trip and a write unit, for the session remembers that its new pair has arrived.
#[derive(Clone)]
pub struct Authenticated {
    /// The token presented.
    pub token: Token,
    /// Where the session lies.
    pub key: SessionKey,
    /// The session.
    pub session: Session,
    /// The member.
    pub member: Member,
}

impl FromRequestParts<App> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let presented = Presented::from_request_parts(parts, app).await?;
        let refusal = presented.refusal(app);
        let Presented { token, key } = presented;
        let found = app.store.session_and_member(&key, &token).await?;
        let live = found.filter(|(session, member)| {
            session.access == token.digest() && session.generation == member.generation
        });
        let (session, member) = live.ok_or(refusal)?;
        if session.access_until <= app.clock.now() {
            return Err(ApiError::expired());
        }
        if !session.used && !session.retired.is_empty() {
            // The next request says it again.
            journal::can_wait(app.store.mark_used(&key, &session).await);
        }
        Ok(Self {
            token,
            key,
            session,
            member,
        })
    }
}

/// The token of a request, from the first carrier that holds one.
fn carried(parts: &Parts, config: &Config) -> Result<Option<String>, ApiError> {
    let headers = &parts.headers;
    if let Some(text) = bearer(headers).or_else(|| header(headers, X_API_KEY.as_str())) {
        return Ok(Some(text.to_owned()));
    }
    if let Some(text) = cookie::presented(headers) {
        return if parts.method == Method::POST && is_foreign(headers, &parts.uri, config) {
            Err(ApiError::refused("不允许的请求来源"))
        } else {
            Ok(Some(text))
        };
    }
    let query = parts.uri.query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let found = pairs.find(|(name, value)| name == "access-token" && !value.is_empty());
    Ok(found.map(|(_, value)| value.into_owned()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header(headers, AUTHORIZATION.as_str())?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    (!text.is_empty()).then_some(text)
}

/// Whether a page of another site had the browser send this: its cookie came along by itself, so it
/// says nothing of who asks. A client without an `Origin` is no browser of today.
fn is_foreign(headers: &HeaderMap, uri: &Uri, config: &Config) -> bool {
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(Authority::as_str));
    let own = origin.to_str().ok().and_then(|origin| {
        let (_, authority) = origin.split_once("://")?;
        Some(authority.eq_ignore_ascii_case(host?))
    });
    own != Some(true) && !config.origins.contains(origin)
}

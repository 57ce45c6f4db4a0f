//! The tokens of a request: where they may stand, and who asks.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
};

use super::{
    cookie,
    error::ApiError,
    origin::{self, SentFrom},
    router::X_API_KEY,
};
use crate::{
    app::App,
    config::Config,
    rules::caller::{
        self, Authenticated, AuthenticationError, MOST_TOKENS, UnverifiedToken, UnverifiedTokens,
    },
};

impl From<AuthenticationError> for ApiError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Expired => Self::expired(),
            AuthenticationError::Unknown => Self::not_logged_in(),
            AuthenticationError::Store(error) => error.into(),
        }
    }
}

impl FromRequestParts<App> for UnverifiedTokens {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Self::new(carried(parts, &app.config)?).ok_or_else(ApiError::not_logged_in)
    }
}

impl FromRequestParts<App> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let tokens = UnverifiedTokens::from_request_parts(parts, app).await?;
        Ok(caller::authenticate(app, tokens).await?)
    }
}

/// The tokens that a browser sent with a login: the login replaces their sessions.
#[derive(Clone, Debug)]
pub struct BrowserTokens(pub Vec<UnverifiedToken>);

impl FromRequestParts<App> for BrowserTokens {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let mut tokens = in_cookies(&parts.headers, &app.config);
        tokens.truncate(MOST_TOKENS);
        Ok(Self(tokens))
    }
}

/// What may be an access token of a request, in the order in which they count. What cannot be one is
/// passed over: a client that has none yet sends `Bearer undefined`.
fn carried(parts: &Parts, config: &Config) -> Result<Vec<UnverifiedToken>, ApiError> {
    let headers = &parts.headers;
    let parse = |text: &str| UnverifiedToken::parse(text, config);
    let explicit = [bearer(headers), header(headers, X_API_KEY.as_str())];
    let explicit = explicit.into_iter().flatten().filter_map(parse);
    let mut cookies = in_cookies(headers, config);
    let query = parts.uri.query().unwrap_or_default();
    let query = form_urlencoded::parse(query.as_bytes());
    let query = query.filter(|(name, _)| name == "access-token");
    let query: Vec<_> = query.filter_map(|(_, text)| parse(&text)).collect();

    // A browser adds its cookies whichever page asks: they say nothing of who wants a change.
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    let trusted = reads || SentFrom::of(headers, &parts.uri, config) == SentFrom::OwnPage;
    let untrusted = !trusted && !cookies.is_empty();
    if untrusted {
        cookies.clear();
    }
    let tokens: Vec<_> = explicit.chain(cookies).chain(query).collect();
    if untrusted && tokens.is_empty() {
        return Err(origin::foreign());
    }
    Ok(tokens)
}

fn in_cookies(headers: &HeaderMap, config: &Config) -> Vec<UnverifiedToken> {
    let presented = cookie::presented(headers).into_iter();
    presented
        .filter_map(|text| UnverifiedToken::parse(&text, config))
        .collect()
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

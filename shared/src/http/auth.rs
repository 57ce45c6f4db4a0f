//! The token of a request: where it may stand, and who it says is asking.

use axum::{
    extract::FromRequestParts,
    http::{
        HeaderMap, Method, Uri,
        header::{AUTHORIZATION, HOST, ORIGIN},
        request::Parts,
        uri::Authority,
    },
};

use super::{cookie, error::ApiError, router::X_API_KEY};
use crate::{
    app::App,
    config::Config,
    rules::caller::{self, Authenticated, AuthenticationError, UnverifiedToken},
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

impl FromRequestParts<App> for UnverifiedToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let text = carried(parts, &app.config)?.ok_or_else(ApiError::not_logged_in)?;
        Self::parse(&text, &app.config).ok_or_else(ApiError::not_logged_in)
    }
}

impl FromRequestParts<App> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let unverified = UnverifiedToken::from_request_parts(parts, app).await?;
        Ok(caller::authenticate(app, unverified).await?)
    }
}

/// The token of a request, from the first place that holds one.
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

//! The session cookie of the Youhaosuda family.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use cookie::{Cookie, SameSite, time::Duration};

use crate::{config::Config, token::Token};

/// The name that existing themes and SDKs know it by.
pub const NAME: &str = "_homeland_shop_customer_session";

/// How long a browser's session lives, in seconds: 14 days.
pub const SECONDS: i64 = 14 * 86_400;

/// The header that hands `token` to a browser.
#[must_use]
pub fn hand_over(token: &Token, config: &Config) -> [(axum::http::HeaderName, HeaderValue); 1] {
    set(token.text(), Duration::seconds(SECONDS), config)
}

/// The header that takes the token from a browser.
#[must_use]
pub fn take_back(config: &Config) -> [(axum::http::HeaderName, HeaderValue); 1] {
    set(String::new(), Duration::ZERO, config)
}

fn set(
    value: String,
    max_age: Duration,
    config: &Config,
) -> [(axum::http::HeaderName, HeaderValue); 1] {
    let cookie = Cookie::build((NAME, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.cookie_secure)
        .max_age(max_age)
        .build();
    let value = HeaderValue::from_str(&cookie.to_string())
        .expect("a cookie of base64url and digits is a header value");
    [(SET_COOKIE, value)]
}

/// The token that a browser sent.
#[must_use]
pub fn presented(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter();
    let cookies = lines.filter_map(|line| line.to_str().ok());
    cookies
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == NAME && !cookie.value().is_empty())
        .map(|cookie| cookie.value().to_owned())
}

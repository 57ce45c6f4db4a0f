//! The session cookie of the Youhaosuda family.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use cookie::{Cookie, SameSite, time::Duration};

use crate::{
    config::{Config, lifetime::BROWSER_SECONDS},
    domain::token::Token,
};

/// The name that existing themes and SDKs know it by.
pub const NAME: &str = "_homeland_shop_customer_session";

/// The header that hands `token` to a browser.
#[must_use]
pub fn hand_over(token: &Token, config: &Config) -> [(axum::http::HeaderName, HeaderValue); 1] {
    set(token.text(), Duration::seconds(BROWSER_SECONDS), config)
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

/// What a browser sent under the name, in order: several where a parent domain has set one as well.
/// What else the shop keeps in cookies may be of any script.
#[must_use]
pub fn presented(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(COOKIE).iter();
    let cookies = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    let found = cookies.filter_map(|cookie| {
        let cookie = Cookie::parse(std::str::from_utf8(cookie).ok()?).ok()?;
        let found = cookie.name() == NAME && !cookie.value().is_empty();
        found.then(|| cookie.value().to_owned())
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&[u8]]) -> Vec<String> {
        let values = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line).unwrap());
        presented(&values.map(|value| (COOKIE, value)).collect())
    }

    #[test]
    fn the_session_is_found_among_cookies_of_any_script() {
        let session = "_homeland_shop_customer_session=token";
        for beside in [
            "theme=dark",
            "city=北京",
            "a",
            "=",
            "",
            "_homeland_shop_customer_session=",
        ] {
            let line = format!("{beside}; {session}; b=会");
            assert_eq!(sent(&[line.as_bytes()]), ["token"], "{line}");
            let lines = [beside.as_bytes(), session.as_bytes()];
            assert_eq!(sent(&lines), ["token"], "{beside}");
        }
        let latin = [b"name=Jos\xe9; ", session.as_bytes()].concat();
        assert_eq!(sent(&[&latin]), ["token"]);
        let none = sent(&["城市=北京; x=_homeland_shop_customer_session".as_bytes()]);
        assert!(none.is_empty());
    }

    #[test]
    fn every_cookie_of_the_name_is_found_in_order() {
        let line = "_homeland_shop_customer_session=a; b=c; _homeland_shop_customer_session=d";
        assert_eq!(sent(&[line.as_bytes()]), ["a", "d"]);
    }
}

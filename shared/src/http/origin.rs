//! Which page had a browser send a request. A browser adds the session cookie by itself, whichever
//! page asks, so a page of another site must not be able to use it, nor to set another.

use std::convert::Infallible;

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{HOST, ORIGIN},
        request::Parts,
        uri::Authority,
    },
};

use super::error::ApiError;
use crate::{app::App, config::Config};

/// The page that had a browser send a request, going by the header `Origin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentFrom {
    /// A page of the shop: of the host that is asked, of the public URL, or of a configured origin.
    /// A client that names no page is no browser of today, and counts as one.
    OwnPage,
    /// A page that hides where it is from: `null`.
    HiddenPage,
    /// A page of another site.
    ForeignPage,
}

impl SentFrom {
    /// Reads it from a request's headers. The scheme of the asked host is that of the deployment:
    /// `https`, unless the session cookie may travel over plain http. No header of the client is asked.
    #[must_use]
    pub fn of(headers: &HeaderMap, uri: &Uri, config: &Config) -> Self {
        let mut sent = headers.get_all(ORIGIN).iter();
        let origin = match (sent.next(), sent.next()) {
            (None, _) => return Self::OwnPage,
            (Some(origin), None) if origin == "null" => return Self::HiddenPage,
            (Some(origin), None) => text(origin).and_then(Origin::parse),
            (Some(_), Some(_)) => None,
        };
        let Some(origin) = origin else {
            return Self::ForeignPage;
        };
        let host = headers.get(HOST).and_then(text);
        let host = host.or_else(|| uri.authority().map(Authority::as_str));
        let scheme = if config.cookie_secure {
            "https"
        } else {
            "http"
        };
        let own = host.and_then(|host| Origin::new(scheme, host));
        let public = config.public_url.as_deref().and_then(Origin::of_url);
        let configured = config.origins.iter().filter_map(text);
        let mut allowed = (configured.filter_map(Origin::parse))
            .chain(own)
            .chain(public);
        if allowed.any(|allowed| allowed == origin) {
            Self::OwnPage
        } else {
            Self::ForeignPage
        }
    }
}

impl<S> FromRequestParts<S> for SentFrom
where
    S: Send + Sync,
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let app = App::from_ref(state);
        Ok(Self::of(&parts.headers, &parts.uri, &app.config))
    }
}

/// The request was not sent from a page of another site: it may set the session cookie.
#[derive(Clone, Copy, Debug)]
pub struct FromOwnPage;

impl<S> FromRequestParts<S> for FromOwnPage
where
    S: Send + Sync,
    App: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match SentFrom::from_request_parts(parts, state).await {
            Ok(SentFrom::OwnPage) => Ok(Self),
            Ok(SentFrom::HiddenPage | SentFrom::ForeignPage) => Err(foreign()),
            Err(never) => match never {},
        }
    }
}

/// The refusal of a request that another site's page had a browser send.
#[must_use]
pub fn foreign() -> ApiError {
    ApiError::refused("不允许的请求来源")
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// An origin in its canonical form: two that are equal are the same site.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    is_secure: bool,
    /// In lower case.
    host: String,
    /// The scheme's own where none is named.
    port: u16,
}

impl Origin {
    /// Reads an origin without a path; `None` where it is none.
    fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Self::new(scheme, authority)
    }

    /// The origin of a URL.
    fn of_url(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next();
        Self::new(scheme, authority.unwrap_or(rest))
    }

    fn new(scheme: &str, authority: &str) -> Option<Self> {
        let is_secure = scheme.eq_ignore_ascii_case("https");
        if !is_secure && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets.
            Some((host, port)) if !port.ends_with(']') => {
                let plain = port.bytes().all(|byte| byte.is_ascii_digit());
                (host, port.parse().ok().filter(|_| plain)?)
            }
            Some(_) | None => (authority, if is_secure { 443 } else { 80 }),
        };
        let odd = |c: char| "/\\?#@, ".contains(c) || c.is_control();
        let good = !host.is_empty() && !host.contains(odd);
        good.then(|| Self {
            is_secure,
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{random::Random, secret_key::SecretKey};

    /// Where a request to `host` with these origins was sent from.
    fn sent_from(host: &str, origins: &[&str], is_secure: bool) -> SentFrom {
        let mut config = Config::new("table", SecretKey::random(&Random::seeded(1)));
        config.cookie_secure = is_secure;
        config.origins = vec!["http://localhost:5173".parse().unwrap()];
        config.public_url = Some("https://Members.shop.example/shop/".to_owned());
        let origins = origins.iter().map(|origin| (ORIGIN, *origin));
        let headers = origins.chain([(HOST, host)]);
        let headers = headers.map(|(name, text)| (name, text.parse().unwrap()));
        SentFrom::of(&headers.collect(), &Uri::default(), &config)
    }

    #[test]
    fn the_asked_host_the_public_url_and_configured_origins_are_own() {
        for (host, origin) in [
            ("shop.example", "https://shop.example"),
            ("shop.example:443", "https://shop.example"),
            ("Shop.Example", "https://shop.example:443"),
            ("shop.example:8443", "https://shop.example:8443"),
            ("[2001:db8::1]", "https://[2001:db8::1]"),
            ("[2001:db8::1]:444", "https://[2001:db8::1]:444"),
            ("api.example", "https://members.shop.example"),
            ("api.example", "http://localhost:5173"),
        ] {
            let own = sent_from(host, &[origin], true);
            assert_eq!(own, SentFrom::OwnPage, "{host} {origin}");
        }
        assert_eq!(sent_from("shop.example", &[], true), SentFrom::OwnPage);
        let plain = sent_from("localhost:8080", &["http://localhost:8080"], false);
        assert_eq!(plain, SentFrom::OwnPage);
    }

    #[test]
    fn another_scheme_port_or_host_is_foreign_and_so_are_two_origins() {
        for (host, origin) in [
            ("shop.example", "http://shop.example"),
            ("shop.example", "https://shop.example:444"),
            ("shop.example:444", "https://shop.example"),
            ("shop.example", "https://shop.example.evil.example"),
            ("shop.example", "https://shop.example/"),
            ("shop.example", "https://shop.example@evil.example"),
            ("shop.example", "https://shop.example,https://evil.example"),
            ("shop.example", "shop.example"),
            ("shop.example", "ftp://shop.example"),
            ("shop.example", "https://shop.example:+443"),
            ("shop.example:", "https://shop.example"),
            ("shop.example", ""),
            ("shop.example", "http://localhost"),
        ] {
            let sent = sent_from(host, &[origin], true);
            assert_eq!(sent, SentFrom::ForeignPage, "{host} {origin}");
        }
        let twice = ["https://shop.example"; 2];
        let sent = sent_from("shop.example", &twice, true);
        assert_eq!(sent, SentFrom::ForeignPage);
        let tls = sent_from("localhost:8080", &["https://localhost:8080"], false);
        assert_eq!(tls, SentFrom::ForeignPage);
        let hidden = sent_from("shop.example", &["null"], true);
        assert_eq!(hidden, SentFrom::HiddenPage);
    }
}

//! Origins: what browsers send of where a page is from.

use axum::http::HeaderValue;
use url::Url;

use super::settings::ConfigError;

/// Reads an origin (scheme, host, and port if need be), and gives it as browsers send it: in lower case,
/// its host in Punycode, without the scheme's own port.
///
/// # Errors
/// [`ConfigError::Invalid`] where it is none, or more.
pub fn origin(text: &str) -> Result<HeaderValue, ConfigError> {
    canonical(text).ok_or(ConfigError::Invalid {
        name: "HUIYUAN_ORIGINS",
        expected: "origins such as https://shop.example, comma-separated, without a path",
    })
}

fn canonical(text: &str) -> Option<HeaderValue> {
    let (scheme, rest) = text.split_once("://")?;
    // The parser forgives all of these.
    let typos = |c: char| c.is_whitespace() || c.is_control() || "@\\*".contains(c);
    if rest.starts_with('/') || rest.contains(typos) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let good = ["https", "http"].contains(&url.scheme())
        && url.scheme().eq_ignore_ascii_case(scheme)
        && url.port() != Some(0)
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    good.then(|| HeaderValue::from_str(&url.origin().ascii_serialization()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_given_as_browsers_send_it() {
        for (text, sent) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://shop.example:80", "http://shop.example"),
            ("http://shop.example:443", "http://shop.example:443"),
            ("HTTPS://Mall.Example:08443", "https://mall.example:8443"),
            ("https://商店.中国", "https://xn--czrs0t.xn--fiqs8s"),
            (
                "https://XN--CZRS0T.xn--fiqs8s",
                "https://xn--czrs0t.xn--fiqs8s",
            ),
            ("http://localhost:5173", "http://localhost:5173"),
            ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
            ("http://[::1]:5173", "http://[::1]:5173"),
        ] {
            assert_eq!(origin(text).unwrap(), sent, "{text}");
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for bad in [
            "",
            "*",
            "null",
            "shop.example",
            "//shop.example",
            "https:shop.example",
            "https:/shop.example",
            "https:///shop.example",
            "https:\\\\shop.example",
            "https://",
            "https://:5173",
            "https://*",
            "https://*.shop.example",
            "https://u@shop.example",
            "https://u:p@shop.example",
            "https://@shop.example",
            "https://shop.example/x",
            "https://shop.example?",
            "https://shop.example?x",
            "https://shop.example#",
            "https://shop.example:0",
            "https://shop.example:99999",
            "https://shop.example:https",
            "https://shop .example",
            "https://shop.example\t",
            "https://shop.example,https://b.example",
            "https://xn--a",
            "ftp://shop.example",
            "ws://shop.example",
            "file:///x",
        ] {
            assert!(origin(bad).is_err(), "{bad:?}");
        }
    }
}

//! The viewer's address, where CloudFront stands before the gateway.
//!
//! The gateway then sees CloudFront's few addresses, and limits per address would count all members
//! together. CloudFront tells the viewer's address in a header. It is believed only beside a secret that
//! CloudFront sends in another header, for a client can write both.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};

use crate::{base::digest::Digest, config::Config, domain::client_address::ClientAddress};

/// The header with the secret, a custom header of the origin in CloudFront.
const ORIGIN_SECRET: HeaderName = HeaderName::from_static("x-origin-secret");

/// CloudFront's own header: `address:port`, an IPv6 address without brackets.
const CLOUDFRONT_VIEWER_ADDRESS: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The header that a function at the edge may set instead: the address alone.
const VIEWER_ADDRESS: HeaderName = HeaderName::from_static("x-viewer-address");

/// Takes the viewer's address for the client's, where CloudFront vouches for it.
pub(in crate::http) async fn believe(
    State(config): State<Arc<Config>>,
    mut request: Request,
    next: Next,
) -> Response {
    if is_vouched(request.headers(), &config.origin_secrets)
        && let Some(viewer) = viewer(request.headers())
    {
        request.extensions_mut().insert(ClientAddress(viewer));
    }
    next.run(request).await
}

/// Whether the request carries one of the secrets. Digests are compared, in constant time.
fn is_vouched(headers: &HeaderMap, secrets: &[Digest]) -> bool {
    let Some(secret) = only(headers, &ORIGIN_SECRET) else {
        return false;
    };
    let secret = Digest::of(secret.as_bytes());
    // Each is compared, whichever it is.
    let known = secrets.iter().filter(|known| **known == secret);
    known.count() > 0
}

fn viewer(headers: &HeaderMap) -> Option<IpAddr> {
    match only(headers, &CLOUDFRONT_VIEWER_ADDRESS) {
        Some(text) => text.rsplit_once(':')?.0.parse().ok(),
        None => only(headers, &VIEWER_ADDRESS)?.parse().ok(),
    }
}

/// The header's one value; `None` where there are several.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&HeaderName, &str)]) -> HeaderMap {
        let lines = lines.iter();
        lines
            .map(|(name, value)| ((*name).clone(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn an_address_is_read_as_cloudfront_writes_it() {
        let viewer = |text| viewer(&headers(&[(&CLOUDFRONT_VIEWER_ADDRESS, text)]));
        let address = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert_eq!(viewer("198.51.100.10:46532"), address("198.51.100.10"));
        assert_eq!(viewer("2001:db8::1:46532"), address("2001:db8::1"));
        for bad in ["", "198.51.100.10", "198.51.100:46532", "viewer:1"] {
            assert_eq!(viewer(bad), None, "{bad}");
        }
        let alone = headers(&[(&VIEWER_ADDRESS, "2001:db8::2")]);
        assert_eq!(super::viewer(&alone), address("2001:db8::2"));
    }

    #[test]
    fn either_secret_vouches_and_nothing_else_does() {
        let secrets =
            ["the old secret..", "the new secret.."].map(|text| Digest::of(text.as_bytes()));
        let vouched = |lines: &[(&HeaderName, &str)]| is_vouched(&headers(lines), &secrets);
        assert!(vouched(&[(&ORIGIN_SECRET, "the old secret..")]));
        assert!(vouched(&[(&ORIGIN_SECRET, "the new secret..")]));
        for lines in [
            &[][..],
            &[(&ORIGIN_SECRET, "")],
            &[(&ORIGIN_SECRET, "another secret..")],
            &[(&ORIGIN_SECRET, "the old secret.."), (&ORIGIN_SECRET, "x")],
        ] {
            assert!(!vouched(lines), "{lines:?}");
        }
        let none = headers(&[(&ORIGIN_SECRET, "")]);
        assert!(!is_vouched(&none, &[]));
    }
}

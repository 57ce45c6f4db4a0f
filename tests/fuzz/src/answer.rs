//! An answer of the routers.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Request, StatusCode, header::CACHE_CONTROL},
};
use http_body_util::BodyExt;
use shared::{domain::client_address::ClientAddress, telemetry::line::Line};
use tower::ServiceExt;

use crate::{
    runtime::run,
    service::{self, Service},
};

/// An answer, and what was logged of it.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The line in the log.
    pub line: Line,
}

impl Answer {
    /// Sends a request of a client at `192.0.2.7`, and checks what holds for every answer.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn to(mut request: Request<Body>) -> Self {
        let address = [192, 0, 2, 7].into();
        request.extensions_mut().insert(ClientAddress(address));
        let _ = service::take_lines();
        let (parts, body) = run(async {
            let answered = Service::get().router.oneshot(request).await;
            let Ok(response) = answered;
            let (parts, body) = response.into_parts();
            (
                parts,
                body.collect().await.expect("a body is whole").to_bytes(),
            )
        });
        let line = service::take_lines().pop().expect("a request is logged");
        assert_no_panic(&line);
        let caching = parts.headers.get(CACHE_CONTROL);
        assert_eq!(caching.expect("a word on caching"), "no-store");
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
            line,
        }
    }
}

/// A panic that was caught and answered is a finding like any other. Where `cargo fuzz` runs, it
/// has ended the process already.
///
/// # Panics
/// When a handler did.
pub fn assert_no_panic(line: &Line) {
    let fault = line.fault.as_deref().unwrap_or_default();
    assert!(!fault.contains("panic"), "{fault}");
}

//! A request through the routers, and its answer.

use std::future::{Future, IntoFuture};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{
        HeaderMap, Request, StatusCode,
        header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, SET_COOKIE},
        request::Builder,
    },
};
use http_body_util::BodyExt;
use serde_json::Value;
use shared::{
    domain::client_address::ClientAddress,
    http::{cookie, operator::Operator},
};
use tower::ServiceExt;

use super::{ADDRESS, described::assert_described, planted};

/// Who calls as the operator.
pub const OPERATOR: &str = "arn:aws:iam::123456789012:user/shop";

/// A request that is sent by awaiting it.
pub struct RequestBuilder {
    router: Router,
    builder: Builder,
    host: String,
    body: Vec<u8>,
    address: IpAddr,
}

impl RequestBuilder {
    pub fn new(router: Router, method: &str, path: &str) -> Self {
        Self::to(router, method, path, "shop.example")
    }

    /// A request that was sent to another name than the shop's.
    pub fn to(router: Router, method: &str, path: &str, host: &str) -> Self {
        Self {
            router,
            builder: Request::builder().method(method).uri(path),
            host: host.to_owned(),
            body: Vec::new(),
            address: ADDRESS.parse().expect("an address"),
        }
    }

    /// Says which host is asked.
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    /// Says where the request comes from.
    pub fn from(mut self, address: &str) -> Self {
        self.address = address.parse().expect("an address");
        self
    }

    /// Goes through another router.
    pub fn through(mut self, router: &Router) -> Self {
        self.router = router.clone();
        self
    }

    /// Says which peer the connection is with, to a router that asks.
    pub fn connected(mut self, peer: SocketAddr) -> Self {
        self.builder = self.builder.extension(ConnectInfo(peer));
        self
    }

    /// Calls as the operator, whom the gateway or the local stack vouches for.
    pub fn operator(mut self) -> Self {
        self.builder = self.builder.extension(Operator::named(OPERATOR));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// Carries a token as a browser does.
    pub fn cookie(self, token: &str) -> Self {
        self.header(
            COOKIE.as_str(),
            &format!("theme=dark; {}={token}", cookie::NAME),
        )
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.body("application/x-www-form-urlencoded", form.finish())
    }

    #[expect(clippy::needless_pass_by_value, reason = "`json!` makes a value")]
    pub fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn multipart(self, fields: &[(&str, &str)]) -> Self {
        let part = |(name, value): &(&str, &str)| {
            let head = "--part\r\ncontent-disposition: form-data; name=";
            format!("{head}\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body: String = fields.iter().map(part).collect();
        let body = body + "--part--\r\n";
        self.body("multipart/form-data; boundary=part", body)
    }

    async fn send(self) -> Reply {
        let body = Body::from(self.body.clone());
        let builder = self.builder.header("host", self.host);
        let mut request = builder.body(body).expect("a good request");
        request.extensions_mut().insert(ClientAddress(self.address));
        let planted = planted::of(&request, &self.body);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = planted::with(planted, self.router.oneshot(request)).await;
        let (parts, body) = response.expect("a router answers").into_parts();
        let bytes = body.collect().await.expect("a body is whole").to_bytes();
        let reply = Reply {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            bytes: bytes.to_vec(),
        };
        assert_described(&method, &path, &reply);
        reply
    }
}

impl IntoFuture for RequestBuilder {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// The body as JSON; `null` where it is none.
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The session token that the answer's cookie hands over; empty where it takes it back.
    pub fn cookie(&self) -> Option<String> {
        let line = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        let value = line.strip_prefix(cookie::NAME)?.strip_prefix('=')?;
        Some(value.split(';').next().unwrap_or_default().to_owned())
    }
}

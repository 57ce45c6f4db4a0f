//! What a client wrote into a gateway's event. `lambda_http` takes it for well-formed and panics
//! where it is not: a quotation mark in a query is enough, and the gateway makes a 5xx of that. So
//! it is taken out of the event, and put into the request that is made of the rest.

use base64::{Engine, prelude::BASE64_STANDARD};
use form_urlencoded::Serializer;
use lambda_http::{
    Body, Request,
    aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest},
    http::{HeaderMap, HeaderValue, Uri, header::HOST},
    request::LambdaRequest,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no query of a URI holds as it is. A percent sign stays: it says what is encoded already.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The same of a path.
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}');

/// A byte that is no text in any encoding: what cannot be decoded cannot be read.
const UNREADABLE: &[u8] = b"\xff";

/// What a client wrote.
#[derive(Default)]
pub(crate) struct RawRequest {
    path: String,
    query: String,
    host: Option<HeaderValue>,
    body: Body,
}

impl RawRequest {
    /// Takes it out of an event.
    pub(crate) fn take(event: &mut LambdaRequest) -> Self {
        match event {
            LambdaRequest::ApiGatewayV1(event) => Self::take_v1(event),
            LambdaRequest::ApiGatewayV2(event) => Self::take_v2(event),
            // None that this service is deployed behind.
            _ => Self::default(),
        }
    }

    fn take_v2(event: &mut ApiGatewayV2httpRequest) -> Self {
        let context = &mut event.request_context;
        let path = event.raw_path.take().unwrap_or_default();
        event.raw_path = Some("/".to_owned());
        Self {
            path: without_stage(&path, context.stage.as_deref()).to_owned(),
            query: event.raw_query_string.take().unwrap_or_default(),
            host: host(&mut event.headers, context.domain_name.take()),
            body: body(event.body.take(), event.is_base64_encoded),
        }
    }

    /// A REST API tells the path without its stage, and the query decoded.
    fn take_v1(event: &mut ApiGatewayProxyRequest) -> Self {
        let many = std::mem::take(&mut event.multi_value_query_string_parameters);
        let single = std::mem::take(&mut event.query_string_parameters);
        let pairs = if many.is_empty() { &single } else { &many };
        let query = Serializer::new(String::new())
            .extend_pairs(pairs.iter())
            .finish();
        let domain = event.request_context.domain_name.take();
        let host = host(&mut event.multi_value_headers, None).or(host(&mut event.headers, domain));
        Self {
            path: event.path.replace("/".to_owned()).unwrap_or_default(),
            query,
            host,
            body: body(event.body.take(), event.is_base64_encoded),
        }
    }

    /// Puts it into the request that was made of the rest. A path that is none leads nowhere.
    pub(crate) fn put_into(self, mut request: Request) -> Request {
        let path = utf8_percent_encode(&self.path, PATH);
        let target = if self.query.is_empty() {
            path.to_string()
        } else {
            format!("{path}?{}", utf8_percent_encode(&self.query, QUERY))
        };
        let target = Uri::try_from(target).ok();
        *request.uri_mut() = target.unwrap_or_default();
        *request.body_mut() = self.body;
        if let Some(host) = self.host {
            request.headers_mut().insert(HOST, host);
        }
        request
    }
}

/// The host that was asked for: the client's word, else the gateway's name for itself.
fn host(headers: &mut HeaderMap, domain: Option<String>) -> Option<HeaderValue> {
    let asked = headers.remove(HOST);
    asked.or_else(|| domain?.try_into().ok())
}

fn body(text: Option<String>, is_base64: bool) -> Body {
    match text {
        None => Body::Empty,
        Some(text) if is_base64 => {
            let bytes = BASE64_STANDARD.decode(text);
            Body::Binary(bytes.unwrap_or_else(|_| UNREADABLE.to_vec()))
        }
        Some(text) => Body::Text(text),
    }
}

/// An HTTP API puts the name of its stage before the path, `$default` excepted.
fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    let inner = stage
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|inner| inner.starts_with('/'));
    inner.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The request of an HTTP API's event with changes.
    fn request(change: impl FnOnce(&mut Value)) -> Request {
        let mut event = json!({
            "version": "2.0",
            "rawPath": "/prod/x",
            "rawQueryString": "a=b",
            "headers": {"host": "members.shop.example"},
            "requestContext": {"stage": "prod", "http": {"method": "POST"}},
            "body": "YQ==",
            "isBase64Encoded": true,
        });
        change(&mut event);
        of(event)
    }

    fn of(event: Value) -> Request {
        let mut event: LambdaRequest = serde_json::from_value(event).unwrap();
        let said = RawRequest::take(&mut event);
        said.put_into(event.into())
    }

    #[test]
    fn the_stage_of_an_http_api_is_no_part_of_the_path() {
        let path = "/prod/v1/site/login";
        assert_eq!(without_stage(path, Some("prod")), "/v1/site/login");
        assert_eq!(without_stage(path, Some("pro")), path);
        assert_eq!(without_stage(path, Some("$default")), path);
        assert_eq!(without_stage(path, None), path);
        assert_eq!(without_stage("/prod", Some("prod")), "/prod");
    }

    #[test]
    fn what_the_client_wrote_gets_there() {
        let request = request(|_| {});
        assert_eq!(*request.uri(), "/x?a=b");
        assert_eq!(request.headers()[HOST], "members.shop.example");
        assert_eq!(**request.body(), *b"a");
    }

    #[test]
    fn what_no_uri_holds_is_encoded() {
        let request = request(|event| {
            event["rawPath"] = json!("/prod/a \"b\"/会");
            event["rawQueryString"] = json!("meta_fields={\"name\":\"<n>\"}&x=%22 会");
        });
        let expected =
            "/a%20%22b%22/%E4%BC%9A?meta_fields={%22name%22:%22%3Cn%3E%22}&x=%22%20%E4%BC%9A";
        assert_eq!(*request.uri(), expected);
    }

    #[test]
    fn what_cannot_be_decoded_cannot_be_read() {
        let request = request(|event| event["body"] = json!("no base64"));
        assert_eq!(**request.body(), *UNREADABLE);
    }

    #[test]
    fn a_host_or_path_that_is_none_is_no_panic() {
        for host in ["[", "a b", "", ":x"] {
            let request = request(|event| event["headers"]["host"] = json!(host));
            assert_eq!(*request.uri(), "/x?a=b");
            assert_eq!(request.headers()[HOST], host);
        }
        for path in ["", ":", "x", "//", "?"] {
            let _ = request(|event| event["rawPath"] = json!(path));
        }
        let proto = json!("https, http");
        let request = request(|event| event["headers"]["x-forwarded-proto"] = proto);
        assert_eq!(*request.uri(), "/x?a=b");
    }

    #[test]
    fn a_rest_api_tells_the_query_decoded() {
        let request = of(json!({
            "path": "/x",
            "httpMethod": "POST",
            "headers": {"Host": "members.shop.example"},
            "multiValueHeaders": {"Host": ["members.shop.example"]},
            "multiValueQueryStringParameters": {"a b": ["\"&"]},
            "requestContext": {
                "stage": "prod",
                "httpMethod": "POST",
                "identity": {},
                "requestTimeEpoch": 0,
            },
        }));
        assert_eq!(*request.uri(), "/x?a+b=%22%26");
        assert_eq!(request.headers()[HOST], "members.shop.example");
    }
}

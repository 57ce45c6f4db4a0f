//! An HTTP message as text, which is easier to vary than an event, and the event that a gateway
//! makes of it.
//!
//! The first line is the gateway, the method, the stage and the target, `v2 POST $default /x?a=b`;
//! headers follow, an empty line, and the body. The gateway is `v1` (a REST API), `v2` (an HTTP
//! API), `v2i` (one that checked an IAM signature) or `v2b` (one that says the body is base64).

use axum::http::{HeaderName, HeaderValue, Method};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};

/// The gateway's event; `None` where the text is no message that would get there.
#[must_use]
pub fn event(message: &[u8]) -> Option<Value> {
    let mut lines = message.split_inclusive(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?.trim_end();
    let mut words = first.splitn(4, ' ');
    let (gateway, method) = (words.next()?, words.next()?);
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let (stage, target) = (words.next()?, words.next()?);
    let mut length = first.len() + 1;
    let mut headers = Vec::new();
    for line in lines {
        length += line.len();
        let Some((name, value)) = header(line) else {
            break;
        };
        headers.push((name, value));
    }
    let message = Message {
        method: method.as_str(),
        stage,
        target,
        headers,
        body: message.get(length..).unwrap_or_default(),
    };
    match gateway {
        "v1" => Some(message.v1()),
        "v2" => Some(message.v2()),
        "v2i" => {
            let mut event = message.v2();
            let iam = json!({"iam": {"accountId": "123456789012", "userArn": "arn"}});
            event["requestContext"]["authorizer"] = iam;
            Some(event)
        }
        "v2b" => {
            let mut event = message.v2();
            event["isBase64Encoded"] = Value::Bool(true);
            Some(event)
        }
        _ => None,
    }
}

struct Message<'a> {
    method: &'a str,
    stage: &'a str,
    target: &'a str,
    headers: Vec<(String, String)>,
    body: &'a [u8],
}

/// A header as a gateway lets it through; `None` ends them.
fn header(line: &[u8]) -> Option<(String, String)> {
    let (name, value) = std::str::from_utf8(line).ok()?.trim().split_once(':')?;
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let value = HeaderValue::from_str(value.trim()).ok()?;
    let value = std::str::from_utf8(value.as_bytes()).ok()?.to_owned();
    Some((name.as_str().to_owned(), value))
}

impl Message<'_> {
    fn path_and_query(&self) -> (&str, &str) {
        self.target.split_once('?').unwrap_or((self.target, ""))
    }

    fn body(&self) -> (Value, bool) {
        match std::str::from_utf8(self.body) {
            Ok("") => (Value::Null, false),
            Ok(text) => (Value::from(text), false),
            Err(_) => (BASE64_STANDARD.encode(self.body).into(), true),
        }
    }

    /// The headers of an HTTP API: what was sent twice is one, with commas.
    fn joined(&self) -> Map<String, Value> {
        let mut joined: Map<String, Value> = Map::new();
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "cookie") {
            let earlier = joined.get(name).and_then(Value::as_str);
            let value = earlier.map_or_else(|| value.clone(), |first| format!("{first},{value}"));
            joined.insert(name.clone(), value.into());
        }
        joined
    }

    fn v2(&self) -> Value {
        let (path, query) = self.path_and_query();
        let raw = match self.stage {
            "$default" => path.to_owned(),
            stage => format!("/{stage}{path}"),
        };
        let (body, is_base64) = self.body();
        let lines = self.headers.iter().filter(|(name, _)| name == "cookie");
        let cookies: Vec<&str> = lines.flat_map(|(_, line)| line.split("; ")).collect();
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": raw,
            "rawQueryString": query,
            "cookies": if cookies.is_empty() { Value::Null } else { cookies.into() },
            "headers": self.joined(),
            "requestContext": {
                "accountId": "123456789012",
                "domainName": "members.shop.example",
                "http": {
                    "method": self.method,
                    "path": raw,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.7",
                },
                "requestId": "gateway-id",
                "stage": self.stage,
                "timeEpoch": 1_907_726_400_000_i64,
            },
            "body": body,
            "isBase64Encoded": is_base64,
        })
    }

    fn v1(&self) -> Value {
        let (path, query) = self.path_and_query();
        let mut many: Map<String, Value> = Map::new();
        for (name, value) in &self.headers {
            push(&mut many, name, value);
        }
        let mut queries = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            push(&mut queries, &name, &value);
        }
        let (body, is_base64) = self.body();
        json!({
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": self.method,
            "headers": last(&many),
            "multiValueHeaders": many,
            "queryStringParameters": last(&queries),
            "multiValueQueryStringParameters": queries,
            "requestContext": {
                "domainName": "api.execute-api.eu-west-1.amazonaws.com",
                "httpMethod": self.method,
                "identity": {"sourceIp": "192.0.2.7"},
                "path": format!("/{}{path}", self.stage),
                "protocol": "HTTP/1.1",
                "requestId": "gateway-id",
                "requestTimeEpoch": 1_907_726_400_000_i64,
                "stage": self.stage,
            },
            "body": body,
            "isBase64Encoded": is_base64,
        })
    }
}

fn push(many: &mut Map<String, Value>, name: &str, value: &str) {
    let values = many.entry(name).or_insert_with(|| json!([]));
    if let Value::Array(values) = values {
        values.push(value.into());
    }
}

/// The last of many values, as a REST API tells them beside all of them.
fn last(many: &Map<String, Value>) -> Map<String, Value> {
    let last = |(name, values): (&String, &Value)| {
        let value = values.as_array().and_then(|values| values.last());
        (name.clone(), value.cloned().unwrap_or_default())
    };
    many.iter().map(last).collect()
}

//! What every request of every test brings: none of it may be in the request's line of the log.

use axum::{
    body::Body,
    http::{
        Request,
        header::{AUTHORIZATION, CONTENT_TYPE, COOKIE},
    },
};
use serde_json::Value;
use shared::telemetry::line::Line;

/// Shorter values, such as `male` or a page's number, are in a line by chance.
const SHORTEST: usize = 6;

tokio::task_local! {
    static PLANTED: Vec<String>;
}

/// Runs a request while its values are known.
pub async fn with<T>(planted: Vec<String>, request: impl Future<Output = T>) -> T {
    PLANTED.scope(planted, request).await
}

/// The values that a request brings: of its query, its body, its tokens.
pub fn of(request: &Request<Body>, body: &[u8]) -> Vec<String> {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let mut values = pairs(request.uri().query().unwrap_or_default().as_bytes());
    match header(CONTENT_TYPE).unwrap_or_default() {
        kind if kind.starts_with("application/json") => {
            leaves(
                &serde_json::from_slice(body).unwrap_or_default(),
                &mut values,
            );
        }
        kind if kind.starts_with("multipart/") => {
            let text = String::from_utf8_lossy(body);
            values.extend(text.lines().map(str::to_owned));
        }
        _ => values.extend(pairs(body)),
    }
    for header in [AUTHORIZATION, COOKIE].map(header) {
        let words = header.unwrap_or_default().split([' ', '=', ';']);
        values.extend(words.map(str::to_owned));
    }
    values.retain(|value| value.len() >= SHORTEST);
    values
}

fn pairs(text: &[u8]) -> Vec<String> {
    let pairs = form_urlencoded::parse(text);
    pairs.map(|(_, value)| value.into_owned()).collect()
}

fn leaves(value: &Value, leaf: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| leaves(value, leaf)),
        Value::Array(list) => list.iter().for_each(|value| leaves(value, leaf)),
        Value::String(text) => leaf.push(text.clone()),
        Value::Number(number) => leaf.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Fails the test whose request has something of its own in its line.
pub fn assert_not_in(line: &Line) {
    let mut shown = serde_json::to_value(line).expect("a line is JSON");
    let fields = shown.as_object_mut().expect("a line is an object");
    // What is the same whoever asks for what.
    for known in ["time", "function", "method", "endpoint"] {
        fields.remove(known);
    }
    let shown = shown.to_string();
    // Outside of a request nothing is planted.
    let _ = PLANTED.try_with(|planted| {
        for value in planted {
            assert!(!shown.contains(value.as_str()), "{value:?} is in {shown}");
        }
    });
}

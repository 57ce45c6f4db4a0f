//! The event of an API Gateway, HTTP API and REST API, through the conversion that Lambda's runtime
//! makes of it and the real routers: whatever a client sends, and whatever an event holds, there is
//! an answer in the family's envelope, and it is never a fault but that of the missing table.
//!
//! The input is an event, or a message that a gateway makes one of (see [`message`]).

use lambda_http::{Context, LambdaEvent};
use serde_json::Value;
use shared::{lambda::gateway, telemetry::line::Line};
use tower::ServiceExt;

use crate::{
    answer::assert_no_panic,
    message,
    runtime::run,
    service::{self, Service},
};

/// Hands the input to a function as the runtime does.
///
/// # Panics
/// When there is no answer, or one that no client of the family can read.
pub fn check(data: &[u8]) {
    let event = match data.first() {
        Some(b'{') => std::str::from_utf8(data).ok().map(str::to_owned),
        _ => message::event(data).map(|event| event.to_string()),
    };
    let Some(event) = event else {
        return;
    };
    let read = serde_json::from_str(&event);
    let Ok(payload) = read else {
        return assert!(data.starts_with(b"{"), "no event: {event}");
    };
    let _ = service::take_lines();
    let answered = run(async {
        let service = gateway::service(Service::get().router);
        let event = LambdaEvent::new(payload, Context::default());
        let Ok(answer) = service.oneshot(event).await;
        serde_json::to_value(answer).expect("an answer is JSON")
    });
    let lines = service::take_lines();
    let [line] = &lines[..] else {
        panic!("one request, {} lines", lines.len());
    };
    assert_answer(&answered, line);
}

fn assert_answer(answer: &Value, line: &Line) {
    assert_no_panic(line);
    let status = answer["statusCode"].as_u64();
    let header = |name: &str| {
        let many = answer["multiValueHeaders"][name][0].as_str();
        answer["headers"][name].as_str().or(many).map(str::to_owned)
    };
    assert_eq!(header("cache-control").as_deref(), Some("no-store"));
    assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"));
    let body = answer["body"].as_str().unwrap_or_default();
    if answer["isBase64Encoded"] == true {
        assert_eq!(header("content-type").as_deref(), Some("image/png"));
        return assert_eq!(line.endpoint.as_deref(), Some("/captcha/{file}"));
    }
    if status == Some(404) {
        // `HEAD` may be answered without a body.
        let bodiless = body.is_empty() && line.method == "HEAD";
        return assert!(bodiless || body == r#"{"message":"Not Found"}"#, "{answer}");
    }
    assert_eq!(status, Some(200), "{answer}");
    let endpoint = line.endpoint.as_deref().unwrap_or_default();
    match header("content-type").as_deref() {
        Some("application/json") => assert_envelope(endpoint, body, line),
        Some("text/html; charset=utf-8") => assert_eq!(endpoint, "/reset_password"),
        Some("application/javascript; charset=utf-8") => assert_eq!(endpoint, "/captcha"),
        // A preflight, which no route sees.
        other => assert!(other.is_none() && line.method == "OPTIONS", "{answer}"),
    }
}

/// The answer is one that a client of the family can read, and a fault is the table's.
fn assert_envelope(endpoint: &str, body: &str, line: &Line) {
    let envelope: Value = serde_json::from_str(body).expect("an envelope is JSON");
    if endpoint == "/captcha" && envelope["code"].is_null() {
        return assert!(envelope["id"].is_string(), "{body}");
    }
    let code = envelope["code"].as_u64().expect("a code");
    assert!(envelope["message"].is_string(), "{body}");
    let known: &[u64] = if endpoint.starts_with("/v") {
        assert!(
            envelope["timestamp"].is_i64() && envelope["data"].is_array(),
            "{body}"
        );
        &[200, 401, 422, 429, 500]
    } else {
        &[200, 201, 212, 214, 500]
    };
    assert!(known.contains(&code), "{endpoint}: {body}");
    assert_eq!(u64::from(line.code), code);
    if code == 500 {
        let fault = line.fault.as_deref().expect("a fault has a cause");
        let known = ["failed: construction error", "without its client's address"];
        assert!(known.iter().any(|known| fault.contains(known)), "{fault}");
    }
}

//! The JSONP callback: what is taken is the name of a function and nothing more, so that the answer
//! is a call of it, and everything else is refused in the family's envelope.

use axum::{
    body::Body,
    http::{Request, header::CONTENT_TYPE},
};
use registration::captcha::callback::Callback;
use serde_json::{Map, Value};

use crate::answer::Answer;

/// Asks for a captcha with the input as the callback's name.
///
/// # Panics
/// When the answer could be anything but a call of the name, or a refusal.
pub fn check(data: &[u8]) {
    let Ok(name) = std::str::from_utf8(data) else {
        return;
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("callback", name)
        .finish();
    let request = Request::get(format!("/captcha?{query}"));
    let Ok(request) = request.body(Body::empty()) else {
        return assert!(name.len() > 1024, "{query}");
    };
    let answer = Answer::to(request);
    assert_eq!(answer.status, 200);
    let text = std::str::from_utf8(&answer.body).expect("the answer is text");
    if Callback::parse(name).is_none() {
        let refusal: Map<String, Value> = serde_json::from_str(text).expect("an envelope");
        assert_eq!(refusal["code"], 201);
        return assert_eq!(refusal.len(), 2, "{text}");
    }
    let known = |c: char| c.is_ascii_alphanumeric() || "_$.".contains(c);
    assert!((1..=64).contains(&name.len()) && name.chars().all(known));
    for part in name.split('.') {
        assert!(part.starts_with(|c: char| !c.is_ascii_digit()), "{name}");
    }
    let content_type = answer.headers.get(CONTENT_TYPE).expect("a content type");
    assert_eq!(content_type, "application/javascript; charset=utf-8");
    let json = text
        .strip_prefix(name)
        .and_then(|call| call.strip_prefix('('));
    let json = json.and_then(|call| call.strip_suffix(')'));
    let issued: Map<String, Value> = serde_json::from_str(json.expect("a call")).expect("JSON");
    assert_eq!(issued.len(), 2);
    let id = issued["id"].as_str().expect("an id");
    assert_eq!(issued["path"], format!("/{id}.png"));
}

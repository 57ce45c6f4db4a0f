//! The same fields as a form, as JSON and in parts, and what the extractor makes of each.

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::{HeaderValue, Uri, header::CONTENT_TYPE},
};
use form_urlencoded::Serializer;
use shared::http::{
    error::ApiError,
    params::{AnyParams, BodyParams, MOST_BYTES, Params},
};

use crate::runtime::run;

/// The content type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// The content type of JSON.
pub const JSON: &str = "application/json";
/// The content type of parts.
pub const PARTS: &str = "multipart/form-data; boundary=part-of-a-form";

/// What parts of [`PARTS`] begin with.
const PART: &str = "--part-of-a-form";

/// What is said of a body over the limit.
pub const TOO_LARGE: &str = "请求内容过大";
/// What is said of a body that cannot be read.
pub const UNREADABLE: &str = "请求参数格式不正确";

/// Names and texts in the order they are sent.
pub type Fields = Vec<(String, String)>;

/// Reads a request as RageFrame's endpoints do.
///
/// # Errors
/// The extractor's.
pub fn of_body(content_type: &HeaderValue, body: &[u8]) -> Result<Params, ApiError> {
    let request = request(Uri::from_static("/"), content_type, body);
    let BodyParams(params) = run(BodyParams::from_request(request, &()))?;
    Ok(params)
}

/// Reads a request as Youhaosuda's endpoints do.
///
/// # Errors
/// The extractor's.
pub fn of_any(uri: Uri, content_type: &HeaderValue, body: &[u8]) -> Result<Params, ApiError> {
    let request = request(uri, content_type, body);
    let AnyParams(params) = run(AnyParams::from_request(request, &()))?;
    Ok(params)
}

fn request(uri: Uri, content_type: &HeaderValue, body: &[u8]) -> Request {
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, content_type.clone());
    request
}

/// Whether a form, JSON and parts can all say the name: `a[b]` nests in two of them, and parts have
/// no agreed way to quote the others.
#[must_use]
pub fn can_be_named(name: &str) -> bool {
    !name.contains(|c: char| c.is_control() || "[\"\\".contains(c))
}

/// Sends the fields in every encoding, and checks that what is read is what was sent, or the
/// refusal that it is too much.
///
/// # Panics
/// When it is anything else.
pub fn assert_read_alike(fields: &Fields) {
    let in_parts = |(name, text): &(String, String)| can_be_named(name) && !text.contains(PART);
    if fields.is_empty() || !fields.iter().all(in_parts) {
        return;
    }
    let form = form(fields);
    for (content_type, body) in [
        (FORM, form.clone()),
        (JSON, json(fields)),
        (PARTS, parts(fields)),
    ] {
        let read = of_body(&HeaderValue::from_static(content_type), body.as_bytes());
        assert_sent(fields, body.len() > MOST_BYTES, read, content_type);
    }
    if let Ok(uri) = format!("/?{form}").parse() {
        let read = of_any(uri, &HeaderValue::from_static(FORM), b"");
        assert_sent(fields, false, read, "the query");
    }
}

fn assert_sent(fields: &Fields, too_large: bool, read: Result<Params, ApiError>, way: &str) {
    let params = match read {
        Ok(params) => params,
        Err(error) => {
            assert!(too_large, "{way} refused {fields:?}");
            return assert_eq!(error.message.as_deref(), Some(TOO_LARGE));
        }
    };
    assert!(!too_large, "{way} took more than the limit");
    let mut sent: HashMap<&str, (&str, bool)> = HashMap::new();
    for (name, text) in fields {
        let twice = sent.contains_key(name.as_str());
        sent.insert(name, (text, twice));
    }
    for (name, (sent, twice)) in sent {
        match params.text(name) {
            Ok(text) => {
                assert_eq!(text, Some(sent), "{way}");
                assert!(!twice, "{way} took one of two texts of {name:?}");
            }
            Err(_) => assert!(twice, "{way} has no text of {name:?}"),
        }
    }
}

fn form(fields: &Fields) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// As JSON, in which a name may stand twice.
fn json(fields: &Fields) -> String {
    let quoted = |text: &String| serde_json::Value::from(text.as_str()).to_string();
    let members = fields
        .iter()
        .map(|(name, text)| [&quoted(name), ":", &quoted(text)].concat());
    ["{", &members.collect::<Vec<_>>().join(","), "}"].concat()
}

fn parts(fields: &Fields) -> String {
    let head = "\r\ncontent-disposition: form-data; name=";
    let part =
        |(name, text): &(String, String)| format!("{PART}{head}\"{name}\"\r\n\r\n{text}\r\n");
    let mut parts: String = fields.iter().map(part).collect();
    parts.push_str(PART);
    parts.push_str("--\r\n");
    parts
}

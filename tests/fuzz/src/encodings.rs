//! The same fields, as a form, as JSON, in parts and in the query, are read alike.
//!
//! The input is a field a line, `name=text`.

use axum::http::HeaderValue;
use serde_json::{Map, Value};

use crate::fields::{self, Fields};

/// Sends the input's fields in every way.
///
/// # Panics
/// When they are not read alike.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let fields: Fields = text
        .split('\n')
        .filter_map(|line| line.split_once('='))
        .map(|(name, text)| (name.to_owned(), text.to_owned()))
        .collect();
    fields::assert_read_alike(&fields);
    for (_, text) in &fields {
        assert_scalar_is_its_text(text);
    }
}

/// A number or a boolean is the text it is written as.
fn assert_scalar_is_its_text(text: &str) {
    let scalar = match serde_json::from_str(text) {
        Ok(Value::Number(_) | Value::Bool(_)) => text.trim_matches([' ', '\t', '\r', '\n']),
        Ok(Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_)) | Err(_) => return,
    };
    let json = ["{\"a\":", text, "}"].concat();
    assert!(serde_json::from_str::<Map<String, Value>>(&json).is_ok());
    let params = fields::of_body(&HeaderValue::from_static(fields::JSON), json.as_bytes());
    let params = params.expect("an object with a number is read");
    assert_eq!(params.text("a").ok().flatten(), Some(scalar));
}

//! The extractor on any content type, query and body: what is over the limit is refused, what is
//! read takes no more memory than the limit allows, and is read alike when it is sent again in any
//! other encoding.
//!
//! The input is a line of content type, a line of query, and the body. A number before the content
//! type says how often the body is repeated, so that few bytes make more than the limit.

use std::collections::BTreeSet;

use axum::http::{HeaderValue, Uri};
use serde_json::{Map, Value};
use shared::http::params::{MOST_BYTES, Params};

use crate::{
    fields::{self, Fields, TOO_LARGE, UNREADABLE},
    memory,
};

/// What the extractor may allocate at most: a form of nothing but names has 32,768 of them in 64
/// KiB, and each is a string of its own in a table.
pub const MOST_MEMORY: usize = 12 * 1024 * 1024;

/// Sends the input.
///
/// # Panics
/// When the answer is not what the limit, the encoding or the other way to read it says.
pub fn check(data: &[u8]) {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let (Some(content_type), Some(query), Some(body)) = (lines.next(), lines.next(), lines.next())
    else {
        return;
    };
    let (content_type, body) = repeated(content_type, body);
    let body = &body[..];
    let Ok(content_type) = HeaderValue::from_bytes(content_type) else {
        return;
    };
    let Ok(uri) = Uri::try_from([b"/?", query].concat()) else {
        return;
    };
    let (of_body, of_any) = memory::within(MOST_MEMORY, || {
        let of_body = fields::of_body(&content_type, body);
        (of_body, fields::of_any(uri, &content_type, body))
    });
    for read in [&of_body, &of_any] {
        let message = read.as_ref().err().map(|error| error.message.as_deref());
        match message {
            Some(Some(TOO_LARGE)) => assert!(body.len() > MOST_BYTES),
            Some(message) => assert_eq!(message, Some(UNREADABLE)),
            None => assert!(body.len() <= MOST_BYTES),
        }
    }
    let names = names(query, body);
    if let (Ok(body), Ok(any)) = (&of_body, &of_any) {
        for name in &names {
            assert_body_wins(name, body, any);
        }
    }
    if let Ok(params) = &of_body {
        fields::assert_read_alike(&texts(params, names));
    }
}

/// The body as often as the number before the content type says.
fn repeated<'a>(content_type: &'a [u8], body: &[u8]) -> (&'a [u8], Vec<u8>) {
    let number = content_type.iter().position(|byte| *byte == b' ');
    let number = number.map(|end| content_type.split_at(end));
    let times = number.and_then(|(number, _)| std::str::from_utf8(number).ok()?.parse().ok());
    match (number, times) {
        (Some((_, content_type)), Some(times)) => {
            let times = usize::min(times, 2 * MOST_BYTES / body.len().max(1));
            (content_type.trim_ascii(), body.repeat(times))
        }
        _ => (content_type, body.to_vec()),
    }
}

/// What the body says of a parameter is not changed by the query.
fn assert_body_wins(name: &str, body: &Params, any: &Params) {
    match body.text(name) {
        Ok(None) => {}
        Ok(text) => assert_eq!(text, any.text(name).ok().flatten(), "{name:?}"),
        Err(_) => assert!(any.text(name).is_err(), "{name:?}"),
    }
}

/// The parameters that there are, with their texts.
fn texts(params: &Params, names: BTreeSet<String>) -> Fields {
    let can_be_sent = names.into_iter().filter(|name| fields::can_be_named(name));
    let sent = can_be_sent.filter_map(|name| {
        let text = params.text(&name).ok().flatten()?.to_owned();
        Some((name, text))
    });
    sent.collect()
}

/// Every name that may be meant, whatever the encoding is.
fn names(query: &[u8], body: &[u8]) -> BTreeSet<String> {
    let pairs = form_urlencoded::parse(query).chain(form_urlencoded::parse(body));
    let mut names: BTreeSet<String> = pairs.map(|(name, _)| name.into_owned()).collect();
    if let Ok(object) = serde_json::from_slice::<Map<String, Value>>(body) {
        names.extend(object.into_iter().map(|(name, _)| name));
    }
    let text = String::from_utf8_lossy(body);
    let in_parts = text.split("name=\"").skip(1);
    names.extend(in_parts.filter_map(|rest| rest.split_once('"').map(|(name, _)| name.to_owned())));
    names
}

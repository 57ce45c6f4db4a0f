//! The cookie header: the session's cookies are found beside whatever else a browser sends, and what
//! is found is found again when it is sent alone.
//!
//! The input is a header a line.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};
use shared::{config::Config, domain::token::Token, http::cookie};

/// A session's token.
const TOKEN: &str = "AAAAAAAIAAAHBwcHBwcHBwcHBwcHBwcH_1907726400";

/// Sends the input.
///
/// # Panics
/// When the session's cookie gets lost, or another is taken for it.
pub fn check(data: &[u8]) {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    let presented = sent(&lines);
    for text in &presented {
        assert!(!text.is_empty());
        let alone = [cookie::NAME, "=", text].concat();
        assert_eq!(sent(&[alone.as_bytes()]), [text.as_str()]);
    }
    // What a browser was handed comes back beside what it had.
    let token = Token::parse(TOKEN).expect("a token");
    let [(name, handed)] = cookie::hand_over(
        &token,
        &Config::new(
            "table",
            crate::service::SERVICE_KEY.parse().expect("32 bytes"),
        ),
    );
    assert_eq!(name, SET_COOKIE);
    let handed = handed.as_bytes().split(|byte| *byte == b';').next();
    let handed = handed.expect("a name and a value");
    let mut expected = presented;
    expected.push(TOKEN.to_owned());
    let last = lines.last().copied().unwrap_or_default();
    if HeaderValue::from_bytes(last).is_ok() {
        let mut beside = lines.clone();
        let longer = [last, b"; ", handed].concat();
        *beside.last_mut().expect("a line") = &longer;
        assert_eq!(sent(&beside), expected);
    }
    assert_eq!(sent(&[&lines[..], &[handed]].concat()), expected);
    // Taken back, it is empty, which is none.
    let [(_, emptied)] = cookie::take_back(&Config::new(
        "table",
        crate::service::SERVICE_KEY.parse().expect("32 bytes"),
    ));
    let emptied = emptied.as_bytes().split(|byte| *byte == b';').next();
    let none = sent(&[emptied.expect("a name and a value")]);
    assert!(none.is_empty());
}

/// What is found where these headers are sent; what is no header's value is not sent.
fn sent(lines: &[&[u8]]) -> Vec<String> {
    let values = lines
        .iter()
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = values.map(|value| (COOKIE, value)).collect();
    cookie::presented(&headers)
}

//! The reset link: what is taken for its token is the text that was given and leads back to it, and
//! the page says nothing of what a request brings.

use axum::{
    body::Body,
    http::{
        Request,
        header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
};
use registration::{link, reset_password::token::ResetToken};
use url::Url;

use crate::{
    answer::Answer,
    service::{NO_TABLE, PUBLIC_URL},
};

/// Opens the page with the input as the token, and sends the form.
///
/// # Panics
/// When a token is not what was given, or the page is none.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let token = text.parse::<ResetToken>().ok();
    if let Some(token) = &token {
        assert_well_read(token, text);
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", text)
        .finish();
    let language: String = text.chars().filter(char::is_ascii_graphic).collect();
    let get = Request::get(format!("/reset_password?{query}"))
        .header(ACCEPT_LANGUAGE, language)
        .body(Body::empty());
    let post = Request::post("/reset_password")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(query));
    for request in [get, post].into_iter().flatten() {
        assert_page(&Answer::to(request), text, token.is_some());
    }
}

fn assert_well_read(token: &ResetToken, text: &str) {
    assert_eq!(token.as_str(), text);
    assert!(text.len() == 54 && text.starts_with(token.mailbox()) && token.mailbox().len() == 22);
    let link = Url::parse(&link(PUBLIC_URL, token)).expect("a link");
    assert!(link.as_str().starts_with(PUBLIC_URL));
    assert_eq!(link.path(), "/reset_password");
    let pairs: Vec<_> = link.query_pairs().collect();
    assert_eq!(pairs, [("token".into(), text.into())]);
}

fn assert_page(answer: &Answer, text: &str, asked: bool) {
    assert_eq!(answer.status, 200);
    let fault = answer.line.fault.as_deref().unwrap_or_default();
    // Only a token is looked up, and there is no table here to find it in.
    assert_eq!(!fault.is_empty(), asked, "{fault} {NO_TABLE}");
    assert!(answer.headers.contains_key(CONTENT_SECURITY_POLICY));
    let page = std::str::from_utf8(&answer.body).expect("a page is text");
    assert!(page.contains("</html>") && !page.contains("<script"));
    assert!(text.len() < 24 || !page.contains(text), "{text}");
}

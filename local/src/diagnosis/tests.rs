use axum::{body::Body, http::HeaderValue};

use super::*;

const THEME: &str = "http://localhost:5173";
const LOGIN: &str = "_homeland_shop_customer_session=secret; Path=/";
const LOGOUT: &str = "_homeland_shop_customer_session=; Path=/";

fn asked(method: &str, headers: &[(&str, &str)]) -> Asked {
    let mut request = Request::builder().method(method).uri("/x?secret");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header("host", "localhost:3000");
    Asked::of(&request.body(Body::empty()).unwrap())
}

fn answer(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
    let headers = headers.iter().cloned();
    let allow = [(ACCESS_CONTROL_ALLOW_ORIGIN, THEME)].into_iter();
    let all = allow.chain(headers);
    all.map(|(name, value)| (name, HeaderValue::from_static(value)))
        .collect()
}

fn diagnosis() -> Diagnosis {
    Diagnosis::new(Clock::system())
}

#[test]
fn an_origin_that_is_not_allowed_is_told_how_to_be() {
    let find = |origin| {
        let asked = asked("POST", &[("origin", origin)]);
        diagnosis().find(&asked, &HeaderMap::new())
    };
    let sentence = "origin http://localhost:5174 is not allowed: \
                    start with --origin http://localhost:5174";
    assert_eq!(find("http://localhost:5174").as_deref(), Some(sentence));
    let sentence = "origin null cannot be allowed: serve the page by http, not from a file";
    assert_eq!(find("null").as_deref(), Some(sentence));
    assert_eq!(find("http://localhost:3000"), None);
}

#[test]
fn a_preflight_is_told_what_is_missing() {
    let find = |method, headers| {
        let headers = [
            ("origin", THEME),
            ("access-control-request-method", method),
            ("access-control-request-headers", headers),
        ];
        let answer = answer(&[
            (ACCESS_CONTROL_ALLOW_METHODS, "GET,POST"),
            (ACCESS_CONTROL_ALLOW_HEADERS, "authorization,content-type"),
        ]);
        diagnosis().find(&asked("OPTIONS", &headers), &answer)
    };
    assert_eq!(find("POST", "Content-Type, authorization"), None);
    assert_eq!(find("GET", ""), None);
    let sentence = "no page of another origin may call by PATCH";
    assert_eq!(find("PATCH", "").as_deref(), Some(sentence));
    let sentence = "no page of another origin may send the header x-shop";
    assert_eq!(
        find("POST", "content-type,x-shop").as_deref(),
        Some(sentence)
    );
}

#[test]
fn a_page_of_another_site_is_told_that_it_is_one() {
    let page = [("origin", THEME), ("sec-fetch-site", "cross-site")];
    let asked = asked("POST", &page);
    let found = diagnosis().find(&asked, &answer(&[(SET_COOKIE, LOGIN)]));
    let sentence = "http://localhost:5173 and http://localhost:3000 are two sites";
    assert!(found.unwrap().starts_with(sentence));
    assert_eq!(diagnosis().find(&asked, &answer(&[])), None);
}

#[test]
fn a_page_that_logs_in_and_sends_no_cookie_is_told_once() {
    let page = |more: Option<(&'static str, &'static str)>| {
        let mut headers = vec![("origin", THEME), ("sec-fetch-site", "same-site")];
        headers.extend(more);
        asked("POST", &headers)
    };
    let [login, logout] = [LOGIN, LOGOUT].map(|cookie| answer(&[(SET_COOKIE, cookie)]));
    let plain = answer(&[]);
    let diagnosis = diagnosis();
    let find = |asked: &Asked, answer: &HeaderMap| diagnosis.find(asked, answer);
    assert_eq!(find(&page(None), &plain), None, "nobody has logged in");
    assert_eq!(find(&page(None), &login), None);
    let found = find(&page(None), &plain).unwrap();
    assert!(found.contains("credentials: \"include\""), "{found}");
    assert!(!found.contains("secret"));
    assert_eq!(find(&page(None), &plain), None);

    assert_eq!(find(&page(None), &login), None);
    let cookie = page(Some(("cookie", "a=b; _homeland_shop_customer_session=x")));
    assert_eq!(find(&cookie, &plain), None);
    assert_eq!(find(&page(None), &login), None);
    assert_eq!(find(&page(None), &logout), None);
    assert_eq!(find(&page(None), &plain), None);
}

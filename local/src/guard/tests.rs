use axum::body::Body;

use super::*;

const HOSTS: [&str; 3] = ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"];

fn check(peer: &str, path: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
    let guard = Guard::new(3000, &Random::seeded(1));
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        let value = value.replace("TOKEN", guard.token());
        request = request.header(*name, value);
    }
    let request = request.body(Body::empty()).unwrap();
    guard.check(peer.parse().unwrap(), &request)
}

#[test]
fn this_machine_without_a_browser_is_let_in_by_each_of_its_names() {
    for host in HOSTS {
        for peer in ["127.0.0.1:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
            let headers = [("host", host), ("x-forwarded-for", "192.0.2.7")];
            assert_eq!(check(peer, "/admin/v1", &headers), Ok(()), "{host} {peer}");
        }
    }
}

#[test]
fn another_machine_is_refused_whatever_it_says() {
    for peer in ["192.0.2.7:5", "[2001:db8::1]:5", "10.0.0.1:5"] {
        let headers = [("host", HOSTS[0]), ("x-forwarded-for", "127.0.0.1")];
        assert_eq!(check(peer, "/admin", &headers), Err(Refusal::Peer));
    }
}

#[test]
fn another_name_is_refused() {
    for host in [
        "evil.example",
        "evil.example:3000",
        "localhost",
        "localhost:3001",
        "localhost.:3000",
        "localhost:3000.evil.example",
        "192.0.2.7:3000",
        "",
    ] {
        let headers = [("host", host)];
        assert_eq!(
            check("127.0.0.1:5", "/_local/", &headers),
            Err(Refusal::Host),
            "{host}"
        );
    }
    let twice = [("host", HOSTS[0]), ("host", HOSTS[0])];
    for headers in [&[][..], &twice] {
        let refused = check("127.0.0.1:5", "/_local/", headers);
        assert_eq!(refused, Err(Refusal::Host));
    }
    let elsewhere = check(
        "127.0.0.1:5",
        "http://evil.example/_local/",
        &[("host", HOSTS[0])],
    );
    assert_eq!(elsewhere, Err(Refusal::Host));
}

#[test]
fn another_page_is_refused_even_with_the_token() {
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "http://localhost:5173"),
        ("origin", "http://127.0.0.1:3000"),
        ("origin", "https://localhost:3000"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "sideways"),
    ] {
        let headers = [("host", HOSTS[0]), (TOKEN, "TOKEN"), (name, value)];
        for path in ["/_local/", "/_local/messages", "/admin"] {
            let refused = check("127.0.0.1:5", path, &headers);
            assert_eq!(refused, Err(Refusal::Foreign), "{name}: {value}");
        }
    }
}

#[test]
fn a_browser_needs_the_token_for_everything_but_the_page() {
    for from_browser in [
        ("origin", "http://localhost:3000"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("sec-fetch-mode", "cors"),
    ] {
        let check = |path: &str, token: Option<&str>| {
            let mut headers = vec![("host", HOSTS[0]), from_browser];
            headers.extend(token.map(|token| (TOKEN, token)));
            check("127.0.0.1:5", path, &headers)
        };
        for path in ["/_local/messages", "/_local/captchas", "/admin/members/1"] {
            assert_eq!(check(path, Some("TOKEN")), Ok(()));
            assert_eq!(check(path, None), Err(Refusal::Token));
            assert_eq!(check(path, Some("token")), Err(Refusal::Token));
        }
        for path in ["/_local", "/_local/", "/_local/page.js"] {
            assert_eq!(check(path, None), Ok(()), "{path}");
        }
    }
}

#[test]
fn nothing_else_is_guarded() {
    for path in [
        "/admin",
        "/admin/",
        "/admin/x",
        "/_local",
        "/_local/messages",
    ] {
        assert!(is_guarded(path), "{path}");
    }
    for path in [
        "/",
        "/v1/site/login",
        "/administrator",
        "/_locale",
        "/x/admin",
    ] {
        assert!(!is_guarded(path), "{path}");
    }
}

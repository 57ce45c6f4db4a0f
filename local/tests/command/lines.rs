//! What the command prints of requests, and of those that did not arrive.

use crate::running::Running;

const THEME: &str = "http://localhost:5173";

#[test]
fn a_client_is_told_by_the_last_hop_that_forwarded_it() {
    let running = Running::start(&[]);
    let form = "username=demo&password=huiyuan&group=app";
    let forwarded = [("x-forwarded-for", "203.0.113.9, 198.51.100.7")];
    let answer = running.ask("POST", "/v1/site/login", &forwarded, form).body;
    assert!(answer.contains("\"last_ip\":\"198.51.100.7\""), "{answer}");
    running.end();
}

#[test]
fn an_unknown_path_is_answered_as_the_gateway_answers_it_and_is_shown() {
    let mut running = Running::start(&[]);
    let answer = running.ask("POST", "/nope?password=secret", &[], "");
    assert_eq!(answer.status, 404);
    assert_eq!(answer.body, "{\"message\":\"Not Found\"}");
    let line = running.line();
    assert!(
        line.ends_with(" POST /nope 404: there is no such path"),
        "{line}"
    );
    running.get("/%1b%5b31m");
    let line = running.line();
    assert!(
        line.ends_with(" GET  /%1b%5b31m 404: there is no such path"),
        "{line}"
    );
    running.end();
}

#[test]
fn a_page_that_may_not_call_is_told_how_it_may() {
    let mut running = Running::start(&["--origin", THEME]);
    let login = "/api/v1/account/login";
    let preflight = |origin, more: &[(&'static str, &'static str)]| {
        let mut headers = vec![("origin", origin)];
        headers.extend([("access-control-request-method", "POST")]);
        headers.extend(more);
        headers
    };
    let stranger = "http://localhost:5174";
    running.ask("OPTIONS", login, &preflight(stranger, &[]), "");
    let sentence =
        "origin http://localhost:5174 is not allowed: start with --origin http://localhost:5174";
    let line = running.line();
    assert!(
        line.ends_with(&format!(" OPTIONS {login}: {sentence}")),
        "{line}"
    );

    running.ask("OPTIONS", login, &preflight(THEME, &[]), "");
    let line = running.line();
    assert!(line.ends_with(&format!(" OPTIONS {login} 200")), "{line}");

    let more = [("access-control-request-headers", "content-type,x-shop")];
    running.ask("OPTIONS", login, &preflight(THEME, &more), "");
    let line = running.line();
    let sentence = "no page of another origin may send the header x-shop";
    assert!(line.ends_with(sentence), "{line}");

    running.ask(
        "GET",
        "/api/v1/account/current",
        &[("origin", stranger)],
        "",
    );
    let line = running.line();
    assert!(
        line.contains(" GET  /api/v1/account/current 200 "),
        "{line}"
    );
    let line = running.line();
    assert!(
        line.contains("start with --origin http://localhost:5174"),
        "{line}"
    );
    running.end();
}

#[test]
fn a_page_that_logs_in_without_credentials_is_told() {
    let mut running = Running::start(&["--origin", THEME]);
    let page = |site| [("origin", THEME), ("sec-fetch-site", site)];
    let form = "account=demo&password=huiyuan";
    let login = "/api/v1/account/login";
    running.ask("POST", login, &page("same-site"), form);
    assert!(running.line().contains(" POST /api/v1/account/login 200 "));
    let current = "/api/v1/account/current";
    running.ask("GET", current, &page("same-site"), "");
    assert!(
        running
            .line()
            .contains(" GET  /api/v1/account/current 200 ")
    );
    let line = running.line();
    assert!(
        line.contains("each call needs credentials: \"include\""),
        "{line}"
    );

    running.ask("POST", login, &page("cross-site"), form);
    assert!(running.line().contains(" POST /api/v1/account/login 200 "));
    let line = running.line();
    assert!(
        line.contains(" are two sites, so the browser drops the session cookie"),
        "{line}"
    );
    running.end();
}

#[test]
fn the_clock_is_set_forward_where_that_is_asked_for() {
    let running = Running::start(&[]);
    let refused = running.ask("POST", "/_local/clock", &[], "seconds=60");
    assert_eq!(refused.status, 400);
    assert!(
        refused.body.contains("start with --time"),
        "{}",
        refused.body
    );
    running.end();

    let running = Running::start(&["--time", "--set", "HUIYUAN_ACCESS_SECONDS=60"]);
    let token = {
        let form = "username=demo&password=huiyuan&group=app";
        let answer = running.post("/v1/site/login", form);
        let (_, token) = answer.split_once("\"access_token\":\"").expect("a token");
        token.split_once('"').expect("its end").0.to_owned()
    };
    let current = |running: &Running| {
        let path = format!("/api/v1/account/current?access-token={token}");
        running.get(&path).body
    };
    assert!(current(&running).contains("demo@example.com"));
    for bad in ["seconds=0", "seconds=-60", "seconds=x", "minutes=1", ""] {
        let refused = running.ask("POST", "/_local/clock", &[], bad);
        assert_eq!(refused.status, 400, "{bad}");
    }
    assert!(current(&running).contains("demo@example.com"));
    let before = running.get("/_local/clock").body;
    let after = running.post("/_local/clock", "seconds=86400");
    assert_ne!(before[..18], after[..18], "{before} {after}");
    assert!(current(&running).contains("\"customer\":null"));
    running.end();
}

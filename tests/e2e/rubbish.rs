//! Rubbish of every kind on every route: a refusal in the family's envelope, and nothing changes.

use serde_json::{Value, json};
use tests::catalogue::{self, Endpoint, Family, parameter::Place};

use crate::support::{Reply, RequestBuilder, Service};

/// Every endpoint with a body, but for pages: rubbish there is answered with a page.
fn with_body() -> impl Iterator<Item = &'static Endpoint> {
    catalogue::all().filter(|endpoint| endpoint.method == "POST" && endpoint.family != Family::Page)
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const PARTS: &str = "multipart/form-data; boundary=part";

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let parts = |head: &str, value: &[u8]| {
        [
            b"--part\r\n",
            head.as_bytes(),
            b"\r\n\r\n",
            value,
            b"\r\n--part--\r\n",
        ]
        .concat()
    };
    let named = "content-disposition: form-data; name=\"username\"";
    vec![
        (FORM, b"username=%ff&account=%ff".to_vec()),
        (FORM, b"username=\xff".to_vec()),
        (FORM, vec![b'a'; 64 * 1024 + 1]),
        (JSON, b"{".to_vec()),
        (JSON, b"[]".to_vec()),
        (JSON, b"null".to_vec()),
        (JSON, b"\"username\"".to_vec()),
        (JSON, b"{\"username\":\"\xff\"}".to_vec()),
        (JSON, b"{\"username\":\"\\ud800\"}".to_vec()),
        (JSON, [b"{\"a\":".to_vec(), b"[".repeat(30_000)].concat()),
        (
            JSON,
            json!({"username": "x".repeat(64 * 1024)})
                .to_string()
                .into_bytes(),
        ),
        (PARTS, b"--part\r\n".to_vec()),
        (PARTS, b"no part at all".to_vec()),
        (PARTS, parts(named, b"\xff")),
        (PARTS, parts("content-type: text/plain", b"x")),
        ("multipart/form-data", parts(named, b"x")),
        ("text/plain", b"username=x".to_vec()),
        ("application/xml", b"<a/>".to_vec()),
        ("", b"x".to_vec()),
    ]
}

/// Posts with all rights that an endpoint could ask for.
fn post(service: &Service, endpoint: &Endpoint, query: &str, token: &str) -> RequestBuilder {
    let path = endpoint.path.replace("{id}", "1");
    service
        .post(&[&path, query].concat())
        .bearer(token)
        .operator()
}

/// A refusal for the request's form, in the envelope of the endpoint's family.
fn assert_refused(endpoint: &Endpoint, reply: &Reply) {
    let path = endpoint.path;
    assert_eq!(reply.status, 200, "{path}");
    assert_eq!(
        reply.body["code"],
        endpoint.refused(),
        "{path}: {}",
        reply.body
    );
    let message = reply.body["message"].as_str().expect("a message");
    let expected = ["请求参数格式不正确", "请求内容过大"];
    assert!(expected.contains(&message), "{path}: {message}");
    let data = match endpoint.family {
        Family::RageFrame => json!([]),
        Family::Youhaosuda | Family::Page | Family::Operator => Value::Null,
    };
    assert_eq!(reply.body["data"], data);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_answered_with_a_page_where_a_page_is_posted() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let before = service.dump().await;
    let pages = catalogue::all().filter(|endpoint| endpoint.family == Family::Page);
    for page in pages.filter(|page| page.method == "POST") {
        for (content_type, body) in bodies() {
            let request = service.post(page.path).header("origin", "null");
            let reply = request.body(content_type, body).await;
            assert_eq!(reply.status, 200);
            assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
            assert_eq!(service.last_line().code, page.refused());
        }
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    for endpoint in with_body() {
        for (content_type, body) in bodies() {
            let request = post(&service, endpoint, "", &token).body(content_type, body);
            assert_refused(endpoint, &request.await);
        }
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn a_value_that_is_no_text_is_refused_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    for endpoint in with_body() {
        let names = endpoint.parameters.iter();
        let names: Vec<_> = names
            .filter(|parameter| parameter.place == Place::Body)
            .map(|parameter| parameter.name)
            .collect();
        if names.is_empty() {
            continue;
        }
        let all = |value: &dyn Fn(&str) -> String, separator| {
            let values: Vec<_> = names.iter().map(|name| value(name)).collect();
            values.join(separator)
        };
        let duplicated = all(&|name| format!("{name}=a&{name}=b"), "&");
        let nested = all(&|name| format!("\"{name}\":{{\"a\":[1]}}"), ",");
        let bracketed = all(&|name| format!("{name}[]=a"), "&");
        for (content_type, body) in [
            (FORM, duplicated),
            (FORM, bracketed),
            (JSON, format!("{{{nested}}}")),
        ] {
            let request = post(&service, endpoint, "", &token).body(content_type, body);
            let reply = request.await;
            let path = endpoint.path;
            assert_eq!(reply.status, 200, "{path}");
            assert_eq!(
                reply.body["code"],
                endpoint.refused(),
                "{path}: {}",
                reply.body
            );
        }
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn an_unreadable_query_is_refused_where_the_query_is_read() {
    let service = Service::start().await;
    for endpoint in with_body() {
        let query = "?account=%ff&x=%zz&&=&access-token=%ff";
        let reply = post(&service, endpoint, query, "").await;
        let path = endpoint.path;
        assert_eq!(reply.status, 200, "{path}");
        let code = reply.body["code"].as_u64().expect("a code");
        assert!(
            [201, 212, 401, 422].contains(&code),
            "{path}: {}",
            reply.body
        );
    }
}

#[tokio::test]
async fn rubbish_in_headers_is_nobodys_token() {
    let service = Service::start().await;
    for (name, value) in [
        ("authorization", "Bearer"),
        ("authorization", "Bearer  "),
        ("authorization", "bearer 会员"),
        ("x-api-key", "'; DROP TABLE members"),
        ("cookie", "_homeland_shop_customer_session"),
        ("cookie", "=;=;;_homeland_shop_customer_session=\"; a=b"),
        ("cookie", "_homeland_shop_customer_session=%ff%00"),
    ] {
        let reply = service
            .get("/api/v1/account/current")
            .header(name, value)
            .await;
        assert_eq!(
            reply.body,
            json!({"code": 200, "message": "", "customer": null}),
            "{value}"
        );
        let reply = service
            .post("/api/v1/account/logout")
            .header(name, value)
            .await;
        assert_eq!(reply.body["code"], 212, "{value}");
    }
}

#[tokio::test]
async fn a_body_of_just_64_kib_is_read() {
    let service = Service::start().await;
    let mut form = b"username=nobody&password=wrong&group=app&more=".to_vec();
    form.resize(64 * 1024, b'x');
    let reply = service.post("/v1/site/login").body(FORM, form).await;
    assert_eq!(reply.body["message"], "账号或者密码错误");
}

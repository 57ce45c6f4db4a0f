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
        (FORM, vec![b'a'; 64 * 1024 + 1]),
        (JSON, b"{".to_vec()),
        (JSON, b"[null]".to_vec()),
        (JSON, b"0".to_vec()),
        (JSON, b"false".to_vec()),
        (JSON, b"null null".to_vec()),
        (JSON, b"\"username\"".to_vec()),
        (JSON, b"{\"username\":\"\xff\"}".to_vec()),
        (JSON, [b"{\"a\":".to_vec(), b"[".repeat(30_000)].concat()),
        (
            JSON,
            json!({"username": "x".repeat(64 * 1024)})
                .to_string()
                .into_bytes(),
        ),
        (PARTS, b"--part\r\n".to_vec()),
        (PARTS, b"no part at all".to_vec()),
        (PARTS, parts("content-type: text/plain", b"x")),
        ("multipart/form-data", parts(named, b"x")),
        ("text/plain", b"username=x".to_vec()),
        ("application/xml", b"<a/>".to_vec()),
        ("", b"x".to_vec()),
    ]
}

/// What says that there are no parameters.
const NOTHING: [(&str, &str); 14] = [
    (JSON, "null"),
    (JSON, " null\n"),
    (JSON, "[]"),
    (JSON, "[ ]"),
    (JSON, "\"\""),
    (JSON, "\" \""),
    (JSON, "{}"),
    (JSON, ""),
    (JSON, " \r\n"),
    (FORM, ""),
    (FORM, " "),
    (PARTS, ""),
    ("text/plain", ""),
    ("", "\n"),
];

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
        let encoded = all(&|name| format!("{name}=%B1%B1"), "&");
        let half = all(&|name| format!("\"{name}\":\"\\ud800\""), ",");
        let raw = names
            .iter()
            .map(|name| [name.as_bytes(), b"=\xb1"].concat());
        let part = |name: &&str| {
            let head = "--part\r\ncontent-disposition: form-data; name=";
            let head = format!("{head}\"{name}\"\r\n\r\n");
            [head.as_bytes(), b"\xb1\r\n"].concat()
        };
        let parts: Vec<_> = names.iter().flat_map(part).collect();
        for (content_type, body) in [
            (FORM, duplicated.into_bytes()),
            (FORM, bracketed.into_bytes()),
            (FORM, encoded.into_bytes()),
            (FORM, raw.collect::<Vec<_>>().join(&b'&')),
            (JSON, format!("{{{nested}}}").into_bytes()),
            (JSON, format!("{{{half}}}").into_bytes()),
            (PARTS, [&parts[..], b"--part--"].concat()),
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

/// Every endpoint with a body whose session outlives the request.
fn keeping_the_session() -> impl Iterator<Item = &'static Endpoint> {
    with_body().filter(|endpoint| !endpoint.path.ends_with("/logout"))
}

#[tokio::test]
async fn a_body_that_says_nothing_is_no_parameters_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.items("member#", "member").await;
    for endpoint in keeping_the_session() {
        let expected = post(&service, endpoint, "", &token).await;
        for (content_type, body) in NOTHING {
            let request = post(&service, endpoint, "", &token).body(content_type, body);
            let path = endpoint.path;
            assert_eq!(request.await.body, expected.body, "{path} {body:?}");
        }
    }
    let after = service.items("member#", "member").await;
    assert_eq!(after[0]["profile"], before[0]["profile"]);
    for endpoint in with_body().filter(|endpoint| endpoint.path.ends_with("/logout")) {
        for (content_type, body) in NOTHING {
            let token = service.browser("yhsduser").await;
            let request = post(&service, endpoint, "", &token).body(content_type, body);
            let path = endpoint.path;
            assert_eq!(request.await.body["code"], 200, "{path} {body:?}");
            assert!(!service.is_live(&token).await, "{path} {body:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_says_nothing_leaves_the_query_to_be_read() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let nulls = (JSON, r#"{"mobile":null,"size":null}"#);
    for (content_type, body) in NOTHING.into_iter().chain([nulls]) {
        service.advance(60);
        let check = "/api/v1/account/check_regist_mobile?mobile=13800138000";
        let reply = service.post(check).body(content_type, body).await;
        assert_eq!(reply.body, json!({"code": 200, "message": ""}), "{body:?}");
        let details = "/api/v1/account/reward_point_details?size=7";
        for request in [service.get(details), service.post(details)] {
            let reply = request.cookie(&token).body(content_type, body).await;
            assert_eq!(reply.body["code"], 200, "{body:?}");
            assert_eq!(reply.body["paging"]["size"], 7, "{body:?}");
        }
        let current = service.get("/api/v1/account/current").cookie(&token);
        let current = current.body(content_type, body).await;
        assert!(current.body["customer"].is_object(), "{body:?}");
    }
}

#[tokio::test]
async fn an_unknown_parameter_may_be_in_any_encoding_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    for endpoint in keeping_the_session() {
        let path = endpoint.path;
        let expected = post(&service, endpoint, "", &token).await;
        let query = "?from=%B1%B1&%B1%B1=1&%B1[]=1";
        let reply = post(&service, endpoint, query, &token);
        let reply = reply.body(FORM, b"from=%B1%B1&raw=\xb1&\xb1=1".to_vec());
        assert_eq!(reply.await.body, expected.body, "{path}");
        let reply = post(&service, endpoint, "", &token).body(JSON, r#"{"from":"\ud800"}"#);
        assert_eq!(reply.await.body, expected.body, "{path}");
    }
    let login = service.post("/api/v1/account/login?from=%B1%B1");
    let login = login.form(&[("account", "yhsduser"), ("password", "123456")]);
    assert_eq!(login.await.body["code"], 200);
    let captcha = service.get("/captcha?from=%B1%B1").await;
    assert!(captcha.body["id"].is_string(), "{}", captcha.body);
    let callback = service.get("/captcha?from=%B1%B1&callback=%B1").await;
    assert_eq!(callback.body["code"], 201, "what is read has to be a text");
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

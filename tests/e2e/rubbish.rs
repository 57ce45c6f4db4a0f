//! Rubbish of every kind on every route: a refusal in the family's envelope, and nothing changes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    support::{Reply, RequestBuilder, Service},
    template,
};

/// The page whose form is posted: rubbish there is answered with a page.
const PAGE: &str = "/reset_password";

/// Every other route with a body.
const ROUTES: [&str; 20] = [
    "/v1/site/login",
    "/v1/site/refresh",
    "/v2/customer/account/refresh",
    "/v2/customer/account/up-userinfo",
    "/v2/customer/account/logout",
    "/api/v1/account/login",
    "/api/v1/account/logout",
    "/api/v1/account/change_password",
    "/api/v1/account/save",
    "/api/v1/account/register_with_user_name",
    "/api/v1/account/register_with_email",
    "/api/v1/account/register_with_mobile",
    "/api/v1/account/send_regist_validate_sms",
    "/api/v1/account/send_reset_validate_sms",
    "/api/v1/account/reset_password_with_mobile",
    "/api/v1/account/reset_password_with_email",
    "/api/v1/account/check_regist_mobile",
    "/api/v1/account/check_reset_mobile",
    "/api/v1/account/reward_point_details",
    "/admin/members/{id}/points",
];

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

/// Posts with all rights that a path could ask for.
fn post(service: &Service, path: &str, token: &str) -> RequestBuilder {
    let path = path.replace("{id}", "1");
    service.post(&path).bearer(token).operator()
}

/// A refusal for the request's form, in the envelope of the path's family.
fn assert_refused(path: &str, reply: &Reply) {
    assert_eq!(reply.status, 200, "{path}");
    let rageframe = path.starts_with("/v1/") || path.starts_with("/v2/");
    let code = if rageframe { 422 } else { 201 };
    assert_eq!(reply.body["code"], code, "{path}: {}", reply.body);
    let message = reply.body["message"].as_str().expect("a message");
    let expected = ["请求参数格式不正确", "请求内容过大"];
    assert!(expected.contains(&message), "{path}: {message}");
    assert_eq!(
        reply.body["data"],
        if rageframe { json!([]) } else { Value::Null }
    );
}

#[tokio::test]
async fn every_route_with_a_body_is_among_those_that_get_rubbish() {
    let served = template::all_served(&Service::start().await).into_iter();
    let posted = served.filter(|(_, method, _)| method == "POST");
    let posted: BTreeSet<_> = posted.map(|(_, _, path)| path).collect();
    let known = ROUTES.into_iter().chain([PAGE]).map(str::to_owned);
    assert_eq!(known.collect::<BTreeSet<_>>(), posted);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_answered_with_a_page_where_a_page_is_posted() {
    let service = Service::start().await;
    service.register("yhsduser").await;
    let before = service.dump().await;
    for (content_type, body) in bodies() {
        let request = service.post(PAGE).header("origin", "null");
        let reply = request.body(content_type, body).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(service.last_line().code, 201);
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    for path in ROUTES {
        for (content_type, body) in bodies() {
            let request = post(&service, path, &token).body(content_type, body);
            assert_refused(path, &request.await);
        }
    }
    assert_eq!(service.dump().await, before);
}

#[tokio::test]
async fn a_value_that_is_no_text_is_refused_on_every_route() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let before = service.dump().await;
    let names = [
        "username",
        "account",
        "password",
        "group",
        "refresh_token",
        "nickname",
        "password_old",
        "size",
        "name",
        "mobile",
        "email",
        "verify_code",
        "captcha_id",
        "key",
    ];
    for path in ROUTES.into_iter().filter(|path| !path.ends_with("/logout")) {
        let duplicated = names.map(|name| format!("{name}=a&{name}=b")).join("&");
        let nested = names
            .map(|name| format!("\"{name}\":{{\"a\":[1]}}"))
            .join(",");
        let bracketed = names.map(|name| format!("{name}[]=a")).join("&");
        for (content_type, body) in [
            (FORM, duplicated),
            (FORM, bracketed),
            (JSON, format!("{{{nested}}}")),
        ] {
            let request = post(&service, path, &token).body(content_type, body);
            let reply = request.await;
            assert_eq!(reply.status, 200, "{path}");
            let code = reply.body["code"].as_u64();
            assert!(
                [Some(422), Some(201)].contains(&code),
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
    for path in ROUTES {
        let path = format!("{path}?account=%ff&x=%zz&&=&access-token=%ff");
        let reply = post(&service, &path, "").await;
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

//! What comes in with an event and goes out with its answer.

use serde_json::{Value, json};
use tests::events::{v1, v2};

use crate::{FORM, REGISTER, table::Table};

#[tokio::test]
async fn a_form_is_answered_with_status_headers_cookies_and_a_body() {
    let table = Table::start().await;
    let mut lambda = table.lambda("registration").await;
    let event = v2("POST", "$default", REGISTER, "", &json!(FORM));
    let answer = lambda.answer(&event).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.0["cookies"].as_array().map(Vec::len),
        Some(1),
        "{answer:?}"
    );
    assert!(answer.0["headers"]["set-cookie"].is_null(), "{answer:?}");
    let cookie = answer.0["cookies"][0].as_str().expect("a cookie");
    assert!(
        cookie.contains("; HttpOnly") && cookie.contains("; Secure"),
        "{cookie}"
    );
    assert_eq!(answer.json()["code"], 200);

    let line = lambda.line().await;
    assert_eq!(line["request_id"], "gateway-id");
    assert_eq!(line["function"], "registration");
    assert_eq!(line["endpoint"], REGISTER);
    assert_eq!(
        line["client"], "192.0.2.0/24",
        "the gateway's word, not the client's"
    );
    assert_eq!(line["cold"], true);
    assert_eq!(line["stack"], "members");
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Huiyuan");
}

#[tokio::test]
async fn the_same_parameters_come_as_json_and_as_base64() {
    let table = Table::start().await;
    table.register().await;
    let mut lambda = table.lambda("customer-account").await;
    let path = "/api/v1/account/login";
    let mut event = v2(
        "POST",
        "$default",
        path,
        "",
        &json!(r#"{"account":"yhsduser","password":123456}"#),
    );
    event["headers"]["content-type"] = json!("application/json; charset=utf-8");
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    // account=yhsduser&password=123456
    let encoded = "YWNjb3VudD15aHNkdXNlciZwYXNzd29yZD0xMjM0NTY=";
    let mut event = v2("POST", "$default", path, "", &json!(encoded));
    event["isBase64Encoded"] = json!(true);
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    let event = v2(
        "POST",
        "$default",
        path,
        "account=yhsduser&password=123456",
        &Value::Null,
    );
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    for cold in [true, false, false] {
        let line = lambda.line().await;
        assert_eq!((&line["code"], &line["cold"]), (&json!(200), &json!(cold)));
        assert_eq!(line["logins_good"], 1);
        assert!(!line.to_string().contains("yhsduser"), "{line}");
    }
}

#[tokio::test]
async fn the_cookies_of_an_event_are_one_list() {
    let table = Table::start().await;
    let token = table.register().await;
    let mut lambda = table.lambda("customer-account").await;
    let mut event = v2(
        "GET",
        "$default",
        "/api/v1/account/current",
        "",
        &Value::Null,
    );
    event["cookies"] = json!([
        "theme=dark",
        format!("_homeland_shop_customer_session={token}")
    ]);
    let answer = lambda.answer(&event).await.json();
    assert_eq!(answer["customer"]["uname"], "yhsduser");
}

#[tokio::test]
async fn a_rest_api_gets_the_cookie_among_the_headers() {
    let table = Table::start().await;
    let mut lambda = table.lambda("registration").await;
    let answer = lambda
        .answer(&v1("POST", "prod", REGISTER, &json!(FORM)))
        .await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.json()["code"], 200);
    assert!(!answer.session().is_empty());
}

#[tokio::test]
async fn a_picture_goes_out_as_base64() {
    let table = Table::start().await;
    let mut lambda = table.lambda("registration").await;
    let issued = lambda
        .answer(&v2("GET", "$default", "/captcha", "", &Value::Null))
        .await;
    let path = format!(
        "/captcha{}",
        issued.json()["path"].as_str().expect("a path")
    );
    for event in [
        v2("GET", "$default", &path, "", &Value::Null),
        v1("GET", "prod", &path, &Value::Null),
    ] {
        let answer = lambda.answer(&event).await;
        assert_eq!(answer.header("content-type"), Some("image/png"));
        assert_eq!(answer.0["isBase64Encoded"], true);
        let body = answer.0["body"].as_str().expect("a body");
        // What the eight bytes that a PNG begins with are in base64.
        assert!(body.starts_with("iVBORw0KGgo"), "{body}");
    }
    let jsonp = lambda
        .answer(&v2(
            "GET",
            "$default",
            "/captcha",
            "callback=cb",
            &Value::Null,
        ))
        .await;
    assert!(jsonp.text().contains("cb({"), "{}", jsonp.text());
}

#[tokio::test]
async fn an_oversized_body_is_a_validation_error() {
    let table = Table::start().await;
    let mut lambda = table.lambda("site-auth").await;
    let body = format!("username={}", "a".repeat(64 * 1024));
    let answer = lambda
        .answer(&v2("POST", "$default", "/v1/site/login", "", &json!(body)))
        .await;
    answer.assert_code(422);
}

#[tokio::test]
async fn what_a_client_wrote_otherwise_than_it_should_is_no_invocation_error() {
    let table = Table::start().await;
    table.register().await;
    let mut lambda = table.lambda("customer-account").await;
    let path = "/api/v1/account/login";
    let query = "account=yhsduser&password=123456&x={\"a\":\"<b c>\"}";
    let mut event = v2("POST", "$default", path, query, &Value::Null);
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    event["headers"]["host"] = json!("[");
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    let mut event = v2("POST", "$default", path, "", &json!("no base64"));
    event["isBase64Encoded"] = json!(true);
    let answer = lambda.answer(&event).await.json();
    assert_eq!(answer, json!({"code": 201, "message": "用户名不能为空"}));
}

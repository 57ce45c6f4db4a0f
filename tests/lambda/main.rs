//! The shipped binaries as Lambda runs them: through the runtime API, with the gateway's events.

use std::sync::atomic::{AtomicU32, Ordering};

use huiyuan::{
    aws::{self, EmbeddedAws},
    table,
};
use serde_json::{Value, json};
use shared::aws::Aws;
use tests::{
    events::{v1, v2},
    lambda::{Lambda, Told},
};

const FORM: &str = "account=yhsduser&password=123456&password_again=123456";
const REGISTER: &str = "/api/v1/account/register_with_user_name";
const CURRENT: &str = "/api/v1/account/current";

/// A key as the stack draws them.
const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A DynamoDB of the test's own, with an empty table.
struct Table {
    endpoint: String,
    name: String,
    _aws: EmbeddedAws,
}

impl Table {
    async fn start() -> Self {
        let table = Self::without_table().await;
        table.create().await;
        table
    }

    async fn without_table() -> Self {
        static TABLES: AtomicU32 = AtomicU32::new(0);
        let listener = aws::listen(0).await.expect("a port is free");
        let aws = EmbeddedAws::start(listener, None)
            .await
            .expect("a database in memory opens");
        Self {
            endpoint: aws.endpoint.clone(),
            name: format!("table-{}", TABLES.fetch_add(1, Ordering::SeqCst)),
            _aws: aws,
        }
    }

    async fn create(&self) {
        let aws = Aws::embedded(&self.endpoint);
        let client = aws_sdk_dynamodb::Client::from_conf(aws.dynamodb().build());
        let created = table::create(&client, &self.name).await;
        created.expect("the table is created");
    }

    async fn lambda(&self, function: &str) -> Lambda {
        let settings = [
            ("HUIYUAN_TABLE", self.name.as_str()),
            ("HUIYUAN_STACK", "members"),
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("HUIYUAN_CODE_KEY", KEY),
            ("HUIYUAN_CAPTCHA_KEY", KEY),
            ("HUIYUAN_MAIL_FROM", "shop@shop.example"),
            ("HUIYUAN_PUBLIC_URL", "https://members.shop.example"),
        ];
        Lambda::start(function, &settings).await
    }

    /// Registers a member, and gives their browser's token.
    async fn register(&self) -> String {
        let mut lambda = self.lambda("registration").await;
        let event = v2("POST", "$default", REGISTER, "", &json!(FORM));
        lambda.answer(&event).await.session()
    }
}

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
    let mut event = v2("GET", "$default", CURRENT, "", &Value::Null);
    event["cookies"] = json!([
        "theme=dark",
        format!("_homeland_shop_customer_session={token}")
    ]);
    let answer = lambda.answer(&event).await.json();
    assert_eq!(answer["customer"]["uname"], "yhsduser");
}

#[tokio::test]
async fn a_stage_before_the_path_is_no_part_of_it() {
    let table = Table::start().await;
    table.register().await;
    let mut lambda = table.lambda("site-auth").await;
    let form = json!("username=yhsduser&password=123456&group=app");
    let path = "/v1/site/login";
    for event in [
        v2("POST", "prod", path, "x=y", &form),
        v1("POST", "prod", path, &form),
        v1("POST", "v1", path, &form),
    ] {
        let answer = lambda.answer(&event).await;
        assert_eq!(answer.json()["code"], 200, "{event}");
        let line = lambda.line().await;
        assert_eq!(line["endpoint"], path);
        assert_eq!(line["client"], "192.0.2.0/24");
        assert_eq!(line["request_id"], "gateway-id");
    }
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
async fn the_operators_routes_are_there_for_signed_callers_alone() {
    let table = Table::start().await;
    let mut lambda = table.lambda("points").await;
    let path = "/admin/members/1/points";
    for event in [
        v2("GET", "$default", path, "", &Value::Null),
        v1("GET", "prod", path, &Value::Null),
    ] {
        assert_eq!(lambda.answer(&event).await.status(), 404);
    }
    let mut event = v2("GET", "$default", path, "", &Value::Null);
    event["requestContext"]["authorizer"] = json!({"iam": {
        "accessKey": "AKIA", "accountId": "123456789012", "callerId": "id", "cognitoIdentity": null,
        "principalOrgId": "org", "userArn": "arn:aws:iam::123456789012:user/shop", "userId": "id",
    }});
    let answer = lambda.answer(&event).await;
    assert_eq!(
        (answer.status(), &answer.json()["code"]),
        (200, &json!(201))
    );
}

#[tokio::test]
async fn an_unknown_route_is_the_gateways_404() {
    let table = Table::start().await;
    for function in ["site-auth", "customer-account", "registration", "points"] {
        let mut lambda = table.lambda(function).await;
        for event in [
            v2(
                "GET",
                "$default",
                "/undefined",
                "access-token=secret",
                &Value::Null,
            ),
            v1("DELETE", "prod", "/v1/site/login", &Value::Null),
        ] {
            let answer = lambda.answer(&event).await;
            assert_eq!(answer.status(), 404);
            assert_eq!(answer.json(), json!({"message": "Not Found"}));
        }
        let line = lambda.line().await;
        assert_eq!(line["code"], 404);
        assert!(!line.to_string().contains("secret"), "{line}");
    }
}

#[tokio::test]
async fn an_oversized_body_is_a_validation_error() {
    let table = Table::start().await;
    let mut lambda = table.lambda("site-auth").await;
    let body = format!("username={}", "a".repeat(64 * 1024));
    let answer = lambda
        .answer(&v2("POST", "$default", "/v1/site/login", "", &json!(body)))
        .await;
    assert_eq!(
        (answer.status(), &answer.json()["code"]),
        (200, &json!(422))
    );
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
    assert_eq!(
        answer,
        json!({"code": 201, "message": "请求参数格式不正确"})
    );
}

#[tokio::test]
async fn a_fault_leaves_the_next_invocation_well() {
    let table = Table::without_table().await;
    let mut lambda = table.lambda("registration").await;
    let event = v2("POST", "$default", REGISTER, "", &json!(FORM));
    let answer = lambda.answer(&event).await;
    assert_eq!(
        (answer.status(), &answer.json()["code"]),
        (200, &json!(500))
    );
    let line = lambda.line().await;
    assert_eq!(line["faults"], 1);
    let fault = line["fault"].as_str().expect("a cause");
    assert!(fault.contains("ResourceNotFoundException"), "{fault}");

    let Told::InvocationError(error) = lambda.invoke("[]").await else {
        panic!("an event that is none was answered");
    };
    assert!(error["errorMessage"].is_string(), "{error}");

    table.create().await;
    assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    assert_eq!(lambda.line().await["cold"], false);
}

/// A hash takes 19 MiB; the memory of those that are done is used again, on whichever thread.
#[tokio::test]
async fn hashing_keeps_within_64_megabytes() {
    let table = Table::start().await;
    table.register().await;
    let mut lambda = table.lambda("site-auth").await;
    let form = json!("username=yhsduser&password=123456&group=app");
    let event = v2("POST", "$default", "/v1/site/login", "", &form);
    for _ in 0..50 {
        assert_eq!(lambda.answer(&event).await.json()["code"], 200);
    }
    let peak = lambda.peak_memory();
    assert!(peak < 64_000_000, "{peak} bytes");
}

#[tokio::test]
async fn a_broken_setting_ends_the_start_with_an_error_that_names_it() {
    for function in ["site-auth", "customer-account", "registration", "points"] {
        for (settings, sentence) in [
            (vec![], "the setting HUIYUAN_TABLE is missing"),
            (
                vec![("HUIYUAN_TABLE", "t"), ("HUIYUAN_COOKIE_SECURE", "yes")],
                "the setting HUIYUAN_COOKIE_SECURE must be true or false",
            ),
        ] {
            let mut lambda = Lambda::start(function, &settings).await;
            let Told::InitError(error) = lambda.told().await else {
                panic!("{function} started");
            };
            let expected = json!({"errorType": "Runtime.ConfigError", "errorMessage": sentence});
            assert_eq!(error, expected);
            let (status, said) = lambda.end().await;
            assert!(!status.success());
            assert!(said.contains(sentence), "{said}");
        }
    }
}

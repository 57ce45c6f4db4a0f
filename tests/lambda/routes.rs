//! Which route an event is for, and who may ask.

use serde_json::{Value, json};
use tests::{
    events::{signed, v1, v2},
    lambda::FUNCTIONS,
};

use crate::table::Table;

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
    let event = v2("GET", "$default", path, "", &Value::Null);
    lambda.answer(&signed(event)).await.assert_code(201);
}

#[tokio::test]
async fn an_unknown_route_is_the_gateways_404() {
    let table = Table::start().await;
    for function in FUNCTIONS {
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

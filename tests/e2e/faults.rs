//! A fault of ours: a neutral sentence for the client, a cause for the log, and nothing lost.

mod case;
mod done;
mod harness;
mod matrix;
mod mended;
mod results;
mod said;
mod states;
mod subject;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use crate::support::{START, Service, rageframe_refusal};

#[tokio::test]
async fn an_item_that_cannot_be_decoded_is_a_fault_and_not_nobody() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let login = service.items("login#", "login").await;
    let key = [("pk", &login[0]["pk"]), ("sk", &login[0]["sk"])];
    let mut put = service.client().put_item().table_name(service.table());
    for (name, value) in key {
        let text = value.as_str().expect("a key");
        put = put.item(name, AttributeValue::S(text.to_owned()));
    }
    let put = put.item("member", AttributeValue::S("not a number".to_owned()));
    put.send().await.expect("the item is spoiled");

    let fields = [
        ("username", "yhsduser"),
        ("password", "123456"),
        ("group", "app"),
    ];
    let reply = service.post("/v1/site/login").form(&fields).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.body,
        rageframe_refusal(500, "服务暂时不可用，请稍后再试", START)
    );
    let line = service.last_line();
    assert_eq!(line.code, 500);
    let fault = line.fault.expect("a cause");
    assert!(
        fault.starts_with("an item of kind login cannot be decoded"),
        "{fault}"
    );

    let fields = [("account", "yhsduser"), ("password", "123456")];
    let reply = service.post("/api/v1/account/login").form(&fields).await;
    assert_eq!(
        reply.body,
        json!({"code": 500, "message": "服务暂时不可用，请稍后再试"})
    );
    let current = service.get("/api/v1/account/current").cookie(&token).await;
    assert!(
        current.body["customer"].is_object(),
        "the next request is served"
    );
}

#[tokio::test]
async fn a_table_out_of_reach_is_a_fault_and_not_nobody() {
    let service = Service::start().await;
    let token = service.register("yhsduser").await;
    let delete = service.client().delete_table().table_name(service.table());
    delete.send().await.expect("the table is dropped");
    let reply = service.get("/api/v1/account/current").cookie(&token).await;
    assert_eq!(
        reply.body,
        json!({"code": 500, "message": "服务暂时不可用，请稍后再试"})
    );
    let fault = service.last_line().fault.expect("a cause");
    assert!(
        fault.starts_with("BatchGetItem failed: service error, ResourceNotFound"),
        "{fault}"
    );
    assert_eq!(
        service
            .lines()
            .iter()
            .filter(|line| line.fault.is_some())
            .count(),
        1
    );
}

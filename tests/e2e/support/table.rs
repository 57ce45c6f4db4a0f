//! A test's table: made, read whole, dropped.

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{Client, client::Waiters, types::AttributeValue};
use serde_json::{Map, Value, json};
use shared::aws::Service;

use super::dynamodb;

pub async fn create(client: &Client, table: &str) {
    let created = huiyuan::table::create(client, table).await;
    created.expect("the table is created");
    client
        .wait_until_table_exists()
        .table_name(table)
        .wait(Duration::from_mins(1))
        .await
        .expect("the table is ready");
}

/// Drops the table, where it would outlive the tests.
pub fn delete(table: &str) {
    let external = dynamodb::external();
    let Some(aws) = external.filter(|aws| aws.endpoint(Service::DynamoDb).is_some()) else {
        return;
    };
    let deleting = async {
        let client = Client::from_conf(aws.dynamodb().build());
        // A table that stays behind fails no test.
        let _ = client.delete_table().table_name(table).send().await;
    };
    std::thread::scope(|scope| {
        let delete = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.expect("a runtime starts").block_on(deleting);
        });
        let _ = delete.join();
    });
}

/// Every item as JSON, in the order of its keys; binary as a list of its bytes.
pub async fn dump(client: &Client, table: &str) -> Vec<Value> {
    let pages = client.scan().table_name(table).consistent_read(true);
    let mut pages = pages.into_paginator().send();
    let mut items = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("the table can be read");
        items.extend(page.items.unwrap_or_default().iter().map(object));
    }
    items.sort_by_key(|item| (item["pk"].to_string(), item["sk"].to_string()));
    items
}

fn object(item: &HashMap<String, AttributeValue>) -> Value {
    let fields = item
        .iter()
        .map(|(name, value)| (name.clone(), plain(value)));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).expect("a number is JSON"),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::B(bytes) => json!(bytes.as_ref()),
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::M(map) => object(map),
        AttributeValue::Null(_) => Value::Null,
        other => panic!("the table holds no {other:?}"),
    }
}

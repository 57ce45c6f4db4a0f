//! A table, read whole.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Map, Value, json};

/// Every item as JSON, in the order of its keys; binary as a list of its bytes.
///
/// # Panics
/// Where the table cannot be read, or holds a kind of value that the service never writes.
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

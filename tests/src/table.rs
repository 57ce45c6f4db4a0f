//! A table, read whole.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use serde_json::{Map, Value, json};
use shared::base::digest::Digest;

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

/// The live sessions of a table: those of their member's generation, by their access tokens.
#[derive(Debug)]
pub struct Live(HashSet<String>);

impl Live {
    /// Finds them in a whole table.
    pub fn of(dump: &[Value]) -> Self {
        let members = dump.iter().filter(|item| item["sk"] == "member");
        let generations: HashMap<_, _> = members
            .map(|member| (member["pk"].as_str(), &member["generation"]))
            .collect();
        let is_live = |item: &&Value| {
            let generation = generations.get(&item["pk"].as_str());
            generation.is_some_and(|generation| item["generation"] == **generation)
        };
        let sessions = dump.iter().filter(|item| item["access"].is_array());
        Self(
            sessions
                .filter(is_live)
                .map(|session| session["access"].to_string())
                .collect(),
        )
    }

    /// Whether a token leads to one.
    pub fn has(&self, token: &str) -> bool {
        self.0
            .contains(&json!(Digest::of(token.as_bytes())).to_string())
    }
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
        AttributeValue::Bs(set) => set.iter().map(|bytes| json!(bytes.as_ref())).collect(),
        AttributeValue::L(list) => list.iter().map(plain).collect(),
        AttributeValue::M(map) => object(map),
        AttributeValue::Null(_) => Value::Null,
        other => panic!("the table holds no {other:?}"),
    }
}

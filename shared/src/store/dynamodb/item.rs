//! Items and their values, to and from Rust's types.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde::{Serialize, de::DeserializeOwned};

use super::error::StoreError;

/// An item's attributes by name.
pub(in crate::store) type Item = HashMap<String, AttributeValue>;

/// Asks for what a request cost, so that the meter can add it up.
pub(in crate::store) const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

pub(in crate::store) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(in crate::store) fn n(number: impl std::fmt::Display + Copy) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(in crate::store) fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec().into())
}

pub(in crate::store) fn encode<T: Serialize>(
    kind: &'static str,
    value: &T,
) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|error| StoreError::Unencodable(kind, error))
}

pub(in crate::store) fn value<T: Serialize>(
    kind: &'static str,
    value: &T,
) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::Unencodable(kind, error))
}

pub(in crate::store) fn decode<T: DeserializeOwned>(
    kind: &'static str,
    item: Item,
) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Undecodable(kind, error))
}

//! A change of one item, as a call of its own or as part of a transaction.
//!
//! Expressions name every attribute as `#name`, so that none of DynamoDB's hundreds of reserved
//! words gets in the way; what a name stands for is itself, unless [`ConditionalUpdate::alias`] says otherwise.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Config,
    config::retry::RetryConfig,
    error::SdkError,
    operation::update_item::{
        UpdateItemError, UpdateItemOutput, builders::UpdateItemFluentBuilder,
    },
    types::{
        AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};

use super::table::Table;
use crate::base::random::Random;
use crate::store::{
    StoreError,
    dynamodb::item::{CAPACITY, Item, b},
    key::Key,
};

/// A conditional update of one item.
pub(in crate::store) struct ConditionalUpdate {
    key: Key,
    update: String,
    condition: String,
    aliases: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

/// Random bits of one request's change. The item keeps those of the newest change. So a change that
/// counts something counts once, though the SDK repeats it where its answer got lost. Another request
/// in between makes it count twice, which is the safe side.
#[derive(Clone, Copy, Debug)]
pub struct WriteToken([u8; 8]);

/// Who changed an item last.
const BY: &str = "by";

impl WriteToken {
    /// Draws one.
    #[must_use]
    pub fn random(random: &Random) -> Self {
        Self(random.bytes())
    }

    pub(in crate::store) fn value(self) -> AttributeValue {
        b(&self.0)
    }

    fn is_on(self, item: &Item) -> bool {
        item.get(BY) == Some(&self.value())
    }
}

/// What became of a change.
pub(in crate::store) enum Updated {
    /// Done: the item as it is now.
    Done(Item),
    /// The condition failed: the item as it is, if there is one.
    ConditionFailed(Option<Item>),
}

impl ConditionalUpdate {
    /// Changes the item at `key` as `update` says, if `condition` holds.
    pub(in crate::store) fn new(
        key: Key,
        update: impl Into<String>,
        condition: impl Into<String>,
    ) -> Self {
        Self {
            key,
            update: update.into(),
            condition: condition.into(),
            aliases: HashMap::new(),
            values: HashMap::new(),
        }
    }

    /// Adds to the update.
    pub(in crate::store) fn and(mut self, update: &str) -> Self {
        self.update.push_str(update);
        self
    }

    /// Adds to the condition.
    pub(in crate::store) fn only_if(mut self, condition: &str) -> Self {
        if !self.condition.is_empty() {
            self.condition.push_str(" AND ");
        }
        self.condition.push_str(condition);
        self
    }

    /// Says what `:name` stands for.
    pub(in crate::store) fn value(mut self, name: &str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Says what `#name` stands for, where it is not itself.
    pub(in crate::store) fn alias(mut self, name: &str, attribute: impl Into<String>) -> Self {
        self.aliases.insert(name.to_owned(), attribute.into());
        self
    }

    fn names(&mut self) -> HashMap<String, String> {
        let mut names = std::mem::take(&mut self.aliases);
        for text in [&self.update, &self.condition] {
            for word in text.split('#').skip(1) {
                let end = word.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
                let word = &word[..end.unwrap_or(word.len())];
                let name = format!("#{word}");
                names.entry(name).or_insert_with(|| word.to_owned());
            }
        }
        names
    }
}

impl Table {
    /// Makes a change by itself. One write unit for an item under 1 KB.
    pub(in crate::store) async fn update(
        &self,
        change: ConditionalUpdate,
    ) -> Result<Updated, StoreError> {
        let update = self
            .builder(change)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        outcome(update.send().await)
    }

    /// Makes a change that counts something, once however often it is tried. One write unit.
    pub(in crate::store) async fn update_with_token(
        &self,
        change: ConditionalUpdate,
        token: WriteToken,
    ) -> Result<Updated, StoreError> {
        let change = change
            .and(", #by = :by")
            .only_if("(attribute_not_exists(#by) OR #by <> :by)")
            .value(":by", token.value());
        Ok(match self.update(change).await? {
            Updated::ConditionFailed(Some(item)) if token.is_on(&item) => Updated::Done(item),
            changed => changed,
        })
    }

    /// Makes a change that must not happen twice, so that it is not tried again where its answer
    /// got lost; and that leaves nothing to do where its condition fails.
    pub(in crate::store) async fn update_without_retry(
        &self,
        change: ConditionalUpdate,
    ) -> Result<(), StoreError> {
        let once = Config::builder().retry_config(RetryConfig::disabled());
        let update = self.builder(change).customize().config_override(once);
        outcome(update.send().await).map(|_| ())
    }

    fn builder(&self, mut change: ConditionalUpdate) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.name)
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(some(change.values))
            .set_key(Some(change.key.into_item()))
            .update_expression(change.update)
            .condition_expression(change.condition)
            .return_consumed_capacity(CAPACITY)
    }

    /// Makes a change that leaves nothing to do where its condition fails: another request came
    /// first.
    pub(in crate::store) async fn update_if(
        &self,
        change: ConditionalUpdate,
    ) -> Result<(), StoreError> {
        outcome(self.builder(change).send().await).map(|_| ())
    }

    /// Makes a change part of a transaction. Two write units for an item under 1 KB.
    pub(in crate::store) fn transact_update(
        &self,
        mut change: ConditionalUpdate,
    ) -> TransactWriteItem {
        let update = Update::builder()
            .table_name(&self.name)
            .set_expression_attribute_names(Some(change.names()))
            .set_expression_attribute_values(some(change.values))
            .set_key(Some(change.key.into_item()))
            .update_expression(change.update)
            .condition_expression(change.condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("an update with a table, a key and an expression is complete");
        TransactWriteItem::builder().update(update).build()
    }
}

fn outcome(
    sent: Result<UpdateItemOutput, SdkError<UpdateItemError>>,
) -> Result<Updated, StoreError> {
    match sent {
        Ok(output) => Ok(Updated::Done(output.attributes.unwrap_or_default())),
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(unmet)) => {
                Ok(Updated::ConditionFailed(unmet.item().cloned()))
            }
            _ => Err(StoreError::failed("UpdateItem", &error)),
        },
    }
}

/// DynamoDB refuses an empty map of values.
fn some(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    (!values.is_empty()).then_some(values)
}

//! Several writes at once, all of them or none. A change of an item that is there is made part of one
//! by [`Table::changing`].

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};

use super::table::Table;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{CAPACITY, Item},
        retry,
    },
};

impl Table {
    /// Makes a new item part of a transaction, unless there is one with the attribute `unless`.
    pub(in crate::store) fn transact_put(
        &self,
        item: Item,
        unless: Option<&str>,
    ) -> TransactWriteItem {
        let condition = unless.map(|_| "attribute_not_exists(#unless)".to_owned());
        let names = unless.map(|name| [("#unless".to_owned(), name.to_owned())].into());
        let put = Put::builder()
            .table_name(&self.name)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
    }

    /// Sends a transaction and tells which of its conditions failed; none: it is done.
    pub(in crate::store) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<Vec<FailedCondition>, StoreError> {
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .return_consumed_capacity(CAPACITY)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(Vec::new()),
            Err(error) => match error.as_service_error() {
                Some(cancelled) if retry::cancelled_transiently(cancelled) => {
                    Err(StoreError::Contended("transaction"))
                }
                cancelled => cancelled
                    .and_then(failed_conditions)
                    .ok_or_else(|| StoreError::failed("TransactWriteItems", &error)),
            },
        }
    }
}

/// A condition of a transaction that failed.
#[derive(Debug)]
pub(in crate::store) struct FailedCondition {
    /// Which of the transaction's items, counted from 0.
    pub(in crate::store) index: usize,
    /// The item as it is, where the transaction asked for it.
    pub(in crate::store) item: Option<Item>,
}

/// The failed conditions, if they are why the transaction was cancelled.
fn failed_conditions(error: &TransactWriteItemsError) -> Option<Vec<FailedCondition>> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return None;
    };
    let unmet: Vec<_> = (cancelled.cancellation_reasons().iter().enumerate())
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(index, reason)| FailedCondition {
            index,
            item: reason.item().cloned(),
        })
        .collect();
    (!unmet.is_empty()).then_some(unmet)
}

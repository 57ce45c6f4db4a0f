//! Several writes at once, all of them or none. A change of an item that is there is made part of one
//! by [`Store::changing`].

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};

use super::{CAPACITY, Item, Store, StoreError, retry};

impl Store {
    /// Makes a new item part of a transaction, unless there is one with the attribute `unless`.
    pub(super) fn putting(&self, item: Item, unless: Option<&str>) -> TransactWriteItem {
        let condition = unless.map(|_| "attribute_not_exists(#unless)".to_owned());
        let names = unless.map(|name| [("#unless".to_owned(), name.to_owned())].into());
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
    }

    /// Sends a transaction and tells which of its conditions failed; none: it is done.
    pub(super) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<Vec<Unmet>, StoreError> {
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
                Some(cancelled) if retry::cancelled_in_passing(cancelled) => {
                    Err(StoreError::Contended("transaction"))
                }
                cancelled => cancelled
                    .and_then(unmet_conditions)
                    .ok_or_else(|| StoreError::failed("TransactWriteItems", &error)),
            },
        }
    }
}

/// A condition of a transaction that failed.
#[derive(Debug)]
pub(super) struct Unmet {
    /// Which of the transaction's items, counted from 0.
    pub(super) index: usize,
    /// The item as it is, where the transaction asked for it.
    pub(super) item: Option<Item>,
}

/// The failed conditions, if they are why the transaction was cancelled.
fn unmet_conditions(error: &TransactWriteItemsError) -> Option<Vec<Unmet>> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return None;
    };
    let unmet: Vec<_> = (cancelled.cancellation_reasons().iter().enumerate())
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(index, reason)| Unmet {
            index,
            item: reason.item().cloned(),
        })
        .collect();
    (!unmet.is_empty()).then_some(unmet)
}

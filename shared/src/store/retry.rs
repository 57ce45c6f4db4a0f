//! Which failures of DynamoDB are tried again, beyond what the SDK does by itself.

use aws_sdk_dynamodb::{
    config::{
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction},
    },
    error::ProvideErrorMetadata,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
};

/// Two writes met at one item, or a transaction was throttled: ours had no effect, so it is safe and
/// useful to repeat. The SDK leaves all of this to the caller.
#[derive(Debug)]
pub(crate) struct TransactionConflicts;

/// Why a transaction was cancelled that may go through the next time.
const PASSING: [&str; 3] = [
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
];

impl ClassifyRetry for TransactionConflicts {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error(),
            Some(Ok(_)) | None => None,
        };
        let conflicted = error.is_some_and(|error| {
            let code = if let Some(error) = error.downcast_ref::<UpdateItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<PutItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<DeleteItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<TransactWriteItemsError>() {
                return cancelled_in_passing(error);
            } else {
                None
            };
            code == Some("TransactionConflictException")
        });
        if conflicted {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "transaction conflicts"
    }
}

/// A failed condition among the reasons decides the matter; the others only delay it.
pub(super) fn cancelled_in_passing(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return false;
    };
    let mut reasons = (cancelled.cancellation_reasons().iter()).filter_map(|reason| reason.code());
    let passing = reasons.clone().any(|code| PASSING.contains(&code));
    passing && !reasons.any(|code| code == "ConditionalCheckFailed")
}

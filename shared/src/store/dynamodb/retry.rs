//! Which failures of DynamoDB are tried again, beyond what the SDK does by itself, and whether a call
//! was.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{BeforeTransmitInterceptorContextRef, InterceptorContext},
        retry::{ClassifyRetry, RetryAction},
    },
    error::{BoxError, ProvideErrorMetadata},
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError,
        transact_write_items::TransactWriteItemsError, update_item::UpdateItemError,
    },
};

/// Two writes met at one item, or a transaction was throttled: ours had no effect, so it is safe and
/// useful to repeat. An answer that says yes and cannot be read is one that got lost, and every call
/// may be repeated then. The SDK leaves all of this to the caller.
#[derive(Debug)]
pub(crate) struct RetryClassifier;

/// Why a transaction was cancelled that may go through the next time.
const TRANSIENT: [&str; 3] = [
    "TransactionConflict",
    "ThrottlingError",
    "ProvisionedThroughputExceeded",
];

impl ClassifyRetry for RetryClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error(),
            Some(Ok(_)) | None => None,
        };
        let mangled = matches!(context.output_or_error(), Some(Err(_)))
            && (context.response()).is_some_and(|response| response.status().is_success());
        let conflicted = error.is_some_and(|error| {
            let code = if let Some(error) = error.downcast_ref::<UpdateItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<PutItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<DeleteItemError>() {
                error.code()
            } else if let Some(error) = error.downcast_ref::<TransactWriteItemsError>() {
                return cancelled_transiently(error);
            } else {
                None
            };
            code == Some("TransactionConflictException")
        });
        if conflicted || mangled {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "passing failures"
    }
}

/// How often a call was tried.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct AttemptCounter(Arc<AtomicU32>);

impl AttemptCounter {
    /// Whether it was more than once: what is found now may be the first try's work.
    pub(in crate::store) fn several(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 1
    }
}

impl Intercept for AttemptCounter {
    fn name(&self) -> &'static str {
        "tries"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A failed condition among the reasons decides the matter; the others only delay it.
pub(in crate::store) fn cancelled_transiently(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return false;
    };
    let mut reasons = (cancelled.cancellation_reasons().iter()).filter_map(|reason| reason.code());
    let passing = reasons.clone().any(|code| TRANSIENT.contains(&code));
    passing && !reasons.any(|code| code == "ConditionalCheckFailed")
}

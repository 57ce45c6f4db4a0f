//! Why the store did not do what it was asked.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

/// Why the store did not do what it was asked: always a fault, never an answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB refused the request, or did not answer it.
    #[error("{operation} failed: {failure}")]
    Failed {
        /// The operation's name in the API.
        operation: &'static str,
        /// What was said about it.
        failure: Failure,
    },
    /// DynamoDB left keys of a batch unread, again and again.
    #[error("BatchGetItem left keys unprocessed")]
    Unprocessed,
    /// Others came first, again and again.
    #[error("a write of kind {0} met too many others")]
    Contended(&'static str),
    /// An item that another promises is not there.
    #[error("an item of kind {0} is missing")]
    Missing(&'static str),
    /// An item is not what its key promises.
    #[error("an item of kind {0} cannot be decoded")]
    Undecodable(&'static str, #[source] serde_dynamo::Error),
    /// A value of ours cannot be stored.
    #[error("a value of kind {0} cannot be encoded")]
    Unencodable(&'static str, #[source] serde_dynamo::Error),
}

/// What is known of a failed call, without anything of what was sent or stored.
#[derive(Debug)]
pub struct Failure {
    /// `timeout`, `dispatch`, `service`, …
    kind: &'static str,
    /// The service's error code.
    code: Option<String>,
    /// The service's request id, for a question to AWS.
    request_id: Option<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.as_deref().unwrap_or("no code");
        let request = self.request_id.as_deref().unwrap_or("no request id");
        write!(f, "{} error, {code}, {request}", self.kind)
    }
}

impl StoreError {
    pub(in crate::store) fn failed<E>(operation: &'static str, error: &SdkError<E>) -> Self
    where
        SdkError<E>: ProvideErrorMetadata + RequestId,
    {
        let kind = match error {
            SdkError::ConstructionFailure(_) => "construction",
            SdkError::TimeoutError(_) => "timeout",
            SdkError::DispatchFailure(_) => "dispatch",
            SdkError::ResponseError(_) => "response",
            SdkError::ServiceError(_) => "service",
            _ => "unknown",
        };
        Self::Failed {
            operation,
            failure: Failure {
                kind,
                code: error.code().map(str::to_owned),
                request_id: error.request_id().map(str::to_owned),
            },
        }
    }
}

//! How the store speaks with DynamoDB: items and their values, conditional updates, transactions, which
//! failures are tried again, and what each call costs.

pub(in crate::store) mod error;
pub(in crate::store) mod item;
mod meter;
pub(in crate::store) mod retry;
pub(in crate::store) mod table;
pub(in crate::store) mod transaction;
pub(in crate::store) mod update;

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;

use crate::aws::{Aws, Service};

/// The settings of a DynamoDB client. A call is tried at most six times, 50 ms apart and more, while
/// its time lasts.
#[must_use]
pub fn client(aws: &Aws) -> aws_sdk_dynamodb::config::Builder {
    let retries = RetryConfig::standard()
        .with_max_attempts(6)
        .with_initial_backoff(Duration::from_millis(50));
    let deadline = aws.deadline();
    let config = aws.client(
        Service::DynamoDb,
        retries,
        deadline.attempt(),
        deadline.call(),
    );
    aws_sdk_dynamodb::config::Builder::from(&config).retry_classifier(retry::RetryClassifier)
}

//! The DynamoDB store: one table, one file per kind of item, every operation named for what it
//! means. Attribute names shared by more than one kind, keys and errors are here.

pub mod captchas;
mod change;
pub mod codes;
pub mod entries;
pub mod guesses;
pub mod known;
pub mod ledger;
pub mod logins;
pub mod members;
pub mod messages;
pub mod meter;
pub mod passwords;
pub mod recent;
pub mod resets;
pub(crate) mod retry;
pub mod session;
pub mod sessions;
pub mod spend;
pub mod views;
pub mod window;

pub use change::Mark;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{RequestId, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, KeysAndAttributes, Put, ReturnConsumedCapacity, TransactWriteItem},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{aws::Aws, member::MemberId, names::LoginKey};

/// The partition key.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// The time-to-live attribute, in Unix seconds. DynamoDB deletes days late, so nothing relies on it.
pub const EXPIRES_AT: &str = "expires_at";

type Item = HashMap<String, AttributeValue>;

/// Asks for what a request cost, so that the [`meter`] can add it up.
const CAPACITY: ReturnConsumedCapacity = ReturnConsumedCapacity::Total;

/// How often keys that DynamoDB left unread are asked for again.
const BATCH_TRIES: u32 = 4;
/// How long to wait before the second time; four and nine times as long before the next.
const BATCH_PAUSE: Duration = Duration::from_millis(30);

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pk: String,
    sk: String,
}

impl Key {
    /// The member itself.
    #[must_use]
    pub fn member(id: MemberId) -> Self {
        Self::new(format!("member#{}", id.get()), "member")
    }

    /// A name to log in by.
    #[must_use]
    pub fn login(login: &LoginKey) -> Self {
        Self::new(format!("login#{}", login.digest()), "login")
    }

    /// What is counted of an address, under `sk`.
    #[must_use]
    pub fn address(address: &str, sk: &str) -> Self {
        Self::new(format!("address#{address}"), sk)
    }

    fn new(pk: String, sk: &str) -> Self {
        let sk = sk.to_owned();
        Self { pk, sk }
    }

    fn into_item(self) -> Item {
        HashMap::from([(PK.to_owned(), s(self.pk)), (SK.to_owned(), s(self.sk))])
    }
}

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
    fn failed<E>(operation: &'static str, error: &SdkError<E>) -> Self
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

/// The table, and the client that reaches it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
    known: known::Known,
}

impl Store {
    /// Opens the table `table`. Nothing is sent.
    #[must_use]
    pub fn new(aws: &Aws, table: &str) -> Self {
        Self::with(aws.dynamodb(), table)
    }

    /// Opens the table `table` through a client of the caller's making, the costs of which are
    /// metered as well.
    #[must_use]
    pub fn with(config: aws_sdk_dynamodb::config::Builder, table: &str) -> Self {
        let config = config.interceptor(meter::Meter).build();
        Self {
            client: Client::from_conf(config),
            table: table.to_owned(),
            known: known::Known::default(),
        }
    }

    /// Reads items consistently in one round trip; those that are not there are left out.
    async fn read_all(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let keys = keys.iter().map(|key| key.clone().into_item()).collect();
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()
            .expect("a batch with keys is complete");
        let mut wanted = Some([(self.table.clone(), wanted)].into());
        let mut found = Vec::new();
        for attempt in 0..BATCH_TRIES {
            // Even a pause of nothing would wait for the timer's next tick.
            if attempt > 0 {
                tokio::time::sleep(BATCH_PAUSE * attempt * attempt).await;
            }
            let output = self
                .client
                .batch_get_item()
                .set_request_items(wanted.take())
                .return_consumed_capacity(CAPACITY)
                .send()
                .await
                .map_err(|error| StoreError::failed("BatchGetItem", &error))?;
            found.extend(output.responses.unwrap_or_default().into_values().flatten());
            wanted = output.unprocessed_keys.filter(|keys| !keys.is_empty());
            if wanted.is_none() {
                return Ok(found);
            }
        }
        Err(StoreError::Unprocessed)
    }

    /// Makes a new item part of a transaction, unless there is one with the attribute `unless`.
    fn putting(&self, item: Item, unless: Option<&str>) -> TransactWriteItem {
        let condition = unless.map(|_| "attribute_not_exists(#unless)".to_owned());
        let names = unless.map(|name| [("#unless".to_owned(), name.to_owned())].into());
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition)
            .set_expression_attribute_names(names)
            .build()
            .expect("a put with a table and an item is complete");
        TransactWriteItem::builder().put(put).build()
    }

    /// Sends a transaction and tells which of its conditions failed; none: it is done.
    async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<Vec<Unmet>, StoreError> {
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
struct Unmet {
    /// Which of the transaction's items, counted from 0.
    index: usize,
    /// The item as it is, where the transaction asked for it.
    item: Option<Item>,
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

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(number: impl std::fmt::Display + Copy) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec().into())
}

fn encode<T: Serialize>(kind: &'static str, value: &T) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(|error| StoreError::Unencodable(kind, error))
}

fn value<T: Serialize>(kind: &'static str, value: &T) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|error| StoreError::Unencodable(kind, error))
}

fn decode<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Undecodable(kind, error))
}

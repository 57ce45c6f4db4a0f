//! The DynamoDB store: one table, one file per kind of item, every operation named for what it
//! means. Attribute names shared by more than one kind, keys and errors are here.

pub mod asks;
pub mod captchas;
mod change;
pub mod checks;
pub mod codes;
pub mod entries;
mod error;
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
mod transaction;
pub mod views;
pub mod window;

pub use change::Mark;
pub use error::{Failure, StoreError};

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
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

    /// Reads an item consistently.
    async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .return_consumed_capacity(CAPACITY)
            .send()
            .await
            .map_err(|error| StoreError::failed("GetItem", &error))?;
        Ok(output.item)
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

//! The table, and the client that reaches it.

use std::time::Duration;

use aws_sdk_dynamodb::{Client, types::KeysAndAttributes};

use super::{
    error::StoreError,
    item::{CAPACITY, Item},
    meter,
};
use crate::{
    config::Config,
    store::key::{Key, TableKey},
};

/// How often keys that DynamoDB left unread are asked for again.
const BATCH_TRIES: u32 = 4;
/// How long to wait before the second time; four and nine times as long before the next.
const BATCH_PAUSE: Duration = Duration::from_millis(30);

/// The table, and the client that reaches it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    pub(in crate::store) client: Client,
    pub(in crate::store) name: String,
    /// Makes the keys of items of identifiers and addresses.
    pub(in crate::store) key: TableKey,
}

impl Table {
    /// Opens the table of the settings through a client made of `client`, whose costs are metered.
    /// Nothing is sent.
    pub(in crate::store) fn open(
        client: aws_sdk_dynamodb::config::Builder,
        config: &Config,
    ) -> Self {
        let client = client.interceptor(meter::Meter).build();
        Self {
            client: Client::from_conf(client),
            name: config.table.clone(),
            key: TableKey::new(config),
        }
    }

    /// Reads an item consistently.
    pub(in crate::store) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .return_consumed_capacity(CAPACITY)
            .send()
            .await
            .map_err(|error| StoreError::failed("GetItem", &error))?;
        Ok(output.item)
    }

    /// Reads items consistently in one round trip; those that are not there are left out.
    pub(in crate::store) async fn read_all(&self, keys: &[Key]) -> Result<Vec<Item>, StoreError> {
        let keys = keys.iter().map(|key| key.clone().into_item()).collect();
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()
            .expect("a batch with keys is complete");
        let mut wanted = Some([(self.name.clone(), wanted)].into());
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

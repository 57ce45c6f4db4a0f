//! Reading the ledger. A page is a range of places, so that the thousandth costs what the first does;
//! one read of the index [`BY_CHECKPOINT`] finds the place of a moment.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use serde::Deserialize;

use super::{
    Ledger,
    entries::{BY_CHECKPOINT, BY_SEQ, CHECKPOINT, Checkpoint, ENTRY_TIMES, Entry, EntryKey, SEQ},
};
use crate::{
    base::clock::Time,
    domain::{member::MemberId, page_cursor::Places, points::Points},
    store::{
        StoreError,
        dynamodb::item::{CAPACITY, Item, decode, n, s},
        key::{Key, PK},
    },
};

/// The part of a member that the ledger keeps.
#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    points: Points,
}

/// Reads what a member holds from the member's item.
pub(super) fn held_points(member: Item) -> Result<Points, StoreError> {
    Ok(decode::<Holder>("member", member)?.points)
}

impl Ledger<'_> {
    /// Reads what a member holds, consistently; `None` where there is no such member. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn points(self, id: MemberId) -> Result<Option<Points>, StoreError> {
        let member = self.0.get(Key::member(id)).await?;
        member.map(held_points).transpose()
    }

    /// Reads the entry under a caller's key, consistently. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn entry(self, id: MemberId, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        let item = self.0.get(Key::entry(id, key)).await?;
        item.map(|item| decode("entry", item)).transpose()
    }

    /// Reads the entries of a range of places, newest first; all of them have to be written. Half a
    /// read unit for each 4 KB; three times as much where the newest is so new that an eventually
    /// consistent read misses it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn entries(self, id: MemberId, places: Places) -> Result<Vec<Entry>, StoreError> {
        if places.items() == 0 {
            return Ok(Vec::new());
        }
        for consistently in [false, true] {
            let entries = self.query_entries(id, places, consistently).await?;
            if u64::try_from(entries.len()) == Ok(places.items()) {
                return Ok(entries);
            }
        }
        Err(StoreError::Missing("entry"))
    }

    /// Asks for a megabyte at a time, which is the most that `DynamoDB` answers at once.
    async fn query_entries(
        self,
        id: MemberId,
        places: Places,
        consistently: bool,
    ) -> Result<Vec<Entry>, StoreError> {
        let query = self
            .query(id, BY_SEQ, consistently)
            .key_condition_expression("#pk = :pk AND #seq BETWEEN :first AND :last")
            .expression_attribute_names("#seq", SEQ)
            .expression_attribute_values(":first", n(places.low + 1))
            .expression_attribute_values(":last", n(places.high))
            .scan_index_forward(false);
        let mut entries = Vec::new();
        let mut from: Option<Item> = None;
        loop {
            let page = query.clone().set_exclusive_start_key(from.take());
            let output = page.send().await;
            let output = output.map_err(|error| StoreError::failed("Query", &error))?;
            for item in output.items.unwrap_or_default() {
                entries.push(decode("entry", item)?);
            }
            from = output.last_evaluated_key;
            if from.is_none() {
                return Ok(entries);
            }
        }
    }

    /// Reads the first checkpoint from `moment` on. Half a read unit, or a whole one consistently.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn first_checkpoint(
        self,
        id: MemberId,
        moment: Time,
        consistently: bool,
    ) -> Result<Option<Checkpoint>, StoreError> {
        let output = self
            .query(id, BY_CHECKPOINT, consistently)
            .key_condition_expression("#pk = :pk AND #checkpoint >= :moment")
            .projection_expression("#seq, #entry_times")
            .expression_attribute_names("#checkpoint", CHECKPOINT)
            .expression_attribute_names("#seq", SEQ)
            .expression_attribute_names("#entry_times", ENTRY_TIMES)
            .expression_attribute_values(":moment", n(moment.millis()))
            .limit(1)
            .send()
            .await
            .map_err(|error| StoreError::failed("Query", &error))?;
        let first = output.items.unwrap_or_default().into_iter().next();
        first.map(|item| decode("checkpoint", item)).transpose()
    }

    fn query(self, id: MemberId, index: &str, consistently: bool) -> QueryFluentBuilder {
        self.0
            .client
            .query()
            .table_name(&self.0.name)
            .index_name(index)
            .expression_attribute_names("#pk", PK)
            .expression_attribute_values(":pk", s(Key::member(id).pk))
            .consistent_read(consistently)
            .return_consumed_capacity(CAPACITY)
    }
}

//! The ledger: credits and spends, each an entry in its member's partition, written in one
//! transaction with what the member holds. An entry, under `member#<id>` / `points#<key>`, `key`
//! being the caller's idempotency key, or `expiry#<year>`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `seq` | N | its place in the ledger, from 1 without a gap; sorts the index [`BY_SEQ`] |
//! | `at` | N | when, [`Time`]; never before the entry before |
//! | `point` | N | how many points, negative where spent or expired |
//! | `desc` | S | what for |
//! | `balance` | N | what could be spent then |
//! | `mark` | N | on every 32nd: `at` again; sorts the index [`BY_MARK`] |
//! | `times` | B | on every 32nd: when it and the 31 before it were written |
//!
//! Entries are never changed. A key that was used is found by the condition that no item has it, so
//! a caller who repeats a request gets the first entry, for ever. The member's own `points.seq` is
//! the version that every writer raises by condition: what a writer computed from is what it
//! changes, so no race makes a balance negative.

use std::str::FromStr;

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::{CAPACITY, Item, Key, PK, Store, StoreError, change::Change, decode, encode, n, value};
use crate::{
    clock::Time,
    member::MemberId,
    points::{EXPIRED, Points, Posting, TooFew},
};

/// The index of a member's entries by their place.
pub const BY_SEQ: &str = "by_seq";
/// What it sorts by.
pub const SEQ: &str = "seq";
/// The index of a member's marks by time.
pub const BY_MARK: &str = "by_mark";
/// What it sorts by.
pub const MARK: &str = "mark";
/// What a mark says, beside its place.
pub const TIMES: &str = "times";

/// How often a write that others came before is computed anew.
const TRIES: usize = 64;

/// A caller's idempotency key: 1–64 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey(String);

/// A text is no [`EntryKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an idempotency key")]
pub struct InvalidKey;

impl FromStr for EntryKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let good =
            (1..=64).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        good.then(|| Self(text.to_owned())).ok_or(InvalidKey)
    }
}

/// What a caller asks to be written.
#[derive(Clone, Debug)]
pub struct Order {
    /// Under which key.
    pub key: EntryKey,
    /// How many points: negative to spend them.
    pub point: i64,
    /// What for.
    pub desc: String,
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// How many points.
    pub point: i64,
    /// What for.
    pub desc: String,
    /// What could be spent then.
    pub balance: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    mark: Option<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<ByteBuf>,
}

impl Entry {
    /// Words a posting.
    #[must_use]
    pub fn new(posting: Posting, desc: impl Into<String>) -> Self {
        Self {
            seq: posting.seq,
            at: posting.at,
            point: posting.point,
            desc: desc.into(),
            balance: posting.balance,
            mark: posting.mark.as_ref().map(|_| posting.at),
            times: posting.mark.map(ByteBuf::from),
        }
    }

    /// The entry of points that expired.
    #[must_use]
    pub fn expired(posting: Posting) -> Self {
        Self::new(posting, EXPIRED)
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is written: now, or under the same key with the same content before.
    Done(Entry),
    /// The key has been used for something else.
    KeyTaken,
    /// There are too few points for it.
    TooFew(TooFew),
    /// There is no such member.
    NoMember,
}

/// The part of a member that the ledger keeps.
#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    points: Points,
}

impl Store {
    /// Writes an entry, once however often it is asked for. One round trip, five write units (six
    /// for every 32nd entry, which carries a mark); one more trip and a read unit where this
    /// process has not met the member's ledger yet. After a year's end three or six units more for
    /// the entries of what expired, once.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record(
        &self,
        id: MemberId,
        order: &Order,
        now: Time,
    ) -> Result<Recorded, StoreError> {
        let mut known = self.known.get(id).map(|known| known.points);
        let mut is_current = false;
        for _ in 0..TRIES {
            let points = match known.take() {
                Some(points) => points,
                None => match self.points(id).await? {
                    Some(points) => {
                        is_current = true;
                        points
                    }
                    None => return Ok(Recorded::NoMember),
                },
            };
            let (held, postings) = match points.post(order.point, now) {
                Ok(posted) => posted,
                // The balance may have gone to this very order.
                Err(refused) if is_current => {
                    let entry = self.entry(id, &order.key).await?;
                    return Ok(entry.map_or(Recorded::TooFew(refused), |entry| order.again(entry)));
                }
                Err(TooFew { .. }) => continue,
            };
            let (writes, entry) = self.writes(id, order, &points, &held, postings)?;
            let unmet = self.transact(writes).await?;
            if unmet.is_empty() {
                self.known.remember(id, held);
                return Ok(Recorded::Done(entry));
            }
            is_current = false;
            for unmet in unmet {
                match (unmet.index, unmet.item) {
                    (0, Some(entry)) => return Ok(order.again(decode("entry", entry)?)),
                    (1, None) => return Ok(Recorded::NoMember),
                    (1, Some(member)) => {
                        known = Some(decode::<Holder>("member", member)?.points);
                        is_current = true;
                    }
                    (_, _) => {}
                }
            }
        }
        Err(StoreError::Contended("ledger"))
    }

    /// The transaction, the entry asked for first and the member second, and that entry.
    fn writes(
        &self,
        id: MemberId,
        order: &Order,
        before: &Points,
        held: &Points,
        mut postings: Vec<Posting>,
    ) -> Result<(Vec<TransactWriteItem>, Entry), StoreError> {
        let posting = postings.pop().ok_or(StoreError::Missing("posting"))?;
        let entry = Entry::new(posting, &order.desc);
        let version = if before.seq == 0 {
            // A member from before there were points has none.
            "attribute_exists(#pk) AND (attribute_not_exists(#points) OR #points.#seq = :seq)"
        } else {
            "#points.#seq = :seq"
        };
        let change = Change::new(Key::member(id), "SET #points = :points", version)
            .value(":points", value("points", held)?)
            .value(":seq", n(before.seq));
        let mut writes = vec![
            self.putting_entry(&Key::entry(id, &order.key), &entry)?,
            self.changing(change),
        ];
        for posting in postings {
            let key = Key::expiry(id, posting.at.year());
            writes.push(self.putting_entry(&key, &Entry::expired(posting))?);
        }
        Ok((writes, entry))
    }

    fn putting_entry(&self, key: &Key, entry: &Entry) -> Result<TransactWriteItem, StoreError> {
        let mut item = encode("entry", entry)?;
        item.extend(key.clone().into_item());
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#pk)")
            .expression_attribute_names("#pk", PK)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .expect("a put with a table and an item is complete");
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Reads what a member holds, consistently; `None` where there is no such member. One read
    /// unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn points(&self, id: MemberId) -> Result<Option<Points>, StoreError> {
        let item = self.get(Key::member(id)).await?;
        item.map(|item| decode::<Holder>("member", item).map(|holder| holder.points))
            .transpose()
    }

    async fn entry(&self, id: MemberId, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        let item = self.get(Key::entry(id, key)).await?;
        item.map(|item| decode("entry", item)).transpose()
    }

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
}

impl Order {
    /// The key has an entry already.
    fn again(&self, entry: Entry) -> Recorded {
        if entry.point == self.point && entry.desc == self.desc {
            Recorded::Done(entry)
        } else {
            Recorded::KeyTaken
        }
    }
}

impl Key {
    /// An entry that was asked for under `key`.
    #[must_use]
    pub fn entry(id: MemberId, key: &EntryKey) -> Self {
        Self::new(Self::member(id).pk, &format!("points#{}", key.0))
    }

    /// The entry of what expired as `year` began.
    #[must_use]
    pub fn expiry(id: MemberId, year: i32) -> Self {
        Self::new(Self::member(id).pk, &format!("expiry#{year}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_printable_ascii() {
        let longest = "k".repeat(64);
        for good in ["1", "order 2030/06-15#7~", " ", &longest] {
            assert!(good.parse::<EntryKey>().is_ok(), "{good}");
        }
        let longer = "k".repeat(65);
        for bad in ["", "订单", "a\n", "\u{7f}", "a\tb", &longer] {
            assert_eq!(bad.parse::<EntryKey>(), Err(InvalidKey), "{bad:?}");
        }
    }
}

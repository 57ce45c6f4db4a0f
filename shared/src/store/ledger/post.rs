//! Writing the ledger: an entry, in one transaction with what its member holds.
//!
//! Entries are never changed. A key that was used is found by the condition that no item has it, so a
//! caller who repeats a request gets the first entry, for ever. The member's `points.seq` is the version
//! that every writer raises by condition: a writer changes exactly what it computed from, so no race
//! makes a balance negative.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{
    Ledger,
    entries::{Entry, Order},
    read::held_points,
};
use crate::{
    domain::{
        member::MemberId,
        points::{Points, Posting},
    },
    store::{
        StoreError,
        dynamodb::{
            item::{decode, encode, n, value},
            update::ConditionalUpdate,
        },
        key::{Key, PK},
    },
};

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It is written.
    Done(Entry),
    /// The key has this entry already. Nothing is written.
    KeyUsed(Entry),
    /// Another entry came first: what the member holds now. Nothing is written.
    Outdated(Points),
    /// There is no such member.
    NoMember,
}

impl Ledger<'_> {
    /// Writes the entry of an order, with what the member holds by it; and the entries of what expired
    /// before, which come first in `postings`. `before` is what they were computed from. Five write
    /// units, six for a checkpoint; three or four more for each entry of what expired.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn post(
        self,
        id: MemberId,
        order: &Order,
        before: &Points,
        after: &Points,
        mut postings: Vec<Posting>,
    ) -> Result<Posted, StoreError> {
        let posting = postings.pop().ok_or(StoreError::Missing("posting"))?;
        let entry = Entry::ordered(posting, order);
        let version = if before.seq == 0 {
            // A member from before there were points has none.
            "attribute_exists(#pk) AND (attribute_not_exists(#points) OR #points.#seq = :seq)"
        } else {
            "#points.#seq = :seq"
        };
        let change = ConditionalUpdate::new(Key::member(id), "SET #points = :points", version)
            .value(":points", value("points", after)?)
            .value(":seq", n(before.seq));
        let mut writes = vec![
            self.put_entry(Key::entry(id, &order.key), &entry)?,
            self.0.transact_update(change),
        ];
        for posting in postings {
            let key = Key::expiry(id, posting.at.year());
            writes.push(self.put_entry(key, &Entry::expired(posting))?);
        }
        let failed = self.0.transact(writes).await?;
        if failed.is_empty() {
            return Ok(Posted::Done(entry));
        }
        // The entry's condition comes before the member's: a repeated request finds both failed. What
        // expired is written by whoever raises the version, so its conditions never fail alone.
        let first = failed.into_iter().next();
        match first.map(|failed| (failed.index, failed.item)) {
            Some((0, Some(entry))) => Ok(Posted::KeyUsed(decode("entry", entry)?)),
            Some((1, Some(member))) => Ok(Posted::Outdated(held_points(member)?)),
            Some((1, None)) => Ok(Posted::NoMember),
            Some(_) | None => Err(StoreError::Contended("ledger")),
        }
    }

    fn put_entry(self, key: Key, entry: &Entry) -> Result<TransactWriteItem, StoreError> {
        let mut item = encode("entry", entry)?;
        item.extend(key.into_item());
        Ok(self.0.transact_put(item, Some(PK)))
    }
}

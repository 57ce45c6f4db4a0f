//! Writing the ledger: credits and spends, each an entry in its member's partition, written in one
//! transaction with what the member holds.
//!
//! Entries are never changed. A key that was used is found by the condition that no item has it, so
//! a caller who repeats a request gets the first entry, for ever. The member's own `points.seq` is
//! the version that every writer raises by condition: what a writer computed from is what it
//! changes, so no race makes a balance negative.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;

use super::Ledger;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, encode, n, value},
        update::ConditionalUpdate,
    },
    key::{Key, PK},
    ledger::entries::{Entry, EntryKey, Order, Recorded},
};
use crate::{
    base::clock::Time,
    domain::{
        member::MemberId,
        points::{Points, Posting, TooFew},
    },
};

/// How often a write that others came before is computed anew.
const TRIES: usize = 64;

/// How often a write that met another is tried again, beyond the tries of the SDK.
const MOST_CONFLICTS: usize = 4;

/// The part of a member that the ledger keeps.
#[derive(Deserialize)]
struct Holder {
    #[serde(default)]
    points: Points,
}

impl Ledger<'_> {
    /// Writes an entry, once however often it is asked for. One round trip, five write units (six
    /// for an entry that carries a mark: every 32nd, at most); one more trip and a read unit where this
    /// process has not met the member's ledger yet. After a year's end three or six units more for
    /// the entries of what expired, once.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record(
        self,
        id: MemberId,
        order: &Order,
        now: Time,
    ) -> Result<Recorded, StoreError> {
        let mut known = self.1.get(id).map(|known| known.points);
        let mut is_current = false;
        let mut conflicts = 0;
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
            let unmet = match self.0.transact(writes).await {
                Ok(unmet) => unmet,
                Err(StoreError::Contended(_)) if conflicts < MOST_CONFLICTS => {
                    conflicts += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            if unmet.is_empty() {
                self.1.remember(id, held);
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
        self,
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
        let change = ConditionalUpdate::new(Key::member(id), "SET #points = :points", version)
            .value(":points", value("points", held)?)
            .value(":seq", n(before.seq));
        let mut writes = vec![
            self.putting_entry(Key::entry(id, &order.key), &entry)?,
            self.0.transact_update(change),
        ];
        for posting in postings {
            let key = Key::expiry(id, posting.at.year());
            writes.push(self.putting_entry(key, &Entry::expired(posting))?);
        }
        Ok((writes, entry))
    }

    fn putting_entry(self, key: Key, entry: &Entry) -> Result<TransactWriteItem, StoreError> {
        let mut item = encode("entry", entry)?;
        item.extend(key.into_item());
        Ok(self.0.transact_put(item, Some(PK)))
    }

    /// Reads what a member holds, consistently; `None` where there is no such member. One read
    /// unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn points(self, id: MemberId) -> Result<Option<Points>, StoreError> {
        let item = self.0.get(Key::member(id)).await?;
        item.map(|item| decode::<Holder>("member", item).map(|holder| holder.points))
            .transpose()
    }

    async fn entry(self, id: MemberId, key: &EntryKey) -> Result<Option<Entry>, StoreError> {
        let item = self.0.get(Key::entry(id, key)).await?;
        item.map(|item| decode("entry", item)).transpose()
    }
}

//! An entry of the ledger, under `member#<id>` / `points#<key>`, `key` being the caller's idempotency
//! key; or under `expiry#<year>`, for the points that expired as the year began:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `seq` | N | its place in the ledger, from 1 without a gap; sorts the index [`BY_SEQ`] |
//! | `at` | N | when, [`Time`]; never before the entry before |
//! | `point` | N | how many points, negative where spent or expired |
//! | `desc` | S | what for |
//! | `balance` | N | what could be spent then |
//! | `actor` | S | who asked for it, [`Actor`]; none of an entry of what expired |
//! | `checkpoint` | N | on a checkpoint alone: `at` again; sorts the index [`BY_CHECKPOINT`] |
//! | `entry_times` | B | beside it: when it and the 31 entries before it were written |

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{
    base::clock::Time,
    domain::{
        actor::Actor,
        points::{self, EXPIRED, Posting},
    },
};

/// The index of a member's entries by their place.
pub const BY_SEQ: &str = "by_seq";
/// What it sorts by.
pub const SEQ: &str = "seq";
/// The index of a member's checkpoints by time.
pub const BY_CHECKPOINT: &str = "by_checkpoint";
/// What it sorts by.
pub const CHECKPOINT: &str = "checkpoint";
/// What a checkpoint tells, beside its place.
pub const ENTRY_TIMES: &str = "entry_times";

/// A caller's idempotency key: 1–64 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey(pub(in crate::store) String);

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

/// A credit or a spend that a caller asks for.
#[derive(Clone, Debug)]
pub struct Order {
    /// Under which key.
    pub key: EntryKey,
    /// How many points: negative to spend them.
    pub point: i64,
    /// What for.
    pub desc: String,
    /// Who asks.
    pub actor: Actor,
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
    /// Who asked for it; `None` for points that expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Time>,
    #[serde(rename = "entry_times", skip_serializing_if = "Option::is_none")]
    times: Option<ByteBuf>,
}

impl Entry {
    /// The entry of an order.
    #[must_use]
    pub fn ordered(posting: Posting, order: &Order) -> Self {
        Self::new(posting, &order.desc, Some(order.actor.clone()))
    }

    /// The entry of points that expired.
    #[must_use]
    pub fn expired(posting: Posting) -> Self {
        Self::new(posting, EXPIRED, None)
    }

    fn new(posting: Posting, desc: &str, actor: Option<Actor>) -> Self {
        Self {
            seq: posting.seq,
            at: posting.at,
            point: posting.point,
            desc: desc.to_owned(),
            balance: posting.balance,
            actor,
            checkpoint: posting.checkpoint.as_ref().map(|_| posting.at),
            times: posting.checkpoint.map(ByteBuf::from),
        }
    }
}

/// What a checkpoint tells: when it and the entries before it were written.
#[derive(Clone, Debug, Deserialize)]
pub struct Checkpoint {
    seq: u64,
    entry_times: ByteBuf,
}

impl Checkpoint {
    /// How many entries were written before `moment`. It has to be the first checkpoint from then on.
    #[must_use]
    pub fn older_than(&self, moment: Time) -> u64 {
        points::older_than(moment, self.seq, &self.entry_times)
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

//! An entry of the ledger, under `member#<id>` / `points#<key>`, `key`
//! being the caller's idempotency key, or `expiry#<year>`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `seq` | N | its place in the ledger, from 1 without a gap; sorts the index [`BY_SEQ`] |
//! | `at` | N | when, [`Time`]; never before the entry before |
//! | `point` | N | how many points, negative where spent or expired |
//! | `desc` | S | what for |
//! | `balance` | N | what could be spent then |
//! | `mark` | N | on every 32nd, but on one alone of a moment: `at` again; sorts the index [`BY_MARK`] |
//! | `times` | B | beside `mark`: when it and the 31 before it were written |

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::{
    base::clock::Time,
    domain::points::{EXPIRED, Posting, TooFew},
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

impl Order {
    /// The key has an entry already.
    pub(in crate::store) fn again(&self, entry: Entry) -> Recorded {
        if entry.point == self.point && entry.desc == self.desc {
            Recorded::Done(entry)
        } else {
            Recorded::KeyTaken
        }
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

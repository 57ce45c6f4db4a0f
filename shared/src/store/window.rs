//! A counter that starts at its first event and starts anew once it is over: so many events within
//! so many seconds. One item, one write unit, and a condition that no parallel request slips past.
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `since` | N | when the first event was, [`Time`] |
//! | `events` | N | how many so far |
//! | `by` | B | who counted the newest, where it is counted by itself, see [`Mark`] |
//! | `expires_at` | N | TTL |

use serde::Deserialize;

use super::{
    Item, Key, Mark, Store, StoreError,
    change::{Change, Changed},
    decode, n,
};
use crate::clock::Time;

/// At most `limit` events within `seconds` of the first.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How many.
    pub limit: u32,
    /// Within how long.
    pub seconds: i64,
}

/// What is assumed of the counter when an event is to be counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Assume {
    /// That it is new or running.
    Running,
    /// That it began at this time, and is over.
    Over(Time),
}

/// Why an event could not be counted.
pub(super) enum Uncounted {
    /// There were too many; the next is welcome at this time.
    TooMany(Time),
    /// The counter is over: assume so and try again.
    Retry(Assume),
}

#[derive(Deserialize)]
struct Counter {
    since: Time,
    events: u32,
}

impl Store {
    /// Counts an event of `address` under `sk`; where there were too many, says when the next is
    /// welcome. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count(
        &self,
        window: Window,
        address: &str,
        sk: &str,
        now: Time,
        mark: Mark,
    ) -> Result<Option<Time>, StoreError> {
        let mut assume = Assume::Running;
        loop {
            let change = window.count(Key::address(address, sk), now, assume);
            match self.change_marked(change, mark).await? {
                Changed::Done(_) => return Ok(None),
                Changed::Unmet(item) => match window.uncounted(item, now)? {
                    Uncounted::TooMany(until) => return Ok(Some(until)),
                    Uncounted::Retry(again) => assume = again,
                },
            }
        }
    }
}

impl Window {
    /// The change that counts an event under `key`, to be part of a transaction.
    pub(super) fn count(self, key: Key, now: Time, assume: Assume) -> Change {
        let change = match assume {
            Assume::Running => Change::new(
                key,
                "SET #since = if_not_exists(#since, :now), \
                 #events = if_not_exists(#events, :none) + :one",
                "(attribute_not_exists(#since) OR (#since > :over AND #events < :limit))",
            )
            .value(":none", n(0))
            .value(":limit", n(self.limit))
            .value(":over", n(now.plus_seconds(-self.seconds).millis())),
            Assume::Over(since) => {
                Change::new(key, "SET #since = :now, #events = :one", "#since = :since")
                    .value(":since", n(since.millis()))
            }
        };
        change
            .and(", #expires_at = :expires_at")
            .value(":now", n(now.millis()))
            .value(":one", n(1))
            .value(":expires_at", n(now.seconds() + self.seconds))
    }

    /// What the counter, as the failed condition showed it, means.
    pub(super) fn uncounted(
        self,
        counter: Option<Item>,
        now: Time,
    ) -> Result<Uncounted, StoreError> {
        let Some(counter) = counter else {
            return Ok(Uncounted::Retry(Assume::Running));
        };
        let Counter { since, events } = decode("counter", counter)?;
        let end = since.plus_seconds(self.seconds);
        Ok(if end <= now {
            Uncounted::Retry(Assume::Over(since))
        } else if events < self.limit {
            // Another request has just begun it anew.
            Uncounted::Retry(Assume::Running)
        } else {
            Uncounted::TooMany(end)
        })
    }
}

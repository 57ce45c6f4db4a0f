//! A counter that starts at its first event and starts anew once it is over: so many events of each of
//! two kinds within so many seconds. One item, one write unit, and a condition that no parallel request
//! slips past.
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `since` | N | when the first event was, [`Time`] |
//! | `events` | N | how many so far |
//! | `told` | N | how many so far of those that only told something |
//! | `by` | B | who counted the newest, where it is counted by itself, see [`WriteToken`] |
//! | `expires_at` | N | TTL |

use serde::Deserialize;

use super::Limits;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, decode, n},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    key::Key,
};

/// At most so many events within `seconds` of the first: where there were too many of one kind, no more
/// of either are welcome.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How many.
    pub limit: u32,
    /// How many that only tell something.
    pub told: u32,
    /// Within how long.
    pub seconds: i64,
}

/// What is assumed of the counter when an event is to be counted.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Assume {
    /// That it is new or running.
    Running,
    /// That it began at this time, and is over.
    Over(Time),
}

/// Why an event could not be counted.
pub(in crate::store) enum Uncounted {
    /// There were too many; the next is welcome at this time.
    TooMany(Time),
    /// The counter is over: assume so and try again.
    Retry(Assume),
}

#[derive(Deserialize)]
struct Counter {
    since: Time,
    #[serde(default)]
    events: u32,
    #[serde(default)]
    told: u32,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Event {
    /// What the counter is for.
    Done,
    /// That something was told.
    Told,
}

impl Event {
    /// The attribute that counts it, and the other.
    const fn attributes(self) -> [&'static str; 2] {
        match self {
            Self::Done => ["events", "told"],
            Self::Told => ["told", "events"],
        }
    }
}

impl Limits<'_> {
    /// Counts by itself that `address` was told something under `sk`; where there were too many events,
    /// says when the next is welcome. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub(in crate::store) async fn count_told(
        self,
        window: Window,
        address: &str,
        sk: &str,
        now: Time,
        mark: WriteToken,
    ) -> Result<Option<Time>, StoreError> {
        let mut assume = Assume::Running;
        loop {
            let change = window.count(Event::Told, Key::address(address, sk), now, assume);
            match self.0.update_with_token(change, mark).await? {
                Updated::Done(_) => return Ok(None),
                Updated::ConditionFailed(item) => match window.uncounted(item, now)? {
                    Uncounted::TooMany(until) => return Ok(Some(until)),
                    Uncounted::Retry(again) => assume = again,
                },
            }
        }
    }
}

impl Window {
    /// The change that counts an event under `key`, to be part of a transaction.
    pub(in crate::store) fn count(
        self,
        event: Event,
        key: Key,
        now: Time,
        assume: Assume,
    ) -> ConditionalUpdate {
        let [this, other] = event.attributes();
        let change = match assume {
            Assume::Running => ConditionalUpdate::new(
                key,
                format!(
                    "SET #since = if_not_exists(#since, :now), \
                     #{this} = if_not_exists(#{this}, :none) + :one"
                ),
                "(attribute_not_exists(#since) OR (#since > :over \
                 AND (attribute_not_exists(#events) OR #events < :limit) \
                 AND (attribute_not_exists(#told) OR #told < :told)))",
            )
            .value(":none", n(0))
            .value(":limit", n(self.limit))
            .value(":told", n(self.told))
            .value(":over", n(now.plus_seconds(-self.seconds).millis())),
            Assume::Over(since) => ConditionalUpdate::new(
                key,
                format!("REMOVE #{other} SET #since = :now, #{this} = :one"),
                "#since = :since",
            )
            .value(":since", n(since.millis())),
        };
        change
            .and(", #expires_at = :expires_at")
            .value(":now", n(now.millis()))
            .value(":one", n(1))
            .value(":expires_at", n(now.seconds() + self.seconds))
    }

    /// What the counter, as the failed condition showed it, means.
    pub(in crate::store) fn uncounted(
        self,
        counter: Option<Item>,
        now: Time,
    ) -> Result<Uncounted, StoreError> {
        let Some(counter) = counter else {
            return Ok(Uncounted::Retry(Assume::Running));
        };
        let counter: Counter = decode("counter", counter)?;
        let since = counter.since;
        let end = since.plus_seconds(self.seconds);
        Ok(if end <= now {
            Uncounted::Retry(Assume::Over(since))
        } else if counter.events < self.limit && counter.told < self.told {
            // Another request has just begun it anew.
            Uncounted::Retry(Assume::Running)
        } else {
            Uncounted::TooMany(end)
        })
    }
}

//! Questions about who is registered: when an address asked them. One item per address:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_10` | N | when it asked the newest, see [`super::recent`] |
//! | `by` | B | who counted the newest, see [`Mark`] |
//! | `expires_at` | N | TTL |

use super::{
    Key, Mark, Store, StoreError,
    change::{Change, Changed},
    n,
    recent::{self, Limit},
};
use crate::clock::Time;

/// How often an address may ask: ten times a minute.
pub const PER_ADDRESS: [Limit; 1] = [Limit::Within {
    events: OF_ADDRESS,
    seconds: MINUTE,
}];

const OF_ADDRESS: usize = 10;
const MINUTE: i64 = 60;

impl Store {
    /// Counts a question of `address`; where there were too many, says when the next is welcome. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_check(
        &self,
        address: &str,
        now: Time,
        mark: Mark,
    ) -> Result<Option<Time>, StoreError> {
        let change = Change::new(
            Key::address(address, "checks"),
            "SET #expires_at = :expires_at",
            "",
        )
        .value(":expires_at", n(now.seconds() + MINUTE));
        let change = recent::remember(change, &PER_ADDRESS, OF_ADDRESS, now);
        Ok(match self.change_marked(change, mark).await? {
            Changed::Done(_) => None,
            Changed::Unmet(item) => {
                let times = recent::times(&item.unwrap_or_default());
                Some(recent::wait(&PER_ADDRESS, &times, now).unwrap_or(now))
            }
        })
    }
}

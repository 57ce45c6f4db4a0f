//! Questions about who is registered: when an address asked them. One item per address:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_10` | N | when it asked the newest, see [`super::recent`] |
//! | `by` | B | who counted the newest, see [`WriteToken`] |
//! | `expires_at` | N | TTL |

use super::Limits;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::n,
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    key::Key,
    limits::sliding_window::{self, Limit},
};

/// How often an address may ask: ten times a minute.
pub const PER_ADDRESS: [Limit; 1] = [Limit::Within {
    events: OF_ADDRESS,
    seconds: MINUTE,
}];

const OF_ADDRESS: usize = 10;
const MINUTE: i64 = 60;

impl Limits<'_> {
    /// Counts a question of `address`; where there were too many, says when the next is welcome. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_check(
        self,
        address: &str,
        now: Time,
        mark: WriteToken,
    ) -> Result<Option<Time>, StoreError> {
        let change = ConditionalUpdate::new(
            Key::address(address, "checks"),
            "SET #expires_at = :expires_at",
            "",
        )
        .value(":expires_at", n(now.seconds() + MINUTE));
        let change = sliding_window::remember(change, &PER_ADDRESS, OF_ADDRESS, now);
        Ok(match self.0.update_with_token(change, mark).await? {
            Updated::Done(_) => None,
            Updated::ConditionFailed(item) => {
                let times = sliding_window::times(&item.unwrap_or_default());
                Some(sliding_window::wait(&PER_ADDRESS, &times, now).unwrap_or(now))
            }
        })
    }
}

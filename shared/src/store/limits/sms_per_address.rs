//! What a network address may ask about mobiles: whether one is registered, and to send one a code.
//! Sending a code tells as well whether the mobile is registered, so it counts as such a lookup too.
//! One item per address, `address#<digest>` / `sms`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `lookup_0` … `lookup_9` | N | the newest lookups, see [`SlidingWindow`] |
//! | `sent_0` … `sent_20` | N | the newest messages that it asked for |
//! | `by` | B | who counted a lookup last, see [`WriteToken`] |
//! | `expires_at` | N | TTL |

use super::{
    Limits,
    sliding_window::{Limit, SlidingWindow},
};
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::n,
        update::{ConditionalUpdate, Updated, WriteToken},
    },
};

/// How often an address may look up whether a mobile is registered: ten times a minute.
pub const LOOKUPS: SlidingWindow = SlidingWindow {
    name: "lookup",
    limits: &[Limit::Within {
        events: 10,
        seconds: 60,
    }],
    stored: 10,
};

/// How many messages an address may ask for: twenty an hour.
pub const SENT: SlidingWindow = SlidingWindow {
    name: "sent",
    limits: &[Limit::Within {
        events: 20,
        seconds: HOUR,
    }],
    stored: 21,
};

const HOUR: i64 = 3600;

impl Limits<'_> {
    /// Counts that an address looks up a mobile. Where there were too many lookups, says when the next
    /// is welcome. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_lookup(
        self,
        address: &str,
        now: Time,
        token: WriteToken,
    ) -> Result<Option<Time>, StoreError> {
        let change = self.lookup(address, now);
        Ok(match self.0.update_with_token(change, token).await? {
            Updated::Done(_) => None,
            Updated::ConditionFailed(item) => {
                let wait = LOOKUPS.wait(&item.unwrap_or_default(), now);
                Some(wait.unwrap_or(now))
            }
        })
    }

    /// The change that counts a message for the address that asks for it, and a lookup with it. To be
    /// part of a transaction. `also` is one more limit of messages.
    pub(in crate::store) fn sms_of_address(
        self,
        address: &str,
        also: Option<Limit>,
        now: Time,
    ) -> ConditionalUpdate {
        SENT.remember(self.lookup(address, now), also, now)
    }

    /// The change that takes back the message that an address asked for at `time`, if it is the newest.
    /// To be part of a transaction. That it was a lookup stays counted.
    pub(in crate::store) fn refused_sms_of_address(
        self,
        address: &str,
        time: Time,
    ) -> ConditionalUpdate {
        let key = self.0.key.address(address, "sms");
        let change = ConditionalUpdate::new(key, "SET #expires_at = :expires_at", "")
            .value(":expires_at", n(time.seconds() + HOUR));
        SENT.forget_newest(change, time)
    }

    fn lookup(self, address: &str, now: Time) -> ConditionalUpdate {
        let key = self.0.key.address(address, "sms");
        let change = ConditionalUpdate::new(key, "SET #expires_at = :expires_at", "")
            .value(":expires_at", n(now.seconds() + HOUR));
        LOOKUPS.remember(change, None, now)
    }
}

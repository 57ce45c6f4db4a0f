//! Who may ask for a [message](super::messages): an address's share. One item per address:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_20` | N | when it asked for the newest messages |
//! | `to` | S | the mobile of the newest, by its tag |
//! | `expires_at` | N | TTL |

use super::Limits;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{n, s},
        update::{ConditionalUpdate, Updated},
    },
    key::Key,
    limits::sliding_window::{self, Limit},
    verification::sms_per_mobile::{Counted, HOUR, MESSAGES, MOMENT, NewMessage, is},
};

/// What an address may ask for: twenty messages an hour.
pub const PER_ADDRESS: [Limit; 1] = [Limit::Within {
    events: 20,
    seconds: HOUR,
}];

/// How many times are kept of an address.
const OF_ADDRESS: usize = 20;

/// How often the place of a message among others is looked for again.
const TRIES: usize = 4;

impl Limits<'_> {
    /// Counts a message for the address that asks for it, unless there were too many. One write
    /// unit.
    ///
    /// Requests for one mobile at one moment count as one here, for at most one of them is going to
    /// send something: otherwise those that fail would stand in the way of the one that does not.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_for_address(self, message: &NewMessage<'_>) -> Result<Counted, StoreError> {
        let tag = message.tag();
        let change = ConditionalUpdate::new(
            Key::address(message.address, MESSAGES),
            "SET #to = :to, #expires_at = :expires_at",
            "(attribute_not_exists(#to) OR #to <> :to OR #sent_0 <= :earlier)",
        )
        .value(":to", s(&*tag))
        .value(":earlier", n(message.now.plus_seconds(-MOMENT).millis()))
        .value(":expires_at", n(message.now.seconds() + HOUR));
        let limits: Vec<_> = message.limits(&PER_ADDRESS).collect();
        let change = sliding_window::remember(change, &limits, OF_ADDRESS, message.now);
        Ok(match self.0.update(change).await? {
            Updated::Done(_) => Counted::Done,
            Updated::ConditionFailed(item) => {
                let item = item.unwrap_or_default();
                match message.at_once(&item).filter(|_| is(&item, "to", &tag)) {
                    Some(time) => Counted::Shared(time),
                    None => message.refusal(&PER_ADDRESS, &item),
                }
            }
        })
    }

    /// Takes back what [`count_for_address`](Self::count_for_address) may have counted, as nobody
    /// heard. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_for_address_if_ours(
        self,
        message: &NewMessage<'_>,
    ) -> Result<(), StoreError> {
        let key = Key::address(message.address, MESSAGES);
        let change = ConditionalUpdate::new(key, "SET #to = :nobody", "#to = :to")
            .value(":nobody", s("?"))
            .value(":to", s(message.tag()));
        self.0
            .update_if(sliding_window::forget(change, 0, OF_ADDRESS, message.now))
            .await
    }

    /// Takes back what [`count_for_address`](Self::count_for_address) counted at `time`. One write
    /// unit, and one more for each message that was counted meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_for_address(self, address: &str, time: Time) -> Result<(), StoreError> {
        let mut place = 0;
        for _ in 0..TRIES {
            let key = Key::address(address, MESSAGES);
            let change =
                ConditionalUpdate::new(key, "SET #to = :nobody", "").value(":nobody", s("?"));
            let change = sliding_window::forget(change, place, OF_ADDRESS, time);
            let item = match self.0.update(change).await? {
                Updated::Done(_) => return Ok(()),
                Updated::ConditionFailed(item) => item.unwrap_or_default(),
            };
            match sliding_window::times(&item)
                .iter()
                .position(|sent| *sent == time)
            {
                Some(found) => place = found,
                None => return Ok(()),
            }
        }
        // So many have come since that this one is left counted.
        Ok(())
    }
}

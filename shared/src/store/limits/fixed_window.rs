//! A fixed window: so many events in each hour of the clock. The window's number is part of a name,
//! the item's or the attribute's, so a new window begins by itself and needs no earlier state.
//!
//! What a network address may do in an hour is counted in one item, `address#<digest>` /
//! `hour#<number>`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `registrations` | N | attempts to register, with valid parameters |
//! | `wrong_codes` | N | codes that were tried, without the right ones |
//! | `by` | B | who counted last, see [`WriteToken`] |
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
};

/// Windows of one length, the first of which began with the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedWindow {
    /// How long each is.
    pub seconds: i64,
}

/// The hours of the clock.
pub const HOUR: FixedWindow = FixedWindow { seconds: 3600 };

impl FixedWindow {
    /// The number of the window that a moment is in.
    #[must_use]
    pub const fn number(self, at: Time) -> i64 {
        at.seconds().div_euclid(self.seconds)
    }

    /// When the window of a moment ends.
    #[must_use]
    pub const fn end(self, at: Time) -> Time {
        Time::from_seconds((self.number(at) + 1) * self.seconds)
    }
}

/// What an address may do so many times in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hourly {
    /// Trying to register.
    Registrations,
    /// Trying a wrong verification code.
    WrongCodes,
}

impl Hourly {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Registrations, Self::WrongCodes];

    /// The attribute that counts it.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Registrations => "registrations",
            Self::WrongCodes => "wrong_codes",
        }
    }

    /// How many times in an hour.
    #[must_use]
    pub const fn limit(self) -> u32 {
        match self {
            Self::Registrations => 60,
            Self::WrongCodes => 30,
        }
    }
}

impl Limits<'_> {
    /// Counts that `address` does each of these, unless it did one of them too often. Then it says
    /// when the next is welcome. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_hourly(
        self,
        address: &str,
        what: &[Hourly],
        now: Time,
        token: WriteToken,
    ) -> Result<Option<Time>, StoreError> {
        let key = self.hour(address, now);
        let mut change = ConditionalUpdate::new(key, "SET #expires_at = :expires_at", "")
            .value(":expires_at", n(HOUR.end(now).seconds()))
            .value(":none", n(0))
            .value(":one", n(1));
        for counter in what {
            let name = counter.attribute();
            change = change
                .and(&format!(", #{name} = if_not_exists(#{name}, :none) + :one"))
                .only_if(&format!(
                    "(attribute_not_exists(#{name}) OR #{name} < :{name})"
                ))
                .value(&format!(":{name}"), n(counter.limit()));
        }
        Ok(match self.0.update_with_token(change, token).await? {
            Updated::Done(_) => None,
            Updated::ConditionFailed(_) => Some(HOUR.end(now)),
        })
    }

    /// Takes back what was counted at `counted_at`. It is tried once: to take back twice would allow
    /// one more. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_hourly(
        self,
        address: &str,
        what: Hourly,
        counted_at: Time,
    ) -> Result<(), StoreError> {
        let change = ConditionalUpdate::new(
            self.hour(address, counted_at),
            "SET #counter = #counter - :one",
            "#counter >= :one",
        );
        let change = change.alias("#counter", what.attribute());
        self.0
            .update_without_retry(change.value(":one", n(1)))
            .await
    }

    fn hour(self, address: &str, at: Time) -> Key {
        let hour = format!("hour#{}", HOUR.number(at));
        self.0.key.address(address, &hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_where_the_one_before_it_ends() {
        let at = Time::from_seconds(1_907_726_400 + 3599);
        let end = HOUR.end(at);
        assert_eq!(at.seconds_until(end), 1);
        assert_eq!(HOUR.number(end), HOUR.number(at) + 1);
    }
}

//! Messages: who may be sent one; who may ask for one is in [`super::asks`]. A mobile's item holds its
//! codes as well; see [`super::codes`]. What is counted is counted before a message is handed to the
//! carrier, so whatever goes wrong in between, nobody is sent more than these limits.
//!
//! `mobile#<number>` / `messages`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_10` | N | when the newest messages were sent, see [`super::recent`] |
//! | `from` | S | the address that asked for the newest |
//! | `registration`, `reset` | M | the code of that purpose: `digest` B, `until` N, `tries` N |
//! | `before` | M | the code that the newest one took the place of |
//! | `by` | B | who tried a code last, see [`super::WriteToken`] |
//! | `expires_at` | N | TTL |

use aws_sdk_dynamodb::types::AttributeValue;

use super::Verification;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, b, n, s},
        update::{ConditionalUpdate, Updated},
    },
    key::Key,
    limits::sliding_window::{self, Limit},
    verification::codes::Purpose,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::{Identifier, Mobile},
};

/// What a mobile may be sent: one message a minute, five an hour, ten a calendar day.
pub const PER_MOBILE: [Limit; 3] = [
    Limit::Within {
        events: 1,
        seconds: MINUTE,
    },
    Limit::Within {
        events: 5,
        seconds: HOUR,
    },
    Limit::PerDay { events: 10 },
];

/// From the second message within an hour on, whoever asks shows that they are no script.
const WITHOUT_CAPTCHA: Limit = Limit::Within {
    events: 1,
    seconds: HOUR,
};

/// Requests of one moment: within so many seconds of each other one may still be under way.
pub(in crate::store) const MOMENT: i64 = 10;
const MINUTE: i64 = 60;
pub(in crate::store) const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// How many times are kept of a mobile.
const OF_MOBILE: usize = 10;

/// The sort key of what is kept of messages.
pub(in crate::store) const MESSAGES: &str = "messages";

/// A message that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// To whom.
    pub mobile: &'a Mobile,
    /// The address that asks for it.
    pub address: &'a str,
    /// What the code is for.
    pub purpose: Purpose,
    /// The code's keyed digest.
    pub code: &'a Digest,
    /// Until when the code is good.
    pub until: Time,
    /// When.
    pub now: Time,
    /// Whether it is for the first message within an hour alone.
    pub first_in_the_hour: bool,
}

/// What became of counting a message for its mobile or its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It is counted.
    Done,
    /// A request for the same mobile at the same moment has counted it already, for this address:
    /// one of the two is the message.
    Shared(Time),
    /// There were too many; the next is welcome at this time.
    TooMany(Time),
    /// It is not the first within an hour.
    NotTheFirst,
}

/// What became of counting a message for its mobile.
#[derive(Clone, Copy, Debug)]
pub struct CountedForMobile {
    /// Whether it is counted, and the code is the mobile's.
    pub counted: Counted,
    /// Where it is not: whether the mobile's last message is of this moment and was asked for by the
    /// same address.
    pub same_address: bool,
}

impl NewMessage<'_> {
    pub(in crate::store) fn limits<'l>(
        &self,
        limits: &'l [Limit],
    ) -> impl Iterator<Item = Limit> + use<'l> {
        let captcha = self.first_in_the_hour.then_some(WITHOUT_CAPTCHA);
        limits.iter().copied().chain(captcha)
    }

    pub(in crate::store) fn refusal(&self, limits: &[Limit], item: &Item) -> Counted {
        let times = sliding_window::times(item);
        match sliding_window::wait(limits, &times, self.now) {
            Some(until) => Counted::TooMany(until),
            None => Counted::NotTheFirst,
        }
    }

    /// Whether this very message is the mobile's newest.
    fn is_of(&self, mobile: &Item) -> bool {
        let code = mobile.get(self.purpose.attribute());
        let digest = code.and_then(|code| code.as_m().ok()?.get("digest"));
        sliding_window::times(mobile).first() == Some(&self.now)
            && digest == Some(&b(self.code.as_bytes()))
    }

    pub(in crate::store) fn tag(&self) -> String {
        Identifier::Mobile(self.mobile.clone()).key().tag()
    }

    /// The time of an item's newest message, if it is of this moment.
    pub(in crate::store) fn at_once(&self, item: &Item) -> Option<Time> {
        let newest = sliding_window::times(item).first().copied();
        newest.filter(|time| *time > self.now.plus_seconds(-MOMENT))
    }
}

pub(in crate::store) fn is(item: &Item, name: &str, text: &str) -> bool {
    (item.get(name)).is_some_and(|value| value.as_s().is_ok_and(|value| value == text))
}

impl Verification<'_> {
    /// Counts a message for its mobile and makes its code the mobile's, unless there were too many.
    /// One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_for_mobile(
        self,
        message: &NewMessage<'_>,
    ) -> Result<CountedForMobile, StoreError> {
        let code = [
            ("digest".to_owned(), b(message.code.as_bytes())),
            ("until".to_owned(), n(message.until.millis())),
            ("tries".to_owned(), n(0)),
        ];
        let change = ConditionalUpdate::new(
            Key::mobile(message.mobile),
            // Whoever tried the earlier code has not tried this one.
            "REMOVE #by SET #code = :code, #before = if_not_exists(#code, :none), #from = :from, \
             #expires_at = :expires_at",
            "",
        )
        .alias("#code", message.purpose.attribute())
        .value(":code", AttributeValue::M(code.into()))
        .value(":none", AttributeValue::Null(true))
        .value(":from", s(message.address))
        .value(":expires_at", n(message.now.seconds() + DAY));
        let limits: Vec<_> = message.limits(&PER_MOBILE).collect();
        let change = sliding_window::remember(change, &limits, OF_MOBILE, message.now);
        Ok(match self.0.update(change).await? {
            Updated::Done(_) => CountedForMobile {
                counted: Counted::Done,
                same_address: true,
            },
            // The answer to an earlier try got lost.
            Updated::ConditionFailed(Some(item)) if message.is_of(&item) => CountedForMobile {
                counted: Counted::Done,
                same_address: true,
            },
            Updated::ConditionFailed(item) => {
                let item = item.unwrap_or_default();
                let same = is(&item, "from", message.address);
                CountedForMobile {
                    counted: message.refusal(&PER_MOBILE, &item),
                    same_address: same && message.at_once(&item).is_some(),
                }
            }
        })
    }

    /// Takes back what [`count_for_mobile`](Self::count_for_mobile) counted, and gives the mobile
    /// its earlier code again; where it counted nothing, nothing is taken back. Tells whether the
    /// mobile's last message is now none of this moment that the same address asked for. One write
    /// unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_for_mobile(self, message: &NewMessage<'_>) -> Result<bool, StoreError> {
        let change = ConditionalUpdate::new(
            Key::mobile(message.mobile),
            "REMOVE #from SET #code = #before",
            "#code.#digest = :digest",
        )
        .alias("#code", message.purpose.attribute())
        .value(":digest", b(message.code.as_bytes()));
        let change = sliding_window::forget(change, 0, OF_MOBILE, message.now);
        Ok(match self.0.update(change).await? {
            Updated::Done(_) => true,
            Updated::ConditionFailed(item) => {
                let item = item.unwrap_or_default();
                !is(&item, "from", message.address) || message.at_once(&item).is_none()
            }
        })
    }
}

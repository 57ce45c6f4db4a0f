//! Messages with codes. A message is counted in one transaction before it is handed to the provider:
//! for its mobile, which gets the new code with it; for the address that asks; in a shard of the daily
//! cap. Whatever goes wrong afterwards, nobody is sent more than the limits allow. Only where the
//! provider refused the message is anything taken back.
//!
//! `mobile#<digest>` / `sms`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `sent_0` … `sent_10` | N | when the newest messages were sent, see [`SlidingWindow`] |
//! | `registration`, `reset` | M | the code of that purpose, see [`codes`](super::codes) |
//! | `before` | M | the code that the newest one took the place of |
//! | `by` | B | who tried a code last, see [`WriteToken`](crate::store::WriteToken) |
//! | `expires_at` | N | TTL |

use aws_sdk_dynamodb::types::AttributeValue;

use super::Verification;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{item::n, transaction::FailedCondition, update::ConditionalUpdate},
    limits::{
        Limits,
        sliding_window::{Limit, SlidingWindow},
        sms_daily_cap::{DailyCap, Left, Shard},
        sms_per_address::{LOOKUPS, SENT},
        sms_per_mobile::PER_MOBILE,
    },
    verification::codes::NewCode,
};

/// From the second message within an hour on, a captcha has to be solved.
const WITHOUT_CAPTCHA: Limit = Limit::Within {
    events: 1,
    seconds: HOUR,
};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// How often another shard of the cap is drawn. Each draw in vain means that another message took
/// what was left.
const DRAWS: u32 = 64;
/// How often a transaction that met another, again and again, is tried with another shard.
const CONFLICTS: u32 = 3;

/// A message that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewSms<'a> {
    /// Its code.
    pub code: NewCode<'a>,
    /// The address that asks for it.
    pub address: &'a str,
    /// What it may use of the day's messages.
    pub cap: DailyCap,
    /// When.
    pub now: Time,
    /// Whether it may only be the first within an hour, for its mobile and for its address.
    pub first_in_the_hour: bool,
}

/// What became of counting a message.
#[derive(Clone, Copy, Debug)]
pub enum Counted {
    /// It is counted, and its code is the mobile's.
    Done(CountedSms),
    /// The address looked up too many mobiles; the next is welcome at this time.
    TooManyLookups(Time),
    /// The mobile was sent too many; the next is welcome at this time.
    TooManyForMobile(Time),
    /// The address asked for too many; the next is welcome at this time.
    TooManyForAddress(Time),
    /// It is not the first within an hour.
    NotTheFirst,
    /// The day's messages of its kind are sent. So many percent of the cap are used.
    CapReached(u8),
    /// Others wrote the same items at the same time, again and again.
    Busy,
}

/// Where a message is counted.
#[derive(Clone, Copy, Debug)]
pub struct CountedSms {
    shard: Shard,
}

impl CountedSms {
    /// How much of the day's cap is used with it, in percent, where that is known.
    #[must_use]
    pub const fn percent(self) -> Option<u8> {
        self.shard.percent
    }
}

impl NewSms<'_> {
    fn also(&self) -> Option<Limit> {
        self.first_in_the_hour.then_some(WITHOUT_CAPTCHA)
    }

    /// Why the message is not counted, where the reason is not the shard.
    fn refusal(&self, failed: &[FailedCondition]) -> Option<Counted> {
        let item = |index| {
            let failed = failed.iter().find(|failed| failed.index == index)?;
            Some(failed.item.clone().unwrap_or_default())
        };
        let (mobile, address) = (item(MOBILE), item(ADDRESS));
        let wait = |item: &Option<_>, window: SlidingWindow| {
            item.as_ref().and_then(|item| window.wait(item, self.now))
        };
        // The lookups come first: past their limit nothing may be learnt of the mobile.
        if let Some(until) = wait(&address, LOOKUPS) {
            Some(Counted::TooManyLookups(until))
        } else if let Some(until) = wait(&mobile, PER_MOBILE) {
            Some(Counted::TooManyForMobile(until))
        } else if let Some(until) = wait(&address, SENT) {
            Some(Counted::TooManyForAddress(until))
        } else {
            (mobile.is_some() || address.is_some()).then_some(Counted::NotTheFirst)
        }
    }
}

/// The places of the writes in the transaction; the shard is the third.
const MOBILE: usize = 0;
const ADDRESS: usize = 1;

impl Verification<'_> {
    /// Counts a message and makes its code the mobile's, unless there were too many. `draw` is a random
    /// number. Six write units; where the drawn shard of the cap gave four fifths of its part, two more
    /// round trips and 16 read units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_sms(self, sms: &NewSms<'_>, draw: u32) -> Result<Counted, StoreError> {
        let limits = Limits(self.0);
        let mut conflicts = 0;
        let mut drawn = sms.cap.draw(draw);
        for again in 1..=DRAWS {
            let draw = draw.wrapping_add(again);
            let Some(shard) = drawn else {
                drawn = match limits
                    .shard_with_something_left(sms.cap, draw, sms.now)
                    .await?
                {
                    Left::In(shard) => Some(shard),
                    Left::Nothing(percent) => return Ok(Counted::CapReached(percent)),
                };
                continue;
            };
            let writes = vec![
                self.0.transact_update(self.sms_of_mobile(sms)),
                self.0
                    .transact_update(limits.sms_of_address(sms.address, sms.also(), sms.now)),
                self.0.transact_update(sms.cap.count(shard, sms.now)),
            ];
            match self.0.transact(writes).await {
                Ok(failed) if failed.is_empty() => {
                    return Ok(Counted::Done(CountedSms { shard }));
                }
                Ok(failed) => match sms.refusal(&failed) {
                    Some(refusal) => return Ok(refusal),
                    None => drawn = None,
                },
                Err(StoreError::Contended(_)) => {
                    conflicts += 1;
                    if conflicts == CONFLICTS {
                        break;
                    }
                    drawn = sms.cap.draw(draw);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Counted::Busy)
    }

    /// Takes back a message that the provider refused: its mobile gets its earlier code again, and the
    /// cap its message. The address gets it back if it has asked for no other since, so that a first
    /// message that was refused asks for no captcha. Six write units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn take_back_sms(
        self,
        sms: &NewSms<'_>,
        counted: CountedSms,
    ) -> Result<(), StoreError> {
        for with_address in [true, false] {
            let of_mobile =
                (sms.code).change(self, "SET #code = #before", "#code.#digest = :digest");
            let mut writes = vec![
                self.0
                    .transact_update(PER_MOBILE.forget_newest(of_mobile, sms.now)),
            ];
            if with_address {
                let of_address = Limits(self.0).refused_sms_of_address(sms.address, sms.now);
                writes.push(self.0.transact_update(of_address));
            }
            let of_cap = sms.cap.take_back(counted.shard, sms.now);
            writes.push(self.0.transact_update(of_cap));
            let failed = self.0.transact(writes).await?;
            // Where the mobile's condition fails, an earlier try took the message back.
            if failed.is_empty() || failed.iter().any(|failed| failed.index == MOBILE) {
                break;
            }
        }
        Ok(())
    }

    fn sms_of_mobile(self, sms: &NewSms<'_>) -> ConditionalUpdate {
        let change = sms
            .code
            .change(
                self,
                // Whoever tried the earlier code has not tried this one.
                "REMOVE #by SET #code = :code, #before = if_not_exists(#code, :none), \
                 #expires_at = :expires_at",
                "",
            )
            .value(":code", sms.code.value(self, sms.address))
            .value(":none", AttributeValue::Null(true))
            .value(":expires_at", n(sms.now.seconds() + DAY));
        PER_MOBILE.remember(change, sms.also(), sms.now)
    }
}

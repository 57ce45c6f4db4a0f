//! The daily cap on messages of the whole service: exact under any number of parallel requests, and
//! without one item that all of them write.
//!
//! The cap is cut into sixteen shards, each an item of its own under a partition key of its own. A
//! message is counted in one of them, drawn at random, with the condition that the shard is not used
//! up. Where it is, all sixteen are read, and one that has something left is drawn. So there are never
//! more messages than the shards allow together. None is refused before a consistent read of all
//! shards found every one used up.
//!
//! A part of the cap is kept from some messages. Messages to register may use four fifths, so a fifth
//! is left for logins and resets. Messages that no captcha was solved for, because the app cannot show
//! one, have a limit of their own. Each part is cut into shards like the cap.
//!
//! How much of the cap is used is known only to a message that read all shards, and then exactly. The
//! drawn shard is written without a read as long as it gave less than four fifths of its part. So no
//! figure is known of most messages below 80 % of the cap, and of nearly each above: an alarm at 80 %
//! comes at most a few messages late.
//!
//! `cap#<date at +08:00>#<shard>` / `cap`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `spent` | N | how many messages |
//! | `registrations` | N | how many of them were to register |
//! | `without_captcha` | N | how many of them were for apps that cannot show a captcha |
//! | `expires_at` | N | TTL |

use serde::Deserialize;

use super::Limits;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, n},
        update::ConditionalUpdate,
    },
    key::Key,
};

const SHARDS: u32 = 16;

/// How many messages may be sent in a day, and which kind of message is to be counted.
#[derive(Clone, Copy, Debug)]
pub struct DailyCap {
    /// How many messages the whole service may send.
    pub per_day: u32,
    /// Whether the message is to register.
    pub registers: bool,
    /// How many messages may be sent for apps that cannot show a captcha, where the message is for
    /// such an app.
    pub without_captcha: Option<u32>,
}

/// A shard that a message is to be counted in.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Shard {
    number: u32,
    /// How much of the cap is used with the message, in percent, where all shards were read.
    pub(in crate::store) percent: Option<u8>,
}

/// What the shards have left.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Left {
    /// A message can be counted in this shard.
    In(Shard),
    /// Nothing for such a message. So many percent of the cap are used.
    Nothing(u8),
}

#[derive(Deserialize)]
struct Stored {
    pk: String,
    spent: u32,
    #[serde(default)]
    registrations: u32,
    #[serde(default)]
    without_captcha: u32,
}

/// What a message is counted as in its shard.
#[derive(Clone, Copy, Debug)]
struct Counter {
    attribute: &'static str,
    /// How many there may be in a day, in all shards.
    limit: u32,
    count: fn(&Stored) -> u32,
}

/// How much of `total` is in a shard.
#[must_use]
pub const fn part(total: u32, shard: u32) -> u32 {
    total / SHARDS + (shard < total % SHARDS) as u32
}

/// Four fifths: what messages to register may use, and what is counted before all shards are read.
#[must_use]
pub const fn four_fifths(cap: u32) -> u32 {
    cap - cap / 5
}

impl DailyCap {
    fn counters(self) -> impl Iterator<Item = Counter> {
        let spent = Counter {
            attribute: "spent",
            limit: self.per_day,
            count: |shard| shard.spent,
        };
        let registrations = self.registers.then_some(Counter {
            attribute: "registrations",
            limit: four_fifths(self.per_day),
            count: |shard| shard.registrations,
        });
        let without_captcha = self.without_captcha.map(|limit| Counter {
            attribute: "without_captcha",
            limit,
            count: |shard| shard.without_captcha,
        });
        [Some(spent), registrations, without_captcha]
            .into_iter()
            .flatten()
    }

    /// Draws a shard for the first try. `draw` is a random number.
    pub(in crate::store) fn draw(self, draw: u32) -> Option<Shard> {
        let limits = self.counters().map(|counter| counter.limit);
        let least = limits.min().unwrap_or(0).min(four_fifths(self.per_day));
        // A small cap has nothing in the last shards.
        let number = draw.checked_rem(least.min(SHARDS))?;
        Some(Shard {
            number,
            percent: None,
        })
    }

    /// The change that counts a message in a shard, to be part of a transaction.
    pub(in crate::store) fn count(self, shard: Shard, now: Time) -> ConditionalUpdate {
        let mut change = ConditionalUpdate::new(
            Key::cap_shard(now, shard.number),
            "SET #expires_at = :expires_at",
            "",
        )
        .value(":expires_at", n(now.seconds() + 2 * 86_400))
        .value(":none", n(0))
        .value(":one", n(1));
        for Counter {
            attribute, limit, ..
        } in self.counters()
        {
            let was_read = shard.percent.is_some();
            let limit = if attribute == "spent" && !was_read {
                four_fifths(limit)
            } else {
                limit
            };
            change = change
                .and(&format!(
                    ", #{attribute} = if_not_exists(#{attribute}, :none) + :one"
                ))
                .only_if(&format!(
                    "(attribute_not_exists(#{attribute}) OR #{attribute} < :{attribute})"
                ))
                .value(&format!(":{attribute}"), n(part(limit, shard.number)));
        }
        change
    }

    /// The change that takes it back, to be part of a transaction.
    pub(in crate::store) fn take_back(self, shard: Shard, counted_at: Time) -> ConditionalUpdate {
        let changes = self
            .counters()
            .map(|Counter { attribute, .. }| format!("#{attribute} = #{attribute} - :one"));
        let conditions = self
            .counters()
            .map(|Counter { attribute, .. }| format!("#{attribute} >= :one"));
        ConditionalUpdate::new(
            Key::cap_shard(counted_at, shard.number),
            format!("SET {}", changes.collect::<Vec<_>>().join(", ")),
            conditions.collect::<Vec<_>>().join(" AND "),
        )
        .value(":one", n(1))
    }
}

impl Limits<'_> {
    /// Reads all shards and draws one that has something left for such a message. Sixteen read units.
    pub(in crate::store) async fn shard_with_something_left(
        self,
        cap: DailyCap,
        draw: u32,
        now: Time,
    ) -> Result<Left, StoreError> {
        let keys: Vec<_> = (0..SHARDS)
            .map(|shard| Key::cap_shard(now, shard))
            .collect();
        let mut shards: [Option<Stored>; SHARDS as usize] = Default::default();
        for item in self.0.read_all(&keys).await? {
            let shard: Stored = decode("cap", item)?;
            let place = keys.iter().position(|key| key.pk == shard.pk);
            if let Some(place) = place {
                shards[place] = Some(shard);
            }
        }
        let spent: u64 = shards
            .iter()
            .flatten()
            .map(|shard| u64::from(shard.spent))
            .sum();
        let has_left = |number: &u32| {
            let shard = shards[*number as usize].as_ref();
            cap.counters()
                .all(|counter| shard.map_or(0, counter.count) < part(counter.limit, *number))
        };
        let open: Vec<_> = (0..SHARDS).filter(has_left).collect();
        let Some(drawn) = draw.checked_rem(u32::try_from(open.len()).unwrap_or(SHARDS)) else {
            return Ok(Left::Nothing(percent(spent, cap.per_day)));
        };
        Ok(Left::In(Shard {
            number: open[drawn as usize],
            percent: Some(percent(spent + 1, cap.per_day)),
        }))
    }
}

/// How many percent of the cap are spent; all of a cap of nothing.
fn percent(spent: u64, cap: u32) -> u8 {
    let percent = (spent * 100).checked_div(u64::from(cap));
    percent.map_or(100, |percent| u8::try_from(percent.min(100)).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shards_add_up() {
        for total in [0, 1, 15, 16, 17, 1000, u32::MAX] {
            let sum: u64 = (0..SHARDS).map(|shard| u64::from(part(total, shard))).sum();
            assert_eq!(sum, u64::from(total));
        }
        assert_eq!(four_fifths(1000), 800);
        assert_eq!(
            [percent(0, 0), percent(799, 1000), percent(9, 8)],
            [100, 79, 100]
        );
    }

    #[test]
    fn no_shard_is_drawn_that_has_nothing_from_the_start() {
        let cap = |per_day, registers, without_captcha| DailyCap {
            per_day,
            registers,
            without_captcha,
        };
        assert!(cap(0, false, None).draw(7).is_none());
        assert!(cap(1000, true, Some(0)).draw(7).is_none());
        for draw in 0..40 {
            for (cap, shards) in [(cap(10, true, None), 8), (cap(10, false, Some(5)), 5)] {
                assert!(cap.draw(draw).is_some_and(|shard| shard.number < shards));
            }
        }
    }
}

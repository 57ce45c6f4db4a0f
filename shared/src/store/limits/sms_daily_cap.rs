//! The day's cap on messages for the whole service: exact under any number of parallel requests,
//! and without one item that all of them write.
//!
//! The cap is cut into sixteen shares, each an item of its own under a partition key of its own. A
//! message is counted in one of them, drawn at random, in one write with the condition that the
//! share is not used up; where it is, all sixteen are read and another with something left is
//! drawn. So there are never more messages than the shares together, and none is refused before a
//! consistent read of all shares found every one used up.
//!
//! The mark at 80 % works the same way. Up to it a share gives no more than its part of the first
//! 80 %; only when every share has given that do they give the rest. Whoever then gets one knows,
//! without a count that all share, that the mark has been passed. How much of the cap is used is told
//! with each message: from 80 % on counted, below it estimated by the one share that was written. The
//! shares are drawn at random, so the estimates' mean is right.
//!
//! `cap#<date at +08:00>#<share>` / `cap`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `spent` | N | how many messages |
//! | `by` | B | who counted the newest, see [`WriteToken`] |
//! | `expires_at` | N | TTL |

use serde::Deserialize;

use super::Limits;
use crate::base::clock::Time;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, n},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    key::Key,
};

const SHARES: u32 = 16;

/// How often another share is drawn. Each draw in vain means that somebody else got something.
const DRAWS: u32 = 64;

/// A message that is counted in a share of the day's cap.
#[derive(Clone, Debug)]
pub struct Spent {
    key: Key,
    /// How much of the day's cap is used with it, in percent: below 80 an estimate, from 80 on
    /// counted.
    pub percent: u8,
}

#[derive(Deserialize)]
struct Share {
    pk: String,
    spent: u32,
}

/// The highest estimate: from 80 on it is counted.
const MOST_ESTIMATED: u8 = 79;

/// How many percent of `cap` are used, as the `spent` of one share says. The share was drawn for this
/// message: each of the others may be expected to have given as many before it.
fn estimate(spent: u32, cap: u32) -> u8 {
    let before = u64::from(spent.saturating_sub(1)) * u64::from(SHARES);
    percent(before + 1, u64::from(cap)).min(MOST_ESTIMATED)
}

/// How many percent of `all` are `some`.
fn percent(some: u64, all: u64) -> u8 {
    u8::try_from(some * 100 / all.max(1))
        .unwrap_or(100)
        .min(100)
}

/// How much of `total` is in a share.
const fn part(total: u32, share: u32) -> u32 {
    total / SHARES + (share < total % SHARES) as u32
}

impl Limits<'_> {
    /// Counts a message in the day's cap; `None` where that is used up. `draw` is a random number.
    /// One write unit; past the 80 % mark two more round trips and 16 read units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn spend_message(
        self,
        cap: u32,
        draw: u32,
        now: Time,
        by: WriteToken,
    ) -> Result<Option<Spent>, StoreError> {
        let early = cap - cap / 5;
        let share = draw % early.clamp(1, SHARES);
        if let Some((key, spent)) = self.spend_from(share, early, now, by).await? {
            let percent = estimate(spent, cap);
            return Ok(Some(Spent { key, percent }));
        }
        for again in 0..DRAWS {
            let spent = self.shares(now).await?;
            let left = |total| {
                let left = |share: &u32| spent[*share as usize] < part(total, *share);
                (0..SHARES).filter(left).collect::<Vec<_>>()
            };
            let open = left(early);
            let passed = open.is_empty();
            let (total, open) = if passed {
                (cap, left(cap))
            } else {
                (early, open)
            };
            if open.is_empty() {
                return Ok(None);
            }
            let share = open[draw.wrapping_add(again) as usize % open.len()];
            if let Some((key, _)) = self.spend_from(share, total, now, by).await? {
                let all = spent.iter().map(|spent| u64::from(*spent)).sum::<u64>() + 1;
                let counted = percent(all, cap.into());
                let percent = if passed {
                    counted.max(MOST_ESTIMATED + 1)
                } else {
                    counted.min(MOST_ESTIMATED)
                };
                return Ok(Some(Spent { key, percent }));
            }
        }
        Ok(None)
    }

    /// Takes back what was counted. It is tried once: to take back twice would raise the cap. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn unspend_message(self, spent: Spent) -> Result<(), StoreError> {
        let change =
            ConditionalUpdate::new(spent.key, "SET #spent = #spent - :one", "#spent >= :one");
        self.0
            .update_without_retry(change.value(":one", n(1)))
            .await
    }

    /// Counts one in a share that has given less than its part of `total`; tells how many it has
    /// given then.
    async fn spend_from(
        self,
        share: u32,
        total: u32,
        now: Time,
        by: WriteToken,
    ) -> Result<Option<(Key, u32)>, StoreError> {
        let part = part(total, share);
        if part == 0 {
            return Ok(None);
        }
        let key = Key::cap_shard(now, share);
        let change = ConditionalUpdate::new(
            key.clone(),
            "SET #spent = if_not_exists(#spent, :none) + :one, #expires_at = :expires_at",
            "(attribute_not_exists(#spent) OR #spent < :part)",
        )
        .value(":none", n(0))
        .value(":one", n(1))
        .value(":part", n(part))
        .value(":expires_at", n(now.seconds() + 2 * 86_400));
        Ok(match self.0.update_with_token(change, by).await? {
            Updated::Done(item) => Some((key, decode::<Share>("cap", item)?.spent)),
            Updated::ConditionFailed(_) => None,
        })
    }

    /// How much each share has given today.
    async fn shares(self, now: Time) -> Result<[u32; SHARES as usize], StoreError> {
        let keys: Vec<_> = (0..SHARES)
            .map(|share| Key::cap_shard(now, share))
            .collect();
        let mut spent = [0; SHARES as usize];
        for item in self.0.read_all(&keys).await? {
            let share: Share = decode("cap", item)?;
            let place = keys.iter().position(|key| key.pk == share.pk);
            if let Some(place) = place {
                spent[place] = share.spent;
            }
        }
        Ok(spent)
    }
}

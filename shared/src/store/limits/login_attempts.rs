//! Guesses at passwords, counted per address before the password is compared, so that parallel
//! guesses count. One item per address:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `all` | L of N | when guesses were made at any account, newest first |
//! | `at_<tag>` | L of N | when guesses were made at one account, newest first |
//! | `by` | B | who counted one last, or took one back, see [`WriteToken`] |
//! | `expires_at` | N | TTL |
//!
//! With the newest first, "fewer than ten within ten minutes" is one condition: the tenth is
//! missing or old. The window slides exactly, and nothing has to be read before the write.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Limits;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, n},
        update::{BY, ConditionalUpdate, Updated, WriteToken},
    },
    key::Key,
};
use crate::{base::clock::Time, domain::identifier::IdentifierKey};

/// How many wrong passwords an address may try at one account within [`ACCOUNT_SECONDS`].
pub const PER_ACCOUNT: usize = 10;
/// The time in which they count.
pub const ACCOUNT_SECONDS: i64 = 600;
/// How many wrong passwords an address may try at all accounts within [`ADDRESS_SECONDS`].
pub const PER_ADDRESS: usize = 60;
/// The time in which they count.
pub const ADDRESS_SECONDS: i64 = 60;

/// Above so many remembered times the item is tidied, to stay near one write unit.
const BULKY: usize = 2 * PER_ADDRESS;

/// How much of it is tidied at once.
const MOST_REMOVED: usize = 200;

/// How often the place of a guess among others is looked for again.
const TRIES: usize = 8;

/// The sort key of the item.
const GUESSES: &str = "guesses";
const ALL: &str = "all";

/// What became of a guess.
#[derive(Debug)]
pub enum Guess {
    /// It is counted, and may be compared.
    Counted(Counted),
    /// There were too many; the next is welcome at this time.
    TooMany(Time),
}

/// A guess that was counted.
#[derive(Debug)]
pub struct Counted {
    /// When this address guessed at this account within the last ten minutes, newest (this one)
    /// first.
    pub recent: Vec<Time>,
    bulky: Option<Item>,
}

impl Counted {
    /// How many more wrong passwords this address may try at this account.
    #[must_use]
    pub fn left(&self) -> usize {
        PER_ACCOUNT.saturating_sub(self.recent.len())
    }
}

impl Limits<'_> {
    /// Counts a guess of `address` at `login`, unless there were too many. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_guess(
        self,
        address: &str,
        login: &IdentifierKey,
        now: Time,
        mark: WriteToken,
    ) -> Result<Guess, StoreError> {
        let tenth = format!("#account[{}]", PER_ACCOUNT - 1);
        let sixtieth = format!("#all[{}]", PER_ADDRESS - 1);
        let account_old = now.plus_seconds(-ACCOUNT_SECONDS);
        let all_old = now.plus_seconds(-ADDRESS_SECONDS);
        let now_alone = AttributeValue::L(vec![n(now.millis())]);
        let account = account_attribute(login);
        let change = ConditionalUpdate::new(
            Key::address(address, GUESSES),
            "SET #account = list_append(:now, if_not_exists(#account, :none)), \
             #all = list_append(:now, if_not_exists(#all, :none)), #expires_at = :expires_at",
            format!(
                "(attribute_not_exists({tenth}) OR {tenth} <= :account_old) \
                 AND (attribute_not_exists({sixtieth}) OR {sixtieth} <= :all_old)"
            ),
        )
        .alias("#account", &account)
        .value(":now", now_alone)
        .value(":none", AttributeValue::L(Vec::new()))
        .value(":account_old", n(account_old.millis()))
        .value(":all_old", n(all_old.millis()))
        .value(":expires_at", n(now.seconds() + ACCOUNT_SECONDS));
        match self.0.update_with_token(change, mark).await? {
            Updated::Done(item) => {
                let mut recent = times(&item, &account);
                recent.retain(|time| *time > account_old);
                let bulky = (item.values().map(length).sum::<usize>() > BULKY).then_some(item);
                Ok(Guess::Counted(Counted { recent, bulky }))
            }
            Updated::ConditionFailed(item) => {
                let item = item.unwrap_or_default();
                let free = |name: &str, limit: usize, seconds| {
                    let times = times(&item, name);
                    times.get(limit - 1).map(|time| time.plus_seconds(seconds))
                };
                let account = free(&account, PER_ACCOUNT, ACCOUNT_SECONDS);
                let all = free(ALL, PER_ADDRESS, ADDRESS_SECONDS);
                Ok(Guess::TooMany(account.max(all).unwrap_or(now)))
            }
        }
    }

    /// Forgets the guesses of `address` at `login`, and this one among all: it was right.
    /// One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn clear_guesses(
        self,
        address: &str,
        login: &IdentifierKey,
    ) -> Result<(), StoreError> {
        let there = "attribute_exists(#account) AND attribute_exists(#all)";
        let change = ConditionalUpdate::new(
            Key::address(address, GUESSES),
            "REMOVE #account, #all[0]",
            there,
        );
        self.0
            .update_if(change.alias("#account", account_attribute(login)))
            .await
    }

    /// Forgets the guess of `address` at `login` that was counted at `now` under `mark`: it was not
    /// compared. Where nobody heard whether it was, it is forgotten if it is the newest, and no other of
    /// that moment. One write unit, and one more for each guess that was counted meanwhile.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_guess(
        self,
        address: &str,
        login: &IdentifierKey,
        now: Time,
        mark: WriteToken,
        was_counted: bool,
    ) -> Result<(), StoreError> {
        let account = account_attribute(login);
        let (mut newest, undone) = (mark.value(), mark.undone());
        let mut places = vec!["#account[0]".to_owned(), "#all[0]".to_owned()];
        for _ in 0..TRIES {
            let there: Vec<_> = (places.iter())
                .map(|place| format!("{place} = :now"))
                .collect();
            let change = ConditionalUpdate::new(
                Key::address(address, GUESSES),
                format!("REMOVE {} SET #by = :undone", places.join(", ")),
                format!("#by = :newest AND {}", there.join(" AND ")),
            )
            .alias("#account", &account)
            .value(":now", n(now.millis()))
            .value(":newest", newest)
            .value(":undone", undone.clone());
            let item = match self.0.update(change).await? {
                Updated::Done(_) => return Ok(()),
                Updated::ConditionFailed(item) => item.unwrap_or_default(),
            };
            // Others were counted, or taken back, since. If the newest change is this one, the answer to
            // an earlier try got lost.
            let place = |name: &str| times(&item, name).iter().position(|time| *time == now);
            newest = match (item.get(BY), place(&account)) {
                (Some(by), Some(at)) if was_counted && *by != undone => {
                    places = vec![format!("#account[{at}]")];
                    by.clone()
                }
                (_, _) => return Ok(()),
            };
            // A right password may have taken it out from among all.
            places.extend(place(ALL).map(|at| format!("#all[{at}]")));
        }
        // So many came between that this one is left counted.
        Ok(())
    }

    /// Drops the times that no longer count from an item that has grown, unless somebody has just
    /// counted another. Only an address that keeps guessing wrong pays for it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tidy_guesses(
        self,
        address: &str,
        counted: &Counted,
        now: Time,
    ) -> Result<(), StoreError> {
        let Some(item) = &counted.bulky else {
            return Ok(());
        };
        let mut dead: Vec<(String, &str)> = Vec::new();
        for (place, name) in item.keys().filter(|name| is_list(name)).enumerate() {
            let alias = format!("#list{place}");
            let times = times(item, name);
            let (keep, old) = if name == ALL {
                (PER_ADDRESS, now.plus_seconds(-ADDRESS_SECONDS))
            } else {
                (PER_ACCOUNT, now.plus_seconds(-ACCOUNT_SECONDS))
            };
            if name != ALL && times.first().is_none_or(|newest| *newest <= old) {
                dead.push((alias, name));
            } else {
                dead.extend(
                    (keep..times.len()).map(|index| (format!("{alias}[{index}]"), name.as_str())),
                );
            }
        }
        // An update expression holds 4 KB and 300 operators; what is left over goes another time.
        dead.truncate(MOST_REMOVED);
        if dead.is_empty() {
            return Ok(());
        }
        let paths: Vec<_> = dead.iter().map(|(path, _)| path.as_str()).collect();
        let mut change = ConditionalUpdate::new(
            Key::address(address, GUESSES),
            format!("REMOVE {}", paths.join(", ")),
            "size(#all) = :length AND #all[0] = :newest",
        )
        .value(":length", n(times(item, ALL).len()))
        .value(":newest", n(now.millis()));
        for (path, name) in &dead {
            let alias = path.split('[').next().unwrap_or(path);
            change = change.alias(alias, *name);
        }
        self.0.update_if(change).await
    }
}

fn account_attribute(login: &IdentifierKey) -> String {
    format!("at_{}", login.tag())
}

fn is_list(name: &str) -> bool {
    name == ALL || name.starts_with("at_")
}

fn length(value: &AttributeValue) -> usize {
    value.as_l().map_or(0, Vec::len)
}

fn times(item: &Item, name: &str) -> Vec<Time> {
    let list = item.get(name).and_then(|value| value.as_l().ok());
    let numbers = list
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_n().ok());
    numbers
        .filter_map(|number| number.parse().ok().map(Time::from_millis))
        .collect()
}

//! What holds in the table at rest, whatever was asked of the service, in whatever order, and whatever
//! failed meanwhile. At rest: no request is under way.
//!
//! | file | what |
//! | --- | --- |
//! | `members` | members and the names they log in by |
//! | `sessions` | sessions, none of which is of a generation still to come |
//! | `ledger` | entries, and what the member holds |
//! | `counters` | limits, codes, links, captchas: within their bounds |
//! | `proofs` | codes and links that are used up have something to show for it |

#[cfg(test)]
mod corruptions;
mod counters;
mod ledger;
mod members;
mod proofs;
mod sessions;
#[cfg(test)]
mod valid_fixture;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::{
    domain::{identifier::Identifier, member::Member},
    store::key::{EXPIRES_AT, PK, SK, TableKey},
};

pub use proofs::{Issued, Proof, spent_for_nothing};

/// How long the item of each kind may be kept from now on, in seconds.
const A_SESSION: i64 = 30 * 86_400;
const A_COUNTER: i64 = 2 * 86_400;

/// How long a keyed digest is in a key.
const A_DIGEST: usize = 22;

/// Says in a sentence each what is wrong with a whole table as [`dump`](crate::table::dump) gives it,
/// at the second `now`. `key` is the table's. Nothing, where all is well.
#[must_use]
pub fn violations(items: &[Value], now: i64, key: &TableKey) -> Vec<String> {
    let mut found = Found::default();
    let table = Table::read(items, now, key, &mut found);
    members::check(&table, &mut found);
    sessions::check(&table, &mut found);
    ledger::check(&table, &mut found);
    counters::check(&table, &mut found);
    proofs::check(&table, &mut found);
    found.0
}

/// What is wrong, in sentences.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    /// Adds a sentence unless `good`.
    fn unless(&mut self, good: bool, wrong: impl FnOnce() -> String) {
        if !good {
            self.0.push(wrong());
        }
    }

    /// Reads an item as what its key promises.
    fn decoded<T: DeserializeOwned>(&mut self, key: &str, item: &Value) -> Option<T> {
        T::deserialize(item)
            .map_err(|error| self.0.push(format!("{key} cannot be decoded: {error}")))
            .ok()
    }
}

/// Every kind of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Member,
    Session,
    Entry,
    Login,
    /// Attempts of an address to log in.
    Attempts,
    /// What an address may do so many times in an hour.
    Hour,
    /// When an address asked for messages, and who is registered.
    AddressSms,
    /// When an address asked for mails.
    AddressMails,
    Mobile,
    Shard,
    Links,
    Captcha,
}

impl Kind {
    fn of(pk: &str, sk: &str) -> Option<Self> {
        let (kind, name) = pk.split_once('#')?;
        // No identifier and no address stands in a key in clear.
        if ["login", "address", "mobile", "link"].contains(&kind) && name.len() != A_DIGEST {
            return None;
        }
        Some(match (kind, sk) {
            ("member", "member") => Self::Member,
            ("member", _) if sk.starts_with("session#") => Self::Session,
            ("member", _) if sk.starts_with("points#") || sk.starts_with("expiry#") => Self::Entry,
            ("login", "login") => Self::Login,
            ("address", _) if sk.starts_with("logins#") => Self::Attempts,
            ("address", _) if sk.starts_with("hour#") => Self::Hour,
            ("address", "sms") => Self::AddressSms,
            ("address", "mails") => Self::AddressMails,
            ("mobile", "sms") => Self::Mobile,
            ("cap", "cap") => Self::Shard,
            ("link", "links") => Self::Links,
            ("captcha", "captcha") => Self::Captcha,
            _ => return None,
        })
    }

    /// For how long from now on at most the item is kept; `None` where it is kept for good.
    fn kept(self, item: &Value) -> Option<i64> {
        match self {
            Self::Member | Self::Entry => None,
            Self::Login if !item["member"].is_null() => None,
            Self::Session => Some(A_SESSION),
            Self::Login
            | Self::Attempts
            | Self::Hour
            | Self::AddressSms
            | Self::AddressMails
            | Self::Mobile
            | Self::Shard
            | Self::Links
            | Self::Captcha => Some(A_COUNTER),
        }
    }
}

/// A table by its keys, and its members decoded.
struct Table<'a> {
    /// Unix seconds.
    now: i64,
    key: &'a TableKey,
    items: BTreeMap<(&'a str, &'a str), (Kind, &'a Value)>,
    members: BTreeMap<&'a str, Member>,
}

impl<'a> Table<'a> {
    /// Sorts the items by kind, and looks at what all of a kind have in common.
    fn read(items: &'a [Value], now: i64, key: &'a TableKey, found: &mut Found) -> Self {
        let mut table = Self {
            now,
            key,
            items: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        for item in items {
            let keys = (item[PK].as_str(), item[SK].as_str());
            let (Some(pk), Some(sk)) = keys else {
                found.0.push(format!("an item without a key: {item}"));
                continue;
            };
            let Some(kind) = Kind::of(pk, sk) else {
                found.0.push(format!("{pk} {sk} is of no kind"));
                continue;
            };
            let twice = table.items.insert((pk, sk), (kind, item)).is_some();
            found.unless(!twice, || format!("{pk} {sk} is there twice"));
            let expires = item.get(EXPIRES_AT);
            match kind.kept(item) {
                None => found.unless(expires.is_none(), || {
                    format!("{pk} {sk} is kept for good, and expires")
                }),
                Some(kept) => {
                    let at = expires.and_then(Value::as_i64);
                    let good = at.is_some_and(|at| 0 < at && at <= now + kept);
                    found.unless(good, || format!("{pk} {sk} expires at {expires:?}"));
                }
            }
            if kind == Kind::Member
                && let Some(member) = found.decoded(pk, item)
            {
                table.members.insert(pk, member);
            }
        }
        table
    }

    /// The items of a kind, with their keys.
    fn all(&self, kind: Kind) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
        let of_kind = self.items.iter().filter(move |(_, (of, _))| *of == kind);
        of_kind.map(|((pk, sk), (_, item))| (*pk, *sk, *item))
    }

    fn get(&self, pk: &str, sk: &str) -> Option<&'a Value> {
        self.items.get(&(pk, sk)).map(|(_, item)| *item)
    }

    /// The partition key of an identifier's login record.
    fn login_record(&self, identifier: &Identifier) -> String {
        self.key.login(&identifier.key()).partition().to_owned()
    }

    /// Whether a moment, in Unix milliseconds, has been.
    const fn has_been(&self, millis: i64) -> bool {
        millis <= self.now * 1000 + 999
    }
}

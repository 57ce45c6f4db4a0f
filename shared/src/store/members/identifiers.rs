//! Markers: one item per name to log in by. It makes the name unique and carries what the first
//! step of a login needs. It also counts wrong passwords over all addresses, for a name that nobody
//! has as well, so that the two cannot be told apart.
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `member` | N | whose name it is; absent where it is nobody's |
//! | `password` | S | a copy of the member's hash |
//! | `generation` | N | a copy of the member's generation |
//! | `failures`, `failing_since` | N | wrong passwords since then, for an hour |
//! | `expires_at` | N | TTL, only where it is nobody's |

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use super::Members;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{decode, encode, n, value},
        update::{ConditionalUpdate, Updated},
    },
    key::Key,
};
use crate::{
    base::clock::Time,
    domain::{
        identifier::{Identifier, IdentifierKey},
        member::{Member, MemberId},
        password::PasswordHash,
    },
};

/// How many wrong passwords, from all addresses together, put an account on its guard.
pub const GUARD_AFTER: u32 = 100;
/// The time in which they count, from the first.
pub const GUARD_SECONDS: i64 = 3600;

/// A marker as it is read; the default is that of a name nobody has, and nobody tried.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Stored")]
pub struct LoginRecord {
    account: Option<Account>,
    failures: u32,
    failing_since: Option<Time>,
}

#[derive(Deserialize)]
struct Stored {
    member: Option<MemberId>,
    password: Option<PasswordHash>,
    generation: Option<u64>,
    #[serde(default)]
    failures: u32,
    failing_since: Option<Time>,
}

/// A marker says whose it is, and not all that logs them in; or the other way round.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("only a part of an account")]
struct Partial;

impl TryFrom<Stored> for LoginRecord {
    type Error = Partial;

    fn try_from(stored: Stored) -> Result<Self, Partial> {
        let account = match (stored.member, stored.password, stored.generation) {
            (Some(member), Some(password), Some(generation)) => Some(Account {
                member,
                password,
                generation,
            }),
            (None, None, None) => None,
            (_, _, _) => return Err(Partial),
        };
        Ok(Self {
            account,
            failures: stored.failures,
            failing_since: stored.failing_since,
        })
    }
}

/// What logs a member in.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Who logs in.
    pub member: MemberId,
    /// With which password.
    pub password: PasswordHash,
    /// The generation that the password belongs to.
    pub generation: u64,
}

impl LoginRecord {
    /// Whose name it is.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.account.clone()
    }

    /// Until when the account is on its guard, if it is.
    #[must_use]
    pub fn guarded_until(&self, now: Time) -> Option<Time> {
        let end = self.failing_since?.plus_seconds(GUARD_SECONDS);
        (self.failures >= GUARD_AFTER && now < end).then_some(end)
    }
}

impl Members<'_> {
    /// Reads the marker of a name, consistently: a password changed a moment ago is the one that
    /// counts. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn marker(self, login: &IdentifierKey) -> Result<LoginRecord, StoreError> {
        let item = self.0.get(Key::login(login)).await?;
        item.map_or_else(|| Ok(LoginRecord::default()), |item| decode("login", item))
    }

    /// Counts a wrong password for the name, whoever tried it. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_failure(
        self,
        login: &IdentifierKey,
        marker: &LoginRecord,
        now: Time,
    ) -> Result<(), StoreError> {
        let running = marker
            .failing_since
            .is_some_and(|since| now < since.plus_seconds(GUARD_SECONDS));
        let update = if running {
            "SET #failures = #failures + :one"
        } else {
            "SET #failures = :one, #failing_since = :now"
        };
        let window = match marker.failing_since {
            Some(_) => "#failing_since = :since",
            None => "attribute_not_exists(#failing_since)",
        };
        let whose = match marker.account {
            Some(_) => "attribute_exists(#member)",
            None => "attribute_not_exists(#member)",
        };
        let key = Key::login(login);
        let mut change =
            ConditionalUpdate::new(key.clone(), update, format!("{whose} AND {window}"));
        change = change.value(":one", n(1));
        if !running {
            change = change.value(":now", n(now.millis()));
        }
        if let Some(since) = marker.failing_since {
            change = change.value(":since", n(since.millis()));
        }
        // A name that nobody has must not outlive its counter, and one that somebody has must not
        // die with it.
        if marker.account.is_none() {
            let expires_at = n(now.seconds() + GUARD_SECONDS);
            change = change
                .and(", #expires_at = :expires_at")
                .value(":expires_at", expires_at);
        }
        match self.0.update(change).await? {
            Updated::Done(_) => Ok(()),
            // Another request began the window, or the name has just been registered: count it
            // where the window is, if there is one.
            Updated::ConditionFailed(_) => {
                let change = ConditionalUpdate::new(
                    key,
                    "SET #failures = #failures + :one",
                    "attribute_exists(#failing_since)",
                );
                self.0.update_if(change.value(":one", n(1))).await
            }
        }
    }

    /// Takes the name for `member`, unless somebody has it: part of a transaction.
    pub(in crate::store) fn take_login(
        self,
        login: &Identifier,
        member: &Member,
    ) -> Result<TransactWriteItem, StoreError> {
        let account = Account {
            member: member.id,
            password: member.password.clone(),
            generation: member.generation,
        };
        let mut item = encode("login", &account)?;
        item.extend(Key::login(&login.key()).into_item());
        Ok(self.0.transact_put(item, Some("member")))
    }

    /// Gives the name its member's new password: part of a transaction.
    pub(in crate::store) fn renew_login(
        self,
        login: &Identifier,
        renewed: &Account,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = ConditionalUpdate::new(
            Key::login(&login.key()),
            "SET #password = :password, #generation = :generation",
            "#member = :member",
        )
        .value(":password", value("password", &renewed.password)?)
        .value(":generation", n(renewed.generation))
        .value(":member", n(renewed.member.get()));
        Ok(self.0.transact_update(change))
    }
}

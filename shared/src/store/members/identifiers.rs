//! Login records: one item per identifier, which makes the identifier unique and carries what the first
//! step of a login needs. It also counts wrong passwords over all network addresses. An identifier
//! that no member has is counted in the same way, so that the two cannot be told apart.
//!
//! `login#<digest>` / `login`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `member` | N | who logs in by it; absent where no member does |
//! | `password` | S | a copy of the member's hash; absent where the member has no password |
//! | `generation` | N | a copy of the member's generation |
//! | `registration`, `registered_at` | B, N | the tag of the request that registered it, and when |
//! | `failures_h<hour>` | N | wrong passwords in this hour of the clock |
//! | `failures_d<day>` | N | wrong passwords in this calendar day at `+08:00` |
//! | `by` | B | who counted the newest, see [`WriteToken`] |
//! | `expires_at` | N | TTL, only where no member has the identifier |

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::TransactWriteItem;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Members, registration_request::RegistrationRequest};
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, decode, encode, n, value},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    limits::fixed_window::HOUR,
};
use crate::{
    base::clock::Time,
    domain::{
        identifier::{Identifier, IdentifierKey},
        member::{Member, MemberId},
        password::PasswordHash,
    },
};

/// After so many wrong passwords in an hour each address has a single try in its window.
pub const SINGLE_TRY_AFTER: u32 = 100;
/// After so many wrong passwords in a day only networks are let in that the member has logged in from.
pub const KNOWN_NETWORKS_AFTER: u32 = 300;

/// How long a registration may be said again.
pub const AGAIN_SECONDS: i64 = 60;

const DAY: i64 = 86_400;
const FAILURES: &str = "failures_";

/// What an account that has seen many wrong passwords still allows. A later one allows less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lockout {
    /// Everything: there were not so many.
    None,
    /// A single try of each address in its window.
    SingleTry,
    /// The same, and only from networks that the member has logged in from.
    KnownNetworks,
}

/// A login record as it is read; the default is that of an identifier that no member has and for which
/// no wrong password was counted.
#[derive(Clone, Debug, Default)]
pub struct LoginRecord {
    account: Option<Account>,
    registration: Option<Registration>,
    /// Wrong passwords by the attributes that count them.
    failures: BTreeMap<String, u32>,
}

/// What an identifier remembers of the request that registered it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Registration {
    #[serde(rename = "registration", with = "serde_bytes")]
    tag: Vec<u8>,
    #[serde(rename = "registered_at")]
    at: Time,
}

#[derive(Deserialize)]
#[serde(try_from = "Stored")]
struct StoredAccount(Option<Account>);

#[derive(Deserialize)]
struct Stored {
    member: Option<MemberId>,
    password: Option<PasswordHash>,
    generation: Option<u64>,
}

/// A login record has a member, and not all that logs them in; or the other way round.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("only a part of an account")]
struct Partial;

impl TryFrom<Stored> for StoredAccount {
    type Error = Partial;

    fn try_from(stored: Stored) -> Result<Self, Partial> {
        match (stored.member, stored.generation) {
            (Some(member), Some(generation)) => Ok(Self(Some(Account {
                member,
                password: stored.password,
                generation,
            }))),
            (None, None) if stored.password.is_none() => Ok(Self(None)),
            (_, _) => Err(Partial),
        }
    }
}

/// What logs a member in.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// Who logs in.
    pub member: MemberId,
    /// With which password; `None` where the member has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    /// The generation that the password belongs to.
    pub generation: u64,
}

/// What a member and the login records of its identifiers are changed to together.
pub(in crate::store) struct Renewal {
    pub(in crate::store) member: MemberId,
    /// A new password; `None` where it stays.
    pub(in crate::store) password: Option<PasswordHash>,
    /// The member's generation before.
    pub(in crate::store) generation: u64,
    /// And after: the next where every session ends, else the same.
    pub(in crate::store) next: u64,
    /// When it is a reset of the password, which ends a lockout as well.
    pub(in crate::store) reset_at: Option<Time>,
}

impl LoginRecord {
    pub(in crate::store) fn from_item(item: Item) -> Result<Self, StoreError> {
        let failures = item.iter().filter_map(|(name, value)| {
            let count = value.as_n().ok()?.parse().ok()?;
            name.starts_with(FAILURES).then(|| (name.clone(), count))
        });
        let failures = failures.collect();
        let registration = item.contains_key("registration").then(|| item.clone());
        let registration = registration.map(|item| decode("login", item)).transpose()?;
        let StoredAccount(account) = decode("login", item)?;
        Ok(Self {
            account,
            registration,
            failures,
        })
    }

    /// Whether the request `said` was said a moment before, and registered the identifier then.
    fn was_registered_by(&self, said: &Registration) -> bool {
        self.registration.as_ref().is_some_and(|earlier| {
            earlier.tag == said.tag && said.at < earlier.at.plus_seconds(AGAIN_SECONDS)
        })
    }

    /// Who logs in by the identifier.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.account.clone()
    }

    /// What the account still allows.
    #[must_use]
    pub fn lockout(&self, now: Time) -> Lockout {
        let [hour, day] = failure_attributes(now);
        let failures = |name: &str| self.failures.get(name).copied().unwrap_or(0);
        if failures(&day) >= KNOWN_NETWORKS_AFTER {
            Lockout::KnownNetworks
        } else if failures(&hour) >= SINGLE_TRY_AFTER {
            Lockout::SingleTry
        } else {
            Lockout::None
        }
    }
}

/// The attributes that count wrong passwords now: of the hour, and of the day.
#[must_use]
pub fn failure_attributes(now: Time) -> [String; 2] {
    let day = now.midnight().seconds().div_euclid(DAY);
    [
        format!("{FAILURES}h{}", HOUR.number(now)),
        format!("{FAILURES}d{day}"),
    ]
}

impl Members<'_> {
    /// Reads the login record of an identifier, consistently: a password changed a moment ago is the
    /// one that counts. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn login_record(self, identifier: &IdentifierKey) -> Result<LoginRecord, StoreError> {
        let item = self.0.get(self.0.key.login(identifier)).await?;
        item.map_or_else(|| Ok(LoginRecord::default()), LoginRecord::from_item)
    }

    /// Whether the same request has registered its identifier a moment before. One read unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn has_registered(
        self,
        request: &RegistrationRequest<'_>,
    ) -> Result<bool, StoreError> {
        let record = self.login_record(&request.identifier.key()).await?;
        Ok(record.was_registered_by(&self.registration(request)))
    }

    /// Whether a login record that was in the way was made by the same request.
    pub(in crate::store) fn is_registered_by(
        self,
        record: Option<Item>,
        request: Option<&RegistrationRequest<'_>>,
    ) -> Result<bool, StoreError> {
        let record = record.map(LoginRecord::from_item).transpose()?;
        let known = record.zip(request);
        Ok(known
            .is_some_and(|(record, request)| record.was_registered_by(&self.registration(request))))
    }

    fn registration(self, request: &RegistrationRequest<'_>) -> Registration {
        let mut said = [request.address, "\n", request.identifier.as_str(), "\n"].concat();
        if let Some(code) = request.code {
            said.push_str(&BASE64_URL_SAFE_NO_PAD.encode(code.as_bytes()));
        }
        let tag: [u8; 16] = self.0.key.tag("registration", &said);
        Registration {
            tag: tag.to_vec(),
            at: request.at,
        }
    }

    /// Counts a wrong password for the identifier, whoever tried it, and drops what an earlier hour or
    /// day counted. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn record_failure(
        self,
        identifier: &IdentifierKey,
        record: &LoginRecord,
        now: Time,
        token: WriteToken,
    ) -> Result<(), StoreError> {
        let change = self.failure(identifier, record, now, record.account.is_some());
        if let Updated::ConditionFailed(_) = self.0.update_with_token(change, token).await? {
            // The identifier has just been registered, or its member has just gone.
            let change = self.failure(identifier, record, now, record.account.is_none());
            self.0.update_with_token(change, token).await?;
        }
        Ok(())
    }

    fn failure(
        self,
        identifier: &IdentifierKey,
        record: &LoginRecord,
        now: Time,
        is_members: bool,
    ) -> ConditionalUpdate {
        let current = failure_attributes(now);
        let over = record
            .failures
            .keys()
            .filter(|name| !current.contains(name));
        let over: Vec<_> = over.enumerate().collect();
        let mut update = String::new();
        for (place, _) in &over {
            let before = if *place == 0 { "REMOVE" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(update, "{before} #over_{place} ");
        }
        update.push_str(
            "SET #hour = if_not_exists(#hour, :none) + :one, \
             #day = if_not_exists(#day, :none) + :one",
        );
        // The record of an identifier that no member has must expire, and no other may.
        let condition = if is_members {
            "attribute_exists(#member)"
        } else {
            update.push_str(", #expires_at = :expires_at");
            "attribute_not_exists(#member)"
        };
        let [hour, day] = current;
        let mut change = ConditionalUpdate::new(self.0.key.login(identifier), update, condition)
            .alias("#hour", hour)
            .alias("#day", day)
            .value(":none", n(0))
            .value(":one", n(1));
        for (place, name) in over {
            change = change.alias(&format!("#over_{place}"), name);
        }
        if is_members {
            change
        } else {
            change.value(":expires_at", n(now.seconds() + DAY))
        }
    }

    /// Takes the identifier for `member`, unless another has it, and remembers the request: part of a
    /// transaction.
    pub(in crate::store) fn take_identifier(
        self,
        identifier: &Identifier,
        member: &Member,
        request: Option<&RegistrationRequest<'_>>,
    ) -> Result<TransactWriteItem, StoreError> {
        let account = Account {
            member: member.id,
            password: member.password.clone(),
            generation: member.generation,
        };
        let mut item = encode("login", &account)?;
        if let Some(request) = request {
            item.extend(encode("login", &self.registration(request))?);
        }
        item.extend(self.0.key.login(&identifier.key()).into_item());
        Ok(self.0.transact_put(item, Some("member")))
    }

    /// Has the identifier's login record follow a change of its member: part of a transaction.
    pub(in crate::store) fn renew_identifier(
        self,
        identifier: &Identifier,
        renewal: &Renewal,
    ) -> Result<TransactWriteItem, StoreError> {
        let remove = if renewal.reset_at.is_some() {
            "REMOVE #hour, #day "
        } else {
            ""
        };
        let mut change = ConditionalUpdate::new(
            self.0.key.login(&identifier.key()),
            format!("{remove}SET #generation = :generation"),
            "#member = :member",
        )
        .value(":generation", n(renewal.next))
        .value(":member", n(renewal.member.get()));
        if let Some(password) = &renewal.password {
            change = change
                .and(", #password = :password")
                .value(":password", value("password", password)?);
        }
        if let Some(now) = renewal.reset_at {
            let [hour, day] = failure_attributes(now);
            change = change.alias("#hour", hour).alias("#day", day);
        }
        Ok(self.0.transact_update(change))
    }

    /// Brings a login record up to its member's generation, where that was raised on the member alone.
    /// One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn heal_login_record(
        self,
        identifier: &IdentifierKey,
        member: &Member,
    ) -> Result<(), StoreError> {
        let change = ConditionalUpdate::new(
            self.0.key.login(identifier),
            "SET #generation = :generation",
            "#member = :member AND #generation < :generation",
        );
        let change = change
            .value(":generation", n(member.generation))
            .value(":member", n(member.id.get()));
        self.0.update_if(change).await
    }
}

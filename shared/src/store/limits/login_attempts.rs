//! Attempts to log in, counted per network address before the password is compared, so that parallel
//! attempts count. One item per address and ten minutes, `address#<digest>` / `logins#<number>`:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `a_<tag>` | N | attempts at the account with this tag, since its last success |
//! | `accounts` | BS | the tags of all accounts that were tried, without those that succeeded |
//! | `m_0` … `m_9` | N | attempts in each minute of the window, without those that succeeded |
//! | `by` | B | who counted last, see [`WriteToken`] |
//! | `expires_at` | N | TTL |
//!
//! An account is the identifier that was typed, whether or not a member has it. Its tag is 4 bytes of
//! a keyed digest. With at most 50 accounts the item stays below 1 KB, so an attempt costs one unit
//! however many went before.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{Limits, fixed_window::FixedWindow};
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, n},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
};
use crate::{base::clock::Time, domain::identifier::IdentifierKey};

/// How many wrong passwords an address may try at one account in a [`WINDOW`].
pub const PER_ACCOUNT: u32 = 10;
/// How many wrong passwords an address may try at all accounts in a minute.
pub const PER_MINUTE: u32 = 60;
/// At how many accounts an address may try wrong passwords in a [`WINDOW`].
pub const ACCOUNTS: usize = 50;
/// The time in which an address is limited: ten minutes.
pub const WINDOW: FixedWindow = FixedWindow { seconds: 600 };

const MINUTE: FixedWindow = FixedWindow { seconds: 60 };

/// An attempt to log in.
#[derive(Clone, Copy, Debug)]
pub struct LoginAttempt<'a> {
    /// From which address.
    pub address: &'a str,
    /// As whom.
    pub identifier: &'a IdentifierKey,
    /// When.
    pub at: Time,
    /// Tells it from any other.
    pub token: WriteToken,
}

/// What became of counting an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempted {
    /// It is counted, and may be compared: so many attempts of this address at this account are
    /// counted in this window, this one included.
    Counted(u32),
    /// There were too many; the next is welcome at this time.
    TooMany(Time),
}

impl Limits<'_> {
    /// Counts an attempt, unless there were too many. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_attempt(self, attempt: &LoginAttempt<'_>) -> Result<Attempted, StoreError> {
        let names = Names::of(self, attempt);
        let change = self
            .change(
                attempt,
                "ADD #accounts :tags SET #account = if_not_exists(#account, :none) + :one, \
                 #minute = if_not_exists(#minute, :none) + :one, #expires_at = :expires_at",
                "(attribute_not_exists(#account) OR #account < :per_account) \
                 AND (attribute_not_exists(#minute) OR #minute < :per_minute) \
                 AND (attribute_not_exists(#accounts) OR size(#accounts) < :most \
                 OR contains(#accounts, :tag))",
            )
            .value(":tags", names.tags())
            .value(":tag", AttributeValue::B(Blob::new(names.tag)))
            .value(":none", n(0))
            .value(":per_account", n(PER_ACCOUNT))
            .value(":per_minute", n(PER_MINUTE))
            .value(":most", n(ACCOUNTS))
            .value(":expires_at", n(WINDOW.end(attempt.at).seconds()));
        match self.0.update_with_token(change, attempt.token).await? {
            Updated::Done(item) => Ok(Attempted::Counted(number(&item, &names.account))),
            Updated::ConditionFailed(item) => {
                let item = item.unwrap_or_default();
                let minute_is_full = number(&item, &names.minute) >= PER_MINUTE;
                let account_is_full = number(&item, &names.account) >= PER_ACCOUNT;
                let is_full = account_is_full || !minute_is_full || names.is_one_too_many(&item);
                let window = if is_full { WINDOW } else { MINUTE };
                Ok(Attempted::TooMany(window.end(attempt.at)))
            }
        }
    }

    /// Forgets the attempts of this address at this account: the password was right. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn clear_attempts(self, attempt: &LoginAttempt<'_>) -> Result<(), StoreError> {
        let change = self.change(
            attempt,
            "REMOVE #account SET #minute = #minute - :one DELETE #accounts :tags",
            "attribute_exists(#account) AND #minute >= :one",
        );
        let tags = Names::of(self, attempt).tags();
        self.0.update_if(change.value(":tags", tags)).await
    }

    /// Takes back an attempt that was never compared. It is tried once: to take back twice would
    /// allow one more. Where it is not known whether it `was_counted`, only the newest change is
    /// taken back, if that is its. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn uncount_attempt(
        self,
        attempt: &LoginAttempt<'_>,
        was_counted: bool,
    ) -> Result<(), StoreError> {
        let mut change = self.change(
            attempt,
            "SET #account = #account - :one, #minute = #minute - :one",
            "#account >= :one AND #minute >= :one",
        );
        if !was_counted {
            change = change
                .only_if("#by = :by")
                .value(":by", attempt.token.value());
        }
        self.0.update_without_retry(change).await
    }

    fn change(
        self,
        attempt: &LoginAttempt<'_>,
        update: &str,
        condition: &str,
    ) -> ConditionalUpdate {
        let window = format!("logins#{}", WINDOW.number(attempt.at));
        let names = Names::of(self, attempt);
        ConditionalUpdate::new(
            self.0.key.address(attempt.address, &window),
            update,
            condition,
        )
        .alias("#account", names.account)
        .alias("#minute", names.minute)
        .value(":one", n(1))
    }
}

/// What an attempt's account and minute are called in the item.
struct Names {
    tag: [u8; 4],
    account: String,
    minute: String,
}

impl Names {
    fn of(limits: Limits<'_>, attempt: &LoginAttempt<'_>) -> Self {
        let tag = limits.0.key.tag("account", attempt.identifier.as_str());
        let minute = attempt.at.seconds().rem_euclid(WINDOW.seconds) / MINUTE.seconds;
        Self {
            tag,
            account: format!("a_{}", BASE64_URL_SAFE_NO_PAD.encode(tag)),
            minute: format!("m_{minute}"),
        }
    }

    fn tags(&self) -> AttributeValue {
        AttributeValue::Bs(vec![Blob::new(self.tag)])
    }

    /// Whether the account would be one more than an address may try.
    fn is_one_too_many(&self, item: &Item) -> bool {
        let accounts = item.get("accounts").and_then(|set| set.as_bs().ok());
        accounts.is_some_and(|tags| {
            tags.len() >= ACCOUNTS && !tags.iter().any(|tag| tag.as_ref() == self.tag)
        })
    }
}

fn number(item: &Item, name: &str) -> u32 {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

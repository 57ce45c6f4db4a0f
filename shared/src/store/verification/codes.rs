//! Verification codes: tried, used up. They lie in their mobile's item, drawn in [`super::messages`].

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::Deserialize;

use super::Verification;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, b, decode, n},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    key::Key,
    limits::sliding_window,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::Mobile,
};

/// How often a code may be tried.
pub const TRIES: u32 = 5;

/// What a code is for. A mobile has one code of each, and neither does the other's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Registering.
    Registration,
    /// Setting a new password.
    Reset,
}

impl Purpose {
    /// Its name in the table, and under the digest.
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Reset => "reset",
        }
    }
}

/// A code that was presented and is the right one: what a transaction uses up.
#[derive(Clone, Copy, Debug)]
pub struct RightCode<'a> {
    /// Whose.
    pub mobile: &'a Mobile,
    /// What for.
    pub purpose: Purpose,
    /// Its keyed digest.
    pub digest: &'a Digest,
}

/// What became of a try.
#[derive(Debug)]
pub enum Tried {
    /// It is counted: the digest to compare with, and how many more tries there are.
    Counted(Digest, u32),
    /// There is no code, or none any more.
    NoCode,
    /// The code has been tried too often; a new one is to be had at this time.
    TooOften(Time),
}

#[derive(Deserialize)]
struct Code {
    digest: Digest,
    until: Time,
    tries: u32,
}

impl Verification<'_> {
    /// Counts a try at the mobile's code before it is compared, so that parallel guesses count. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn try_code(
        self,
        mobile: &Mobile,
        purpose: Purpose,
        now: Time,
        mark: WriteToken,
    ) -> Result<Tried, StoreError> {
        let change = ConditionalUpdate::new(
            Key::mobile(mobile),
            "SET #code.#tries = #code.#tries + :one",
            "#code.#until > :now AND #code.#tries < :most",
        )
        .alias("#code", purpose.attribute())
        .value(":one", n(1))
        .value(":now", n(now.millis()))
        .value(":most", n(TRIES));
        Ok(match self.0.update_with_token(change, mark).await? {
            Updated::Done(mut item) => match code(&mut item, purpose)? {
                Some(code) => Tried::Counted(code.digest, TRIES.saturating_sub(code.tries)),
                None => Tried::NoCode,
            },
            Updated::ConditionFailed(item) => {
                let mut item = item.unwrap_or_default();
                match code(&mut item, purpose)? {
                    Some(code) if code.until > now => {
                        let sent = sliding_window::times(&item).first().copied();
                        Tried::TooOften(sent.unwrap_or(now).plus_seconds(60))
                    }
                    Some(_) | None => Tried::NoCode,
                }
            }
        })
    }

    /// Gives back the try that a right code cost, where it could not be used. It is tried once: to
    /// give back twice would hand out somebody else's. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn give_back_try(self, code: &RightCode<'_>) -> Result<(), StoreError> {
        let change = code.change(
            "SET #code.#tries = #code.#tries - :one",
            "#code.#tries >= :one",
        );
        self.0
            .update_without_retry(change.value(":one", n(1)))
            .await
    }

    /// Uses up a code, while it is good: part of a transaction.
    pub(in crate::store) fn use_up_code(
        self,
        code: &RightCode<'_>,
        now: Time,
    ) -> TransactWriteItem {
        let change = code.change("REMOVE #code, #by", "#code.#until > :now");
        self.0
            .transact_update(change.value(":now", n(now.millis())))
    }
}

impl RightCode<'_> {
    fn change(&self, update: &str, condition: &str) -> ConditionalUpdate {
        ConditionalUpdate::new(Key::mobile(self.mobile), update, condition)
            .only_if("#code.#digest = :digest")
            .alias("#code", self.purpose.attribute())
            .value(":digest", b(self.digest.as_bytes()))
    }
}

/// The item's code of a purpose; one that was taken back without an earlier one is `NULL`.
fn code(item: &mut Item, purpose: Purpose) -> Result<Option<Code>, StoreError> {
    let code = item.remove(purpose.attribute());
    let code = code.and_then(|code| code.as_m().ok().cloned());
    code.map(|code| decode("code", code)).transpose()
}

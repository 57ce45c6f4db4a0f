//! Verification codes: tried, used up. A mobile's item, drawn in [`sms`](super::sms),
//! holds one of each purpose:
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `digest` | B | the code's keyed digest |
//! | `until` | N | when it expires |
//! | `tries` | N | how often it may be tried |
//! | `left` | N | how many tries are left |
//! | `asker` | B | a keyed digest of the address that asked for it |

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use serde::Deserialize;

use super::Verification;
use crate::store::{
    StoreError,
    dynamodb::{
        item::{Item, b, decode, n},
        update::{ConditionalUpdate, Updated, WriteToken},
    },
    limits::sms_per_mobile::PER_MOBILE,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::Mobile,
};

/// How many of a code's tries are kept for the address that asked for it. So a stranger who knows the
/// mobile cannot use up its owner's code.
pub const KEPT_FOR_ASKER: u32 = 2;

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

/// A code that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewCode<'a> {
    /// To whom.
    pub mobile: &'a Mobile,
    /// What it is for.
    pub purpose: Purpose,
    /// Its keyed digest.
    pub digest: &'a Digest,
    /// How often it may be tried.
    pub tries: u32,
    /// Until when it is good.
    pub until: Time,
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
    /// It is counted: the digest to compare with, and how many more tries this address has.
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
    left: u32,
    asker: serde_bytes::ByteBuf,
}

impl NewCode<'_> {
    /// What the mobile's item holds of it, once `address` asked for it.
    pub(in crate::store) fn value(
        &self,
        verification: Verification<'_>,
        address: &str,
    ) -> AttributeValue {
        let fields = [
            ("digest", b(self.digest.as_bytes())),
            ("until", n(self.until.millis())),
            ("tries", n(self.tries)),
            ("left", n(self.tries)),
            ("asker", b(&verification.asker(address))),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value));
        AttributeValue::M(fields.into())
    }

    /// A change of the mobile's item: `#code` is this purpose's, and `:digest` this code's.
    pub(in crate::store) fn change(
        &self,
        verification: Verification<'_>,
        update: &str,
        condition: &str,
    ) -> ConditionalUpdate {
        let key = verification.0.key.mobile(self.mobile);
        let change =
            ConditionalUpdate::new(key, update, condition).alias("#code", self.purpose.attribute());
        if condition.contains(":digest") {
            change.value(":digest", b(self.digest.as_bytes()))
        } else {
            change
        }
    }
}

impl Verification<'_> {
    /// Counts a try at the mobile's code before it is compared, so that parallel tries count. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn try_code(
        self,
        mobile: &Mobile,
        purpose: Purpose,
        address: &str,
        now: Time,
        token: WriteToken,
    ) -> Result<Tried, StoreError> {
        let asker = self.asker(address);
        let change = ConditionalUpdate::new(
            self.0.key.mobile(mobile),
            "SET #code.#left = #code.#left - :one",
            "#code.#until > :now AND (#code.#left > :kept \
             OR (#code.#asker = :asker AND #code.#left >= :one))",
        )
        .alias("#code", purpose.attribute())
        .value(":one", n(1))
        .value(":now", n(now.millis()))
        .value(":kept", n(KEPT_FOR_ASKER))
        .value(":asker", b(&asker));
        Ok(match self.0.update_with_token(change, token).await? {
            Updated::Done(mut item) => match code(&mut item, purpose)? {
                Some(code) if code.asker == asker => Tried::Counted(code.digest, code.left),
                Some(code) => Tried::Counted(code.digest, code.left.saturating_sub(KEPT_FOR_ASKER)),
                None => Tried::NoCode,
            },
            Updated::ConditionFailed(item) => {
                let mut item = item.unwrap_or_default();
                match code(&mut item, purpose)? {
                    Some(code) if code.until > now => {
                        let sent = PER_MOBILE.times(&item).first().copied();
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
        let change = self.change_of_right_code(
            code,
            "SET #code.#left = #code.#left + :one",
            "#code.#left < #code.#tries",
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
        let change = self.change_of_right_code(code, "REMOVE #code, #by", "#code.#until > :now");
        self.0
            .transact_update(change.value(":now", n(now.millis())))
    }

    fn change_of_right_code(
        self,
        code: &RightCode<'_>,
        update: &str,
        condition: &str,
    ) -> ConditionalUpdate {
        ConditionalUpdate::new(self.0.key.mobile(code.mobile), update, condition)
            .only_if("#code.#digest = :digest")
            .alias("#code", code.purpose.attribute())
            .value(":digest", b(code.digest.as_bytes()))
    }

    /// What is stored of the address that asked for a code.
    fn asker(self, address: &str) -> [u8; 8] {
        self.0.key.tag("asker", address)
    }
}

/// The item's code of a purpose; one that was taken back without an earlier one is `NULL`.
fn code(item: &mut Item, purpose: Purpose) -> Result<Option<Code>, StoreError> {
    let code = item.remove(purpose.attribute());
    let code = code.and_then(|code| code.as_m().ok().cloned());
    code.map(|code| decode("code", code)).transpose()
}

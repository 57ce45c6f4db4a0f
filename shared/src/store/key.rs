//! Where each kind of item lies: every key of the table is made here.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    dynamodb::item::{Item, s},
    ledger::entries::EntryKey,
    verification::sms_per_mobile::MESSAGES,
};
use crate::{
    base::{clock::Time, digest::Digest},
    domain::{
        identifier::{IdentifierKey, Mobile},
        member::MemberId,
    },
};

/// The partition key.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// The time-to-live attribute, in Unix seconds. DynamoDB deletes days late, so nothing relies on it.
pub const EXPIRES_AT: &str = "expires_at";

/// Where an item lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub(in crate::store) pk: String,
    pub(in crate::store) sk: String,
}

impl Key {
    /// The member itself.
    #[must_use]
    pub fn member(id: MemberId) -> Self {
        Self::new(format!("member#{}", id.get()), "member")
    }

    /// A name to log in by.
    #[must_use]
    pub fn login(login: &IdentifierKey) -> Self {
        Self::new(format!("login#{}", login.digest()), "login")
    }

    /// What is counted of an address, under `sk`.
    #[must_use]
    pub fn address(address: &str, sk: &str) -> Self {
        Self::new(format!("address#{address}"), sk)
    }

    /// A shard of the day's cap on messages.
    pub(in crate::store) fn cap_shard(day: Time, share: u32) -> Self {
        Self::new(format!("cap#{}#{share:02}", day.date()), "cap")
    }

    /// The newest reset link of a mail address, by its tag.
    pub(in crate::store) fn reset_link(tag: &str) -> Self {
        Self::new(format!("link#{tag}"), "link")
    }

    /// What a mobile was sent.
    pub(in crate::store) fn mobile(mobile: &Mobile) -> Self {
        Self::new(format!("mobile#{}", mobile.as_str()), MESSAGES)
    }

    /// An answered captcha, by the digest of its id.
    pub(in crate::store) fn captcha(digest: &Digest) -> Self {
        let digest = BASE64_URL_SAFE_NO_PAD.encode(digest.as_bytes());
        Self::new(format!("captcha#{digest}"), "captcha")
    }

    /// An entry that was asked for under `key`.
    #[must_use]
    pub fn entry(id: MemberId, key: &EntryKey) -> Self {
        Self::new(Self::member(id).pk, &format!("points#{}", key.0))
    }

    /// The entry of what expired as `year` began.
    #[must_use]
    pub fn expiry(id: MemberId, year: i32) -> Self {
        Self::new(Self::member(id).pk, &format!("expiry#{year}"))
    }

    pub(in crate::store) fn new(pk: String, sk: &str) -> Self {
        let sk = sk.to_owned();
        Self { pk, sk }
    }

    pub(in crate::store) fn into_item(self) -> Item {
        HashMap::from([(PK.to_owned(), s(self.pk)), (SK.to_owned(), s(self.sk))])
    }
}

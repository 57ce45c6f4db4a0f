//! Where each kind of item lies. Every key of the table is made here.

use std::collections::HashMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{
    dynamodb::item::{Item, s},
    ledger::entries::EntryKey,
};
use crate::{
    base::{clock::Time, digest::Digest, secret_key::SecretKey},
    config::Config,
    domain::{
        identifier::{Identifier, IdentifierKey, Mobile},
        member::MemberId,
    },
};

/// The partition key.
pub const PK: &str = "pk";
/// The sort key.
pub const SK: &str = "sk";
/// The time-to-live attribute, in Unix seconds. DynamoDB deletes days late, so nothing relies on it.
pub const EXPIRES_AT: &str = "expires_at";

/// The key under which names, mailboxes, mobiles and network addresses are digested. None of them
/// stands in a partition key in clear, so a copy of the table does not tell who they are.
#[derive(Clone, Debug)]
pub struct TableKey(SecretKey);

impl TableKey {
    /// Derives the key from the service's own.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(config.service_key.derive("table"))
    }

    /// Digests an identifier: 128 bits of its HMAC, as 22 characters.
    #[must_use]
    pub fn identifier(&self, identifier: &IdentifierKey) -> String {
        let digest: [u8; 16] = self.tag("identifier", identifier.as_str());
        BASE64_URL_SAFE_NO_PAD.encode(digest)
    }

    /// The login record of an identifier.
    #[must_use]
    pub fn login(&self, identifier: &IdentifierKey) -> Key {
        Key::login_record(&self.identifier(identifier))
    }

    /// The codes of a mobile, and when it was sent messages.
    #[must_use]
    pub fn mobile(&self, mobile: &Mobile) -> Key {
        let identifier = Identifier::from(mobile.clone()).key();
        Key::new(format!("mobile#{}", self.identifier(&identifier)), "sms")
    }

    /// What is counted of a network address, under `sk`.
    #[must_use]
    pub fn address(&self, address: &str, sk: &str) -> Key {
        let digest: [u8; 16] = self.tag("address", address);
        let digest = BASE64_URL_SAFE_NO_PAD.encode(digest);
        Key::new(format!("address#{digest}"), sk)
    }

    /// The first bytes of the HMAC of `text`, which is of this `kind`.
    #[must_use]
    pub fn tag<const N: usize>(&self, kind: &str, text: &str) -> [u8; N] {
        let digest = Digest::keyed(&self.0, [kind, text].join("\n").as_bytes());
        let mut tag = [0; N];
        tag.copy_from_slice(&digest.as_bytes()[..N]);
        tag
    }
}

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

    /// The login record of an identifier with this digest.
    pub(in crate::store) fn login_record(identifier: &str) -> Self {
        Self::new(format!("login#{identifier}"), "login")
    }

    /// The reset links of a mailbox with this digest.
    pub(in crate::store) fn reset_links(mailbox: &str) -> Self {
        Self::new(format!("link#{mailbox}"), "links")
    }

    /// A shard of the daily SMS cap.
    pub(in crate::store) fn cap_shard(day: Time, shard: u32) -> Self {
        Self::new(format!("cap#{}#{shard:02}", day.date()), "cap")
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

    /// Whether an item lies here.
    pub(in crate::store) fn is_of(&self, item: &Item) -> bool {
        let lies = |name, value| item.get(name).is_some_and(|at| at.as_s() == Ok(value));
        lies(PK, &self.pk) && lies(SK, &self.sk)
    }

    /// The partition key.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.pk
    }

    pub(in crate::store) fn into_item(self) -> Item {
        HashMap::from([(PK.to_owned(), s(self.pk)), (SK.to_owned(), s(self.sk))])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> TableKey {
        let service_key = byte.repeat(32).parse().unwrap();
        TableKey::new(&Config::new("members", service_key))
    }

    #[test]
    fn the_documented_commands_find_a_login_record() {
        let record = key("0a").login(&IdentifierKey::typed("YhsdUser"));
        assert_eq!(record.partition(), "login#KW-Xh3elbwyrxRsIPzmFaA");
    }

    #[test]
    fn digests_are_of_their_kind_and_under_their_key() {
        let mobile = "13800138000".parse().unwrap();
        let digest = |key: Key| key.pk.split_once('#').unwrap().1.to_owned();
        let login = digest(key("0a").login(&IdentifierKey::typed("13800138000")));
        assert_eq!(digest(key("0a").mobile(&mobile)), login);
        assert_ne!(digest(key("0b").mobile(&mobile)), login);
        assert_ne!(digest(key("0a").address("13800138000", "sms")), login);
    }
}

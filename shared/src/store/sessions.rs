//! Sessions, in their member's partition. A group's session lies under `session#<group>`, so that a
//! new login replaces it; a browser's under `session#browser#<digest of its token>`.
//!
//! | attribute | type | what |
//! | --- | --- | --- |
//! | `id` | B | random: tells it from a later session under the same key |
//! | `generation` | N | the member's generation at the login; the session lives while they are equal |
//! | `access`, `access_until` | B, N | the access token's digest, and when it expires |
//! | `refresh`, `refresh_until` | B, N | the refresh token's; absent in a browser's session |
//! | `used` | BOOL | whether a token of the current pair was presented since the last rotation |
//! | `retired` | L | [`Retired`] refresh tokens, newest first |
//! | `expires_at` | N | TTL |

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{
        delete_item::{DeleteItemError, DeleteItemOutput, builders::DeleteItemFluentBuilder},
        put_item::PutItemError,
    },
    types::{AttributeValue, Delete, TransactWriteItem},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    CAPACITY, EXPIRES_AT, Item, Key, SK, Store, StoreError, b,
    change::{Change, Changed},
    decode, encode, n,
    views::Views,
};
use crate::{
    clock::Time,
    config::Config,
    digest::Digest,
    member::Member,
    token::{Slot, Token},
};

/// From how many retired tokens on a session is trimmed, and to how many: it stays under 1 KB.
const MOST_RETIRED: usize = 8;
const KEPT_RETIRED: usize = 4;
/// How many are kept at most while they are still answered.
const BUSY_RETIRED: usize = 60;

/// A session as stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    /// Tells it from another session under the same key; random, and kept through rotations.
    #[serde(with = "serde_bytes")]
    pub id: [u8; 8],
    /// The member's generation at the login.
    pub generation: u64,
    /// The digest of the access token.
    pub access: Digest,
    /// When the access token expires.
    pub access_until: Time,
    /// The digest of the refresh token, in a group's session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Digest>,
    /// When the refresh token expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_until: Option<Time>,
    /// Whether a token of the current pair was presented since the last rotation.
    pub used: bool,
    /// Refresh tokens that were exchanged for newer ones, newest first.
    pub retired: Vec<Retired>,
    /// What is being read of the ledger.
    #[serde(default, skip_serializing_if = "Views::is_empty")]
    pub views: Views,
}

impl Session {
    /// The second, TTL's own unit, after which the session is of no use to anybody.
    fn expires_at(&self) -> i64 {
        self.refresh_until.unwrap_or(self.access_until).seconds()
    }
}

/// A refresh token that was exchanged: enough to answer its holder once more, or to know it again
/// when it turns up later. Its attribute names are short, for a session holds several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Retired {
    /// Its digest.
    #[serde(rename = "d")]
    pub refresh: Digest,
    /// What its successor was derived under.
    #[serde(rename = "s", with = "serde_bytes")]
    pub seed: [u8; 16],
    /// When.
    #[serde(rename = "t")]
    pub at: Time,
}

/// Where a token's session lies, and under which name its visits are counted.
#[derive(Clone, Debug)]
pub struct SessionKey {
    key: Key,
    pub(super) visits: String,
}

impl SessionKey {
    /// Leads from a token to its session; `None` where the token's group is not configured.
    #[must_use]
    pub fn of(token: &Token, config: &Config) -> Option<Self> {
        let (sk, visits) = match token.slot {
            Slot::Browser => {
                let digest = token.digest();
                let name = BASE64_URL_SAFE_NO_PAD.encode(&digest.as_bytes()[..16]);
                (
                    format!("session#browser#{name}"),
                    "visit_browser".to_owned(),
                )
            }
            Slot::Group(place) => {
                let group = config.groups.get(usize::from(place))?;
                (format!("session#{group}"), format!("visit_group_{group}"))
            }
        };
        let key = Key::new(Key::member(token.member).pk, &sk);
        Some(Self { key, visits })
    }

    /// A change of the session, unless its pair is another by now.
    pub(super) fn while_current(&self, session: &Session, update: impl Into<String>) -> Change {
        let change = Change::new(self.key.clone(), update, "#access = :access");
        change.value(":access", b(session.access.as_bytes()))
    }
}

/// The exchange of a session's pair for the next.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// What retires.
    pub retired: Retired,
    /// The digest of the next access token.
    pub access: Digest,
    /// When it expires.
    pub access_until: Time,
    /// The digest of the next refresh token.
    pub refresh: Digest,
    /// When it expires.
    pub refresh_until: Time,
}

/// What became of a rotation.
#[derive(Debug)]
pub enum Rotated {
    /// Done: the session as it is now.
    Done(Session),
    /// The token presented is not the current one, or has expired: the session as it is.
    NotCurrent(Session),
    /// There is no such session.
    NoSession,
}

impl Store {
    /// Stores a session, in place of an earlier one under the same key; `false` where that one is of
    /// a later generation: the password was changed while this login was under way. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn put_session(
        &self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(session_item(key, session)?))
            .condition_expression("attribute_not_exists(#generation) OR #generation <= :generation")
            .expression_attribute_names("#generation", "generation")
            .expression_attribute_values(":generation", n(session.generation))
            .return_consumed_capacity(CAPACITY)
            .send()
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(_)) => Ok(false),
                _ => Err(StoreError::failed("PutItem", &error)),
            },
        }
    }

    /// Stores a session: part of a transaction.
    pub(super) fn begin_session(
        &self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<TransactWriteItem, StoreError> {
        Ok(self.putting(session_item(key, session)?, None))
    }

    /// Reads a session and its member consistently, in one round trip. Two read units.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn session_and_member(
        &self,
        key: &SessionKey,
        token: &Token,
    ) -> Result<Option<(Session, Member)>, StoreError> {
        let keys = [key.key.clone(), Key::member(token.member)];
        let found = self.read_all(&keys).await?;
        let is_session = |item: &Item| item.get(SK).is_some_and(|sk| sk.as_s() == Ok(&key.key.sk));
        let (sessions, members): (Vec<_>, Vec<_>) = found.into_iter().partition(is_session);
        let (Some(session), Some(member)) =
            (sessions.into_iter().next(), members.into_iter().next())
        else {
            return Ok(None);
        };
        Ok(Some((
            decode("session", session)?,
            decode("member", member)?,
        )))
    }

    /// Exchanges the pair that `rotation` retires for the next one. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn rotate(
        &self,
        key: &SessionKey,
        rotation: &Rotation,
        now: Time,
    ) -> Result<Rotated, StoreError> {
        let change = rotation
            .change(key, "#refresh = :presented AND #refresh_until > :now")?
            .value(":presented", b(rotation.retired.refresh.as_bytes()))
            .value(":now", n(now.millis()));
        match self.change(change).await? {
            Changed::Done(item) => Ok(Rotated::Done(decode("session", item)?)),
            Changed::Unmet(Some(item)) => Ok(Rotated::NotCurrent(decode("session", item)?)),
            Changed::Unmet(None) => Ok(Rotated::NoSession),
        }
    }

    /// Exchanges the pair of which `access` is the access token: part of a transaction.
    pub(super) fn rotate_by_access(
        &self,
        key: &SessionKey,
        access: &Digest,
        rotation: &Rotation,
    ) -> Result<TransactWriteItem, StoreError> {
        let change = rotation.change(key, "#access = :presented")?;
        Ok(self.changing(change.value(":presented", b(access.as_bytes()))))
    }

    /// Drops the oldest retired tokens of a session that has gathered many, but none retired after
    /// `answered_since`, unless it has rotated since. One write unit, once in several rotations.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn trim_retired(
        &self,
        key: &SessionKey,
        session: &Session,
        answered_since: Time,
    ) -> Result<(), StoreError> {
        if session.retired.len() <= MOST_RETIRED {
            return Ok(());
        }
        // One that is still answered is kept, unless a client rotates as fast as it can.
        let answered = session
            .retired
            .iter()
            .filter(|token| answered_since < token.at);
        let kept = answered.count().clamp(KEPT_RETIRED, BUSY_RETIRED);
        let oldest: Vec<_> = (kept..session.retired.len())
            .map(|place| format!("#retired[{place}]"))
            .collect();
        if oldest.is_empty() {
            return Ok(());
        }
        let change = key.while_current(session, format!("REMOVE {}", oldest.join(", ")));
        self.change_if(change).await
    }

    /// Remembers that a token of the session's current pair was presented, unless it has rotated
    /// since. One write unit, once per rotation.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_used(&self, key: &SessionKey, session: &Session) -> Result<(), StoreError> {
        let change = key.while_current(session, "SET #used = :used");
        self.change_if(change.value(":used", AttributeValue::Bool(true)))
            .await
    }

    /// Ends the live session of which `access` is the access token; `false` where there is none. One
    /// write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn log_out(
        &self,
        key: &SessionKey,
        access: &Digest,
        now: Time,
    ) -> Result<bool, StoreError> {
        let delete = self
            .delete_session(key)
            .condition_expression("#access = :access AND #access_until > :now")
            .expression_attribute_names("#access", "access")
            .expression_attribute_names("#access_until", "access_until")
            .expression_attribute_values(":access", b(access.as_bytes()))
            .expression_attribute_values(":now", n(now.millis()));
        deleted(delete.send().await)
    }

    /// Ends a session whose token has leaked, whichever pair it has by now, but not one of a later
    /// login. One write unit.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_session(
        &self,
        key: &SessionKey,
        session: &Session,
    ) -> Result<bool, StoreError> {
        let delete = self
            .delete_session(key)
            .condition_expression("#id = :id")
            .expression_attribute_names("#id", "id")
            .expression_attribute_values(":id", b(&session.id));
        deleted(delete.send().await)
    }

    fn delete_session(&self, key: &SessionKey) -> DeleteItemFluentBuilder {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.key.clone().into_item()))
            .return_consumed_capacity(CAPACITY)
    }

    /// Ends a session, whatever its pair: part of a transaction.
    pub(super) fn drop_session(&self, key: &SessionKey) -> TransactWriteItem {
        let delete = Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key.key.clone().into_item()))
            .build()
            .expect("a delete with a table and a key is complete");
        TransactWriteItem::builder().delete(delete).build()
    }
}

/// Whether there was something to delete.
fn deleted(
    result: Result<DeleteItemOutput, SdkError<DeleteItemError>>,
) -> Result<bool, StoreError> {
    match result {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            _ => Err(StoreError::failed("DeleteItem", &error)),
        },
    }
}

fn session_item(key: &SessionKey, session: &Session) -> Result<Item, StoreError> {
    let mut item = encode("session", session)?;
    item.extend(key.key.clone().into_item());
    item.insert(EXPIRES_AT.to_owned(), n(session.expires_at()));
    Ok(item)
}

impl Rotation {
    fn change(&self, key: &SessionKey, condition: &str) -> Result<Change, StoreError> {
        let retired = AttributeValue::M(encode("session", &self.retired)?);
        let change = Change::new(
            key.key.clone(),
            "SET #access = :access, #access_until = :access_until, #refresh = :refresh, \
             #refresh_until = :refresh_until, #used = :used, \
             #retired = list_append(:retired, #retired), #expires_at = :expires_at",
            condition,
        );
        Ok(change
            .value(":access", b(self.access.as_bytes()))
            .value(":access_until", n(self.access_until.millis()))
            .value(":refresh", b(self.refresh.as_bytes()))
            .value(":refresh_until", n(self.refresh_until.millis()))
            .value(":used", AttributeValue::Bool(false))
            .value(":retired", AttributeValue::L(vec![retired]))
            .value(":expires_at", n(self.refresh_until.seconds())))
    }
}

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
//! | `opened_at`, `opened_from`, `client` | N, B, S | the login: when, from which network, and what the client called itself |
//! | `cursor_all`, `cursor_recent`, `cursor_older` | M | which entries of the ledger are being read, see [`PageCursor`](crate::domain::page_cursor::PageCursor) |
//! | `expires_at` | N | TTL |

use aws_sdk_dynamodb::types::AttributeValue;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::store::{
    StoreError,
    dynamodb::{
        item::{b, encode, n},
        update::ConditionalUpdate,
    },
    key::Key,
};
use crate::{
    base::{clock::Time, digest::Digest},
    config::Config,
    domain::{
        client::Client,
        client_address::Network,
        page_cursor::PageCursors,
        token::{Slot, Token},
    },
};

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
    /// The login: it is kept through rotations.
    #[serde(flatten)]
    pub opening: Opening,
    /// Which entries of the ledger are being read.
    #[serde(flatten)]
    pub cursors: PageCursors,
}

/// The login that opened a session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    #[serde(rename = "opened_at")]
    pub at: Time,
    /// From which network.
    #[serde(rename = "opened_from")]
    pub from: Network,
    /// What the client called itself.
    #[serde(rename = "client", skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl Opening {
    /// A login at this moment by `client`.
    #[must_use]
    pub fn new(at: Time, client: &Client) -> Self {
        Self {
            at,
            from: client.address.network(),
            agent: client.agent.clone(),
        }
    }
}

impl Session {
    /// The second, TTL's own unit, after which the session is of no use to anybody.
    pub(in crate::store) fn expires_at(&self) -> i64 {
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
    /// From which network.
    #[serde(rename = "n")]
    pub from: Network,
}

/// Where a token's session lies, and under which name its visits are counted.
#[derive(Clone, Debug)]
pub struct SessionKey {
    pub(in crate::store) key: Key,
    pub(in crate::store) visits: String,
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
            Slot::Group(number) => {
                let group = config.groups.name(number)?;
                (format!("session#{group}"), format!("visit_group_{group}"))
            }
        };
        let key = Key::new(Key::member(token.member).pk, &sk);
        Some(Self { key, visits })
    }

    /// A change of the session, unless its pair is another by now.
    pub(in crate::store) fn while_current(
        &self,
        session: &Session,
        update: impl Into<String>,
    ) -> ConditionalUpdate {
        let change = ConditionalUpdate::new(self.key.clone(), update, "#access = :access");
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
    /// The token presented is not the current one, or has expired, or the session has lived for too
    /// long: the session as it is.
    NotCurrent(Session),
    /// There is no such session.
    NoSession,
}

impl Rotation {
    pub(in crate::store) fn change(
        &self,
        key: &SessionKey,
        condition: &str,
    ) -> Result<ConditionalUpdate, StoreError> {
        let retired = AttributeValue::M(encode("session", &self.retired)?);
        let change = ConditionalUpdate::new(
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

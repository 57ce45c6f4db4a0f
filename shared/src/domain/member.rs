//! The member: what both families show of it, each in its own words.

use std::{collections::BTreeMap, num::NonZeroU64};

use serde::{Deserialize, Serialize};

use crate::{
    base::{clock::Time, random::Random},
    domain::{
        actor::Actor,
        identifier::{Email, Identifier, Mobile, Username},
        password::PasswordHash,
        points::Points,
    },
};

/// A member's number: positive and below 2^53, so that JavaScript holds it exactly. Random, so
/// that no counter is shared and nobody can tell from it how many members there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MemberId(NonZeroU64);

impl MemberId {
    /// Takes a number; `None` outside 1..2^53.
    #[must_use]
    pub const fn new(number: u64) -> Option<Self> {
        if number >= 1 << 53 {
            return None;
        }
        match NonZeroU64::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Draws a number. Whether it is free is a condition of the write that uses it.
    #[must_use]
    pub fn random(random: &Random) -> Self {
        loop {
            if let Some(id) = Self::new(u64::from_be_bytes(random.bytes()) >> 11) {
                return id;
            }
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

/// What a member says of their sex.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
    /// 保密
    #[default]
    Undefined,
}

/// How a member registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registered {
    /// With a user name.
    Username,
    /// With an e-mail address.
    Email,
    /// With a mobile number and a code.
    Mobile,
}

/// Whether a member may log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// The member may. It is not stored: an item that says a status is of a member who may not.
    #[default]
    Active,
}

impl Status {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
    fn is_active(&self) -> bool {
        *self == Self::Active
    }
}

/// What a member may change about themselves.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// RageFrame's `nickname`, Youhaosuda's `name`; at most 50 characters.
    pub nickname: Option<String>,
    /// An http(s) URL of at most 500 characters.
    pub head_portrait: Option<String>,
    /// At most 50 characters.
    pub real_name: Option<String>,
    /// 保密 unless said.
    pub sex: Sex,
    /// `YYYY-MM-DD`, see [`date`](crate::domain::date).
    pub birthday: Option<String>,
    /// The resident identity card's number, which is never shown whole.
    pub identity_card: Option<String>,
    /// Where the shop writes to.
    pub notify_email: Option<String>,
    /// Where the shop calls.
    pub notify_phone: Option<String>,
    /// A JSON object of the theme's own, as text.
    pub metas: Option<String>,
}

/// A member, as stored under `member#<id>` / `member`:
///
/// | attribute | type | what |
/// | --- | --- | --- |
/// | `id` | N | [`MemberId`] |
/// | `username`, `email`, `mobile` | S | the names to log in by, each with a login record of its own |
/// | `registered` | S | [`Registered`] |
/// | `password` | S | [`PasswordHash`], of which the login records hold copies; absent where the member has none |
/// | `status` | S | [`Status`]; absent where it is active |
/// | `generation` | N | quoted by every session; raising it ends them all |
/// | `created_at`, `updated_at`, `last_time` | N | [`Time`] |
/// | `changed_by` | S | the [`Actor`] who made the member, or changed its profile, password or sessions last |
/// | `visit_count`, `last_ip` | N, S | visits, and the last one's address |
/// | `visit_<slot>` | B | which session's visit was counted last, so that none counts twice |
/// | `networks` | M | networks that the member has logged in from, by their tags, and the day of the last login |
/// | `profile` | M | [`Profile`] |
/// | `points` | M | [`Points`], kept by the ledger |
#[derive(Clone, Serialize, Deserialize)]
pub struct Member {
    /// The member's number.
    pub id: MemberId,
    /// Logs in by this user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// Logs in by this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Logs in by this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile: Option<Mobile>,
    /// How the member registered.
    pub registered: Registered,
    /// The password's hash; a member may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordHash>,
    /// Whether the member may log in.
    #[serde(default, skip_serializing_if = "Status::is_active")]
    pub status: Status,
    /// Raised to end all sessions.
    pub generation: u64,
    /// When the member registered.
    pub created_at: Time,
    /// When anything the member sees last changed.
    pub updated_at: Time,
    /// Who made the member, or changed anything but points and visits last.
    pub changed_by: Actor,
    /// When the member last logged in or refreshed; when it was made, if it never did.
    pub last_time: Time,
    /// From where; empty if it never did.
    pub last_ip: String,
    /// How often.
    pub visit_count: u64,
    /// The networks that the member has logged in from, and the day of the last login from each.
    #[serde(default)]
    pub networks: BTreeMap<String, i64>,
    /// What the member may change.
    pub profile: Profile,
    /// What the member's ledger adds up to.
    #[serde(default)]
    pub points: Points,
}

impl Member {
    /// A new member who has these identifiers and has not been here yet. The first of them says how
    /// it was registered; of each kind there is one at most, the last. The shop
    /// reaches the member where they are registered.
    #[must_use]
    pub fn new(
        id: MemberId,
        identifiers: &[Identifier],
        password: Option<PasswordHash>,
        now: Time,
        actor: Actor,
    ) -> Self {
        let (mut username, mut email, mut mobile) = (None, None, None);
        let mut profile = Profile::default();
        for identifier in identifiers {
            match identifier {
                Identifier::Email(address) => {
                    profile.notify_email = Some(address.as_str().to_owned());
                    email = Some(address.clone());
                }
                Identifier::Mobile(number) => {
                    profile.notify_phone = Some(number.as_str().to_owned());
                    mobile = Some(number.clone());
                }
                Identifier::Username(name) => username = Some(name.clone()),
            }
        }
        let registered = match identifiers.first() {
            Some(Identifier::Email(_)) => Registered::Email,
            Some(Identifier::Mobile(_)) => Registered::Mobile,
            Some(Identifier::Username(_)) | None => Registered::Username,
        };
        Self {
            id,
            username,
            email,
            mobile,
            registered,
            password,
            status: Status::Active,
            generation: 0,
            created_at: now,
            updated_at: now,
            changed_by: actor,
            last_time: now,
            last_ip: String::new(),
            visit_count: 0,
            networks: BTreeMap::new(),
            profile,
            points: Points::default(),
        }
    }

    /// The same member, who is here from `ip`.
    #[must_use]
    pub fn visiting_from(mut self, ip: String) -> Self {
        self.last_ip = ip;
        self.visit_count += 1;
        self
    }

    /// Every name the member logs in by.
    pub fn logins(&self) -> impl Iterator<Item = Identifier> {
        let username = self.username.clone().map(Identifier::from);
        let email = self.email.clone().map(Identifier::from);
        let mobile = self.mobile.clone().map(Identifier::from);
        [username, email, mobile].into_iter().flatten()
    }

    /// The name to show where a client expects a user name.
    #[must_use]
    pub fn login_name(&self) -> &str {
        let username = self.username.as_ref().map(Username::as_str);
        let email = self.email.as_ref().map(Email::as_str);
        let mobile = self.mobile.as_ref().map(Mobile::as_str);
        username.or(email).or(mobile).unwrap_or_default()
    }

    /// The name to address the member by: the one chosen, else the one to log in by.
    #[must_use]
    pub fn display_name(&self) -> &str {
        let nickname = self.profile.nickname.as_deref();
        nickname.unwrap_or_else(|| self.login_name())
    }
}

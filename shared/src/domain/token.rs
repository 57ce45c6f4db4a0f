//! Access and refresh tokens: 24 bytes as 32 characters of base64url, `_`, the Unix second of issue.
//!
//! | bits | what |
//! | --- | --- |
//! | 53 | the member's id |
//! | 10 | where the session lives: 0 a browser, else the number of a group |
//! | 1 | 1 in a refresh token |
//! | 128 | random, or derived from the token before under a key of the service |
//!
//! So a token leads to its session by key. Only the SHA-256 of the whole text is stored.

use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::hmac;

use crate::{
    base::{clock::Time, digest::Digest, random::Random, secret_key::SecretKey},
    domain::member::MemberId,
};

const ENCODED: usize = 32;
const HEADER: usize = 8;
const ID_SHIFT: u32 = 11;
const SLOT: u64 = 0x3ff;

/// Where a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A browser: every login is a session of its own.
    Browser,
    /// A RageFrame group, by its number from 1 to [`Slot::MOST_GROUPS`]: one session per member.
    Group(u16),
}

impl Slot {
    /// The highest number of a group.
    pub const MOST_GROUPS: u16 = 1023;

    const fn number(self) -> u16 {
        match self {
            Self::Browser => 0,
            Self::Group(number) => number,
        }
    }
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Sent with each request.
    Access,
    /// Exchanged for a new pair.
    Refresh,
}

/// The key that the next pair of a session is derived under. Without it, neither an old token nor
/// the table leads to a newer token.
#[derive(Clone, Debug)]
pub struct TokenKey(SecretKey);

impl TokenKey {
    /// The key that follows from the service's own.
    #[must_use]
    pub fn derived_from(service_key: &SecretKey) -> Self {
        Self(service_key.derive("tokens"))
    }

    /// The secret that follows from `presented` under `seed`.
    fn next_secret(&self, presented: Secret, seed: &[u8; 16]) -> Secret {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        Secret::cut(&hmac::sign(&key, &[presented.0, *seed].concat()))
    }
}

/// The random part of a token. It does not print itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; 16]);

impl Secret {
    fn random(random: &Random) -> Self {
        Self(random.bytes())
    }

    fn cut(tag: &hmac::Tag) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&tag.as_ref()[..16]);
        Self(bytes)
    }

    /// The secret of the access token that belongs to this refresh token's. It does not lead back.
    fn of_access_token(self) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        Self::cut(&hmac::sign(&key, b"access token"))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A well-formed token; whether it is a good one, only its session can tell.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Whose session it belongs to.
    pub member: MemberId,
    /// Where that session lives.
    pub slot: Slot,
    /// What it is for.
    pub purpose: Purpose,
    secret: Secret,
    issued: i64,
}

impl Token {
    /// Reads a token; `None` where the text cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (encoded, rest) = text.split_at_checked(ENCODED)?;
        let digits = rest.strip_prefix('_')?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if digits.is_empty() || digits.len() > 11 || !plain {
            return None;
        }
        let mut bytes = [0; HEADER + 16];
        let length = BASE64_URL_SAFE_NO_PAD
            .decode_slice(encoded, &mut bytes)
            .ok()?;
        if length != bytes.len() {
            return None;
        }
        let (header, secret) = bytes.split_first_chunk::<HEADER>()?;
        let header = u64::from_be_bytes(*header);
        let slot = match u16::try_from((header >> 1) & SLOT).ok()? {
            0 => Slot::Browser,
            number => Slot::Group(number),
        };
        Some(Self {
            member: MemberId::new(header >> ID_SHIFT)?,
            slot,
            purpose: if header & 1 == 0 {
                Purpose::Access
            } else {
                Purpose::Refresh
            },
            secret: Secret(secret.try_into().ok()?),
            issued: digits.parse().ok()?,
        })
    }

    /// Makes an access token for a browser.
    #[must_use]
    pub fn for_browser(member: MemberId, random: &Random, now: Time) -> Self {
        Self {
            member,
            slot: Slot::Browser,
            purpose: Purpose::Access,
            secret: Secret::random(random),
            issued: now.seconds(),
        }
    }

    /// The text the client holds.
    #[must_use]
    pub fn text(&self) -> String {
        let refresh = u64::from(self.purpose == Purpose::Refresh);
        let header = self.member.get() << ID_SHIFT | u64::from(self.slot.number()) << 1 | refresh;
        let mut bytes = [0; HEADER + 16];
        bytes[..HEADER].copy_from_slice(&header.to_be_bytes());
        bytes[HEADER..].copy_from_slice(&self.secret.0);
        let mut text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        text.push('_');
        text.push_str(&self.issued.to_string());
        text
    }

    /// What is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text().as_bytes())
    }

    /// When it says it was issued. Only a token found in its session says so truly.
    #[must_use]
    pub const fn issued(&self) -> Time {
        Time::from_seconds(self.issued)
    }

    /// The random part of the access token of this token's pair.
    fn access_secret(&self) -> Secret {
        match self.purpose {
            Purpose::Access => self.secret,
            Purpose::Refresh => self.secret.of_access_token(),
        }
    }
}

/// An access token and the refresh token it belongs to. The access token's secret is derived from
/// the refresh token's, so that either of a pair leads, under the key, to the pair that follows.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The access token.
    pub access: Token,
    /// The refresh token.
    pub refresh: Token,
}

impl Pair {
    /// A first pair, for a login.
    #[must_use]
    pub fn fresh(member: MemberId, slot: Slot, random: &Random, now: Time) -> Self {
        Self::with(member, slot, Secret::random(random), now)
    }

    /// The pair that follows the one `token` belongs to, under `key` and `seed`: the same for the
    /// same four, so that a repeated refresh is answered alike though no token is stored.
    #[must_use]
    pub fn after(key: &TokenKey, token: &Token, seed: &[u8; 16], at: Time) -> Self {
        let secret = key.next_secret(token.access_secret(), seed);
        Self::with(token.member, token.slot, secret, at)
    }

    fn with(member: MemberId, slot: Slot, secret: Secret, at: Time) -> Self {
        let refresh = Token {
            member,
            slot,
            purpose: Purpose::Refresh,
            secret,
            issued: at.seconds(),
        };
        let access = Token {
            purpose: Purpose::Access,
            secret: refresh.access_secret(),
            ..refresh
        };
        Self { access, refresh }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: Slot = Slot::Group(Slot::MOST_GROUPS);

    fn pair() -> Pair {
        let member = MemberId::new((1 << 53) - 1).unwrap();
        let now = Time::from_seconds(1_527_339_048);
        Pair::fresh(member, MOST, &Random::seeded(7), now)
    }

    fn key(seed: u64) -> TokenKey {
        TokenKey::derived_from(&SecretKey::random(&Random::seeded(seed)))
    }

    #[test]
    fn a_token_looks_as_documented_and_reads_back() {
        let refresh = pair().refresh;
        let text = refresh.text();
        assert_eq!(
            text.len(),
            "1V1XLG8DQkROK6g-Rh5k17hZuZHQVZB9_1527339048".len()
        );
        assert!(text.ends_with("_1527339048"));
        let read = Token::parse(&text).unwrap();
        assert_eq!(read.member, refresh.member);
        assert_eq!(read.slot, MOST);
        assert_eq!(read.purpose, Purpose::Refresh);
        assert_eq!(read.digest(), refresh.digest());
    }

    #[test]
    fn either_token_of_a_pair_leads_to_the_same_successor() {
        let (pair, key) = (pair(), key(1));
        let at = Time::from_seconds(1_527_339_061);
        let by_refresh = Pair::after(&key, &pair.refresh, &[1; 16], at);
        let by_access = Pair::after(&key, &pair.access, &[1; 16], at);
        assert_eq!(by_refresh.refresh.text(), by_access.refresh.text());
        assert_eq!(by_refresh.access.text(), by_access.access.text());
        let other_seed = Pair::after(&key, &pair.access, &[2; 16], at);
        assert_ne!(other_seed.access.text(), by_access.access.text());
    }

    #[test]
    fn another_key_leads_to_another_successor() {
        let (pair, at) = (pair(), Time::from_seconds(1_527_339_061));
        let [one, other] = [key(1), key(2)];
        let one = Pair::after(&one, &pair.access, &[1; 16], at);
        let other = Pair::after(&other, &pair.access, &[1; 16], at);
        assert_ne!(one.access.text(), other.access.text());
        assert_ne!(one.refresh.text(), other.refresh.text());
    }

    #[test]
    fn what_cannot_be_a_token_is_none() {
        let good = pair().access.text();
        for text in [
            "",
            "_",
            "abc_1",
            &good[..32],
            &good[..33],
            &format!("{good}x"),
            &format!("{good}999999"),
            &good.replace('_', "-"),
            &format!("{}_1", "A".repeat(32)),
            &format!("{}_1", "=".repeat(32)),
            "会会会会会会会会会会会_1",
        ] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}

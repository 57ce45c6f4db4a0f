//! A captcha's id: what the captcha says and until when, encrypted, so that nothing has to be kept
//! of one that nobody answers. 48 bytes as 64 characters of base64url:
//!
//! | bytes | what |
//! | --- | --- |
//! | 0–11 | the nonce, random |
//! | 12–16 | the value |
//! | 17–23 | how the picture looks, random |
//! | 24–31 | until when, Unix milliseconds |
//! | 32–47 | AES-256-GCM's tag |
//!
//! Random nonces are safe for 2^32 ids under one key (NIST SP 800-38D, 8.3): at 100 a second, for
//! more than a year; a new key voids the captchas of the last five minutes and nothing else.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use shared::base::{clock::Time, random::Random, secret_key::SecretKey};

use crate::captcha::{ALPHABET, LENGTH};

const LOOK: usize = 7;

/// What is sealed under the key is a captcha and nothing else.
const PURPOSE: &[u8] = b"captcha";

/// A captcha.
pub(super) struct Challenge {
    /// What it says.
    pub value: [u8; LENGTH],
    /// How the picture looks. Sealed too: whoever knew it could undo the distortion.
    pub look: [u8; LOOK],
    /// Until when it can be answered.
    pub until: Time,
}

impl Challenge {
    /// Draws a captcha.
    pub(super) fn random(random: &Random, until: Time) -> Self {
        // 64 bits, of which 20 are used.
        let mut rest = u64::from_be_bytes(random.bytes());
        let value = [(); LENGTH].map(|()| {
            let place = rest % ALPHABET.len() as u64;
            rest /= ALPHABET.len() as u64;
            ALPHABET[usize::try_from(place).unwrap_or_default()]
        });
        let look = random.bytes();
        Self { value, look, until }
    }

    fn bytes(&self) -> Vec<u8> {
        let until = self.until.millis().to_be_bytes();
        [&self.value[..], &self.look, &until].concat()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (value, bytes) = bytes.split_first_chunk()?;
        let (look, bytes) = bytes.split_first_chunk()?;
        let until = i64::from_be_bytes(bytes.try_into().ok()?);
        Some(Self {
            value: *value,
            look: *look,
            until: Time::from_millis(until),
        })
    }
}

/// The key that captchas are sealed under.
pub(super) struct Seal(LessSafeKey);

impl Seal {
    pub(super) fn new(key: &SecretKey) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key.as_bytes());
        Self(LessSafeKey::new(key.expect("AES-256 takes 32 bytes")))
    }

    /// The id of a captcha.
    pub(super) fn close(&self, challenge: &Challenge, random: &Random) -> String {
        let nonce: [u8; NONCE_LEN] = random.bytes();
        let mut sealed = challenge.bytes();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(PURPOSE),
                &mut sealed,
            )
            .expect("twenty bytes are not too many");
        BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
    }

    /// The captcha of an id; `None` for what was not sealed under this key.
    pub(super) fn open(&self, id: &str) -> Option<Challenge> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut sealed = sealed.to_vec();
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(PURPOSE), &mut sealed)
            .ok()?;
        Challenge::read(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(text: &str) -> Seal {
        Seal::new(&text.repeat(32).parse().unwrap())
    }

    #[test]
    fn an_id_holds_its_captcha_under_its_key_alone() {
        let random = Random::seeded(1);
        let until = Time::from_millis(1_907_726_400_123);
        let challenge = Challenge::random(&random, until);
        let id = seal("0a").close(&challenge, &random);
        assert_eq!(id.len(), 64);
        let opened = seal("0a").open(&id).unwrap();
        assert_eq!(opened.bytes(), challenge.bytes());
        assert_eq!(opened.until, until);
        assert!(seal("0b").open(&id).is_none());
    }

    #[test]
    fn an_id_that_was_tampered_with_is_none() {
        let random = Random::seeded(2);
        let challenge = Challenge::random(&random, Time::from_seconds(0));
        let id = seal("0a").close(&challenge, &random);
        for place in 0..id.len() {
            let mut bytes = id.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(bytes).unwrap();
            assert!(seal("0a").open(&tampered).is_none(), "{place}");
        }
        for rubbish in [
            "",
            "A",
            &id[..63],
            &format!("{id}A"),
            &format!("{id}="),
            "验证码",
        ] {
            assert!(seal("0a").open(rubbish).is_none(), "{rubbish}");
        }
    }

    #[test]
    fn every_character_is_drawn_and_no_other() {
        let random = Random::seeded(3);
        let mut counts = [0; 256];
        for _ in 0..2000 {
            for byte in Challenge::random(&random, Time::from_seconds(0)).value {
                counts[usize::from(byte)] += 1;
            }
        }
        for byte in 0..=u8::MAX {
            let drawn = counts[usize::from(byte)];
            // 625 each, give or take.
            assert_eq!(
                (525..725).contains(&drawn),
                ALPHABET.contains(&byte),
                "{byte} {drawn}"
            );
            assert!(drawn == 0 || ALPHABET.contains(&byte));
        }
    }
}

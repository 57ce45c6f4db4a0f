//! Keys of the service's own, given as settings.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use ring::hmac;

use crate::base::random::Random;

/// 32 secret bytes, written as base64 or hexadecimal. They do not print themselves.
#[derive(Clone)]
pub struct SecretKey([u8; 32]);

/// A text is no [`SecretKey`].
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not 32 bytes as base64 or hexadecimal")]
pub struct InvalidKey;

impl SecretKey {
    /// Draws a key.
    #[must_use]
    pub fn random(random: &Random) -> Self {
        Self(random.bytes())
    }

    /// The key that follows from this one for a purpose (HMAC-SHA256). It does not lead back, nor to
    /// the key of another purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, purpose.as_bytes()).as_ref());
        Self(bytes)
    }

    /// The key's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for SecretKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let bytes = if text.len() == 64 {
            from_hexadecimal(text)
        } else {
            let text = text
                .trim_end_matches('=')
                .replace('-', "+")
                .replace('_', "/");
            BASE64_STANDARD_NO_PAD.decode(text).ok()
        };
        let key = bytes.and_then(|bytes| bytes.try_into().ok());
        key.map(Self).ok_or(InvalidKey)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Option<Vec<u32>> = text.as_bytes().iter().map(digit).collect();
    let pairs = digits?;
    let pairs = pairs
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]));
    pairs.collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_base64_or_hexadecimal() {
        let bytes: [u8; 32] = std::array::from_fn(|place| u8::try_from(255 - 8 * place).unwrap());
        for good in [
            "fff7efe7dfd7cfc7bfb7afa79f978f877f776f675f574f473f372f271f170f07",
            "FFF7EFE7DFD7CFC7BFB7AFA79F978F877F776F675F574F473F372F271F170F07",
            "//fv59/Xz8e/t6+nn5ePh393b2dfV09HPzcvJx8XDwc=",
            "__fv59_Xz8e_t6-nn5ePh393b2dfV09HPzcvJx8XDwc",
        ] {
            let key: SecretKey = good.parse().unwrap();
            assert_eq!(*key.as_bytes(), bytes, "{good}");
            assert_eq!(format!("{key:?}"), "SecretKey(…)");
        }
        for bad in [
            "",
            "secret",
            "fff7",
            &"g".repeat(64),
            &"A".repeat(44),
            &"会".repeat(22),
        ] {
            assert!(bad.parse::<SecretKey>().is_err(), "{bad}");
        }
    }
}

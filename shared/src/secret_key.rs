//! Keys of the service's own, given as settings.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

use crate::random::Random;

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

//! The token of a reset link: the digest of the mailbox that it was sent to, by which its item is
//! found, and 192 random bits, as base64url.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::base::{digest::Digest, random::Random};

/// How long the digest of a mailbox is.
const MAILBOX: usize = 22;
const RANDOM: usize = 32;

/// A token. It does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct ResetToken(String);

/// Not a token.
#[derive(Clone, Copy, Debug)]
pub struct InvalidToken;

impl ResetToken {
    /// Draws a token for a mailbox, by its digest.
    #[must_use]
    pub fn new(mailbox: &str, random: &Random) -> Self {
        let secret: [u8; 24] = random.bytes();
        Self(mailbox.to_owned() + &BASE64_URL_SAFE_NO_PAD.encode(secret))
    }

    /// The text in the link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest of the mailbox that it is for.
    #[must_use]
    pub fn mailbox(&self) -> &str {
        &self.0[..MAILBOX]
    }

    /// All that is stored of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl FromStr for ResetToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        let good = text.len() == MAILBOX + RANDOM && text.bytes().all(known);
        good.then(|| Self(text.to_owned())).ok_or(InvalidToken)
    }
}

impl fmt::Debug for ResetToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResetToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_leads_to_its_mailbox() {
        let mailbox = "x".repeat(22);
        let token = ResetToken::new(&mailbox, &Random::seeded(1));
        assert_eq!(token.mailbox(), mailbox);
        assert_eq!(
            token.as_str().parse::<ResetToken>().unwrap().digest(),
            token.digest()
        );
        for bad in ["", "x", &"x".repeat(53), &format!("{}%", "x".repeat(53))] {
            assert!(bad.parse::<ResetToken>().is_err(), "{bad}");
        }
    }
}

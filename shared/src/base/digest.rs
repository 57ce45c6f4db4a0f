//! SHA-256 digests of secrets: all that is ever stored of a token, or, keyed, of a code.

use std::fmt;

use ring::{digest, hmac};
use serde::{Deserialize, Serialize};

use crate::base::secret_key::SecretKey;

/// A SHA-256 digest, stored as binary. Equality takes the same time whatever differs.
#[derive(Clone, Copy, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(#[serde(with = "serde_bytes")] [u8; 32]);

impl Digest {
    /// Digests `secret`.
    #[must_use]
    pub fn of(secret: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest::digest(&digest::SHA256, secret).as_ref());
        Self(bytes)
    }

    /// Digests `secret` under `key` (HMAC): a secret that could be found by trying all of them stays
    /// hidden from whoever reads the table.
    #[must_use]
    pub fn keyed(key: &SecretKey, secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key, secret).as_ref());
        Self(bytes)
    }

    /// The digest's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// Compares two byte strings in constant time: `ring` promises that for checking a MAC, so each is
/// turned into the key of one.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, a), &[]);
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, b), &[], tag.as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_equal_where_their_secrets_are() {
        assert_eq!(Digest::of(b"secret"), Digest::of(b"secret"));
        assert_ne!(Digest::of(b"secret"), Digest::of(b"Secret"));
    }

    #[test]
    fn a_digest_does_not_print_itself() {
        assert_eq!(format!("{:?}", Digest::of(b"secret")), "Digest(…)");
    }
}

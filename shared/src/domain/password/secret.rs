//! A password, its stored hash, and what a comparison of the two finds.

use std::fmt;

use argon2::password_hash::{self, phc};
use serde::{Deserialize, Serialize};

use super::common;
use crate::domain::identifier::IdentifierKey;

/// A password as it was typed: never trimmed, never changed, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub(super) String);

impl Password {
    /// What is tried at a login: any text.
    #[must_use]
    pub fn attempt(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A new password: 6–255 characters; `None` for another length.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        (6..=255)
            .contains(&text.chars().count())
            .then(|| Self(text.to_owned()))
    }

    /// Whether the password is among the first that a guesser tries at an account: one of those that are
    /// used most, or one of the account's own `names` in any spelling.
    #[must_use]
    pub fn is_weak(&self, names: &[IdentifierKey]) -> bool {
        names.contains(&IdentifierKey::typed(&self.0)) || common::is_common(&self.0)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A stored hash: a PHC string of Argon2id, or bcrypt's own form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub(super) String);

impl PasswordHash {
    /// Takes over a hash made elsewhere: PHC of Argon2, or bcrypt (`$2y$`, `$2b$`, `$2a$`).
    #[must_use]
    pub fn imported(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another password.
    Wrong,
    /// The password.
    Right,
    /// The password, all of which was compared, under a hash weaker than today's: to be replaced.
    RightButWeak,
}

/// Why a password could not be hashed or compared: a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The hash function refused, or a stored hash cannot be read.
    #[error("the password hash cannot be computed")]
    Argon2(#[source] password_hash::Error),
    /// The stored bcrypt hash cannot be read.
    #[error("the stored bcrypt hash cannot be read")]
    Bcrypt(#[source] bcrypt::BcryptError),
    /// The thread that hashes died.
    #[error("hashing was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}

impl From<phc::Error> for HashError {
    fn from(error: phc::Error) -> Self {
        Self::Argon2(error.into())
    }
}

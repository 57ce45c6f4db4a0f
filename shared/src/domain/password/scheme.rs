//! The ways in which stored hashes were made.

use super::{HashError, Password, PasswordHash, Verdict, argon2id};

/// bcrypt reads no more bytes of a password.
const BCRYPT_BYTES: usize = 72;

/// A way to hash passwords, told by how its hashes begin.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scheme {
    /// Argon2 of any kind, as a PHC string.
    Argon2,
    /// bcrypt as PHP writes it, which RageFrame does.
    Bcrypt,
}

impl Scheme {
    pub(super) fn of(stored: &PasswordHash) -> Self {
        let bcrypt = ["$2y$", "$2b$", "$2a$"];
        if bcrypt.iter().any(|prefix| stored.0.starts_with(prefix)) {
            Self::Bcrypt
        } else {
            Self::Argon2
        }
    }

    /// Whether the scheme compares the whole of `password`. Where it does not, what was typed may be more
    /// than the password or another, and a new hash of it could lock the member out.
    pub(super) fn reads_all_of(self, password: &Password) -> bool {
        let bytes = password.0.as_bytes();
        match self {
            Self::Argon2 => true,
            Self::Bcrypt => bytes.len() <= BCRYPT_BYTES && !bytes.contains(&0),
        }
    }

    /// Compares `password` as the scheme does.
    pub(super) fn verify(
        self,
        password: &Password,
        stored: &PasswordHash,
    ) -> Result<Verdict, HashError> {
        match self {
            Self::Argon2 => argon2id::verify(password.0.as_bytes(), &stored.0),
            Self::Bcrypt => {
                // PHP ends a password at its first NUL.
                let end = password.0.find('\0').unwrap_or(password.0.len());
                match bcrypt::verify(&password.0[..end], &stored.0) {
                    Ok(true) => Ok(Verdict::RightButWeak),
                    Ok(false) => Ok(Verdict::Wrong),
                    Err(error) => Err(HashError::Bcrypt(error)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_says_what_it_does_not_read() {
        let long = "x".repeat(73);
        for (password, all) in [
            ("123456", true),
            (&long[1..], true),
            (&long, false),
            ("123\u{0}456", false),
        ] {
            let password = Password::attempt(password);
            assert_eq!(Scheme::Bcrypt.reads_all_of(&password), all);
            assert!(Scheme::Argon2.reads_all_of(&password));
        }
    }
}

//! Passwords and their hashes: Argon2id as PHC strings. A bcrypt hash brought from RageFrame is
//! accepted.

mod argon2id;
mod common;
mod scheme;
mod secret;

pub use secret::{HashError, Password, PasswordHash, Verdict};

use std::{num::NonZero, sync::LazyLock};

use tokio::sync::Semaphore;

use crate::base::random::Random;
use scheme::Scheme;

/// Hashes `password` off the async threads.
///
/// # Errors
/// [`HashError`]: a fault of ours.
pub async fn hash(password: Password, random: &Random) -> Result<PasswordHash, HashError> {
    let salt: [u8; 16] = random.bytes();
    apart(move || {
        let hash = argon2id::hash(password.0.as_bytes(), &salt);
        Ok(PasswordHash(hash.map_err(HashError::Argon2)?))
    })
    .await
}

/// Compares `password` with what is stored, off the async threads. Without a stored hash it takes
/// as long as with one of today's, and finds the password wrong.
///
/// # Errors
/// [`HashError`]: a fault of ours.
pub async fn verify(
    password: Password,
    stored: Option<PasswordHash>,
) -> Result<Verdict, HashError> {
    apart(move || match stored {
        Some(stored) => compare(&password, &stored),
        None => argon2id::verify(password.0.as_bytes(), argon2id::DECOY).map(|_| Verdict::Wrong),
    })
    .await
}

/// Compares a password with a stored hash. A weak hash stays where it is not sure that what was typed is
/// the password and nothing more.
fn compare(password: &Password, stored: &PasswordHash) -> Result<Verdict, HashError> {
    let scheme = Scheme::of(stored);
    Ok(match scheme.verify(password, stored)? {
        Verdict::RightButWeak if !scheme.reads_all_of(password) => Verdict::Right,
        verdict @ (Verdict::Wrong | Verdict::Right | Verdict::RightButWeak) => verdict,
    })
}

/// One hash for each core at a time: more would not be faster, and each takes 19 MiB.
static CORES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(cores)
});

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, HashError> {
    // The semaphore is never closed; were it, hashing would only be less even.
    let _core = CORES.acquire().await.ok();
    tokio::task::spawn_blocking(work)
        .await
        .map_err(HashError::Interrupted)?
}

#[cfg(test)]
mod tests {
    use argon2::{Argon2, Params, PasswordHasher};

    use super::*;
    use crate::domain::identifier::IdentifierKey;

    async fn verdict(password: &str, stored: Option<&str>) -> Verdict {
        let stored = stored.map(PasswordHash::imported);
        verify(Password::attempt(password), stored).await.unwrap()
    }

    #[tokio::test]
    async fn a_hash_has_todays_parameters_and_knows_its_password() {
        let password = Password::new("  密码 123 ").unwrap();
        let hash = hash(password, &Random::seeded(1)).await.unwrap();
        assert!(
            hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hash.0
        );
        assert_eq!(verdict("  密码 123 ", Some(&hash.0)).await, Verdict::Right);
        assert_eq!(verdict("密码 123", Some(&hash.0)).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn an_unknown_accounts_password_is_wrong() {
        assert_eq!(verdict("123456", None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn weaker_hashes_are_accepted_and_marked() {
        // php > echo password_hash('123456', PASSWORD_BCRYPT, ['cost' => 4]), by the same algorithm.
        let salt = *b"sixteen salt by.";
        let parts = bcrypt::hash_with_salt("123456", 4, salt).unwrap();
        let bcrypt = parts.format_for_version(bcrypt::Version::TwoY);
        assert!(bcrypt.starts_with("$2y$04$"));
        assert_eq!(
            verdict("123456", Some(&bcrypt)).await,
            Verdict::RightButWeak
        );
        assert_eq!(verdict("1234567", Some(&bcrypt)).await, Verdict::Wrong);

        let weak = Argon2::from(Params::new(1024, 1, 1, None).unwrap())
            .hash_password_with_salt(b"123456", &salt)
            .unwrap()
            .to_string();
        assert_eq!(verdict("123456", Some(&weak)).await, Verdict::RightButWeak);
    }

    #[tokio::test]
    async fn a_weak_hash_stays_where_it_was_not_compared_with_all_that_was_typed() {
        let bcrypt = |password: &str| {
            let parts = bcrypt::hash_with_salt(password, 4, *b"sixteen salt by.").unwrap();
            parts.format_for_version(bcrypt::Version::TwoY)
        };
        let long = "x".repeat(72);
        for (stored, typed, expected) in [
            (long.as_str(), long.clone(), Verdict::RightButWeak),
            (&long, format!("{long}y"), Verdict::Right),
            ("123456", "123456\u{0}789".to_owned(), Verdict::Right),
            ("123456", "12345\0".to_owned(), Verdict::Wrong),
        ] {
            assert_eq!(
                verdict(&typed, Some(&bcrypt(stored))).await,
                expected,
                "{typed:?}"
            );
        }
    }

    #[test]
    fn a_password_that_is_guessed_first_is_weak() {
        let names = ["YhsdUser", "u@例子.中国", "13800138000"].map(IdentifierKey::typed);
        let weak =
            "yhsduser ＹｈｓｄＵｓｅｒ U@xn--fsqu00a.xn--fiqs8s +8613800138000 5201314 A123456";
        for weak in weak.split(' ') {
            assert!(Password::attempt(weak).is_weak(&names), "{weak}");
        }
        for strong in ["yhsduser-482915", "13800138001", "482915"] {
            assert!(!Password::attempt(strong).is_weak(&names), "{strong}");
        }
    }

    #[test]
    fn new_passwords_have_6_to_255_characters_of_any_kind() {
        assert!(Password::new("12345").is_none() && Password::new(&"密".repeat(256)).is_none());
        assert!(Password::new("      ").is_some() && Password::new(&"密".repeat(255)).is_some());
        assert_eq!(format!("{:?}", Password::attempt("123456")), "Password(…)");
    }
}

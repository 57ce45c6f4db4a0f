//! Argon2id with 19 MiB, 2 passes, 1 lane (OWASP's first choice of parameters), in memory that is kept
//! from one hash to the next: to be given 19 MiB of zeros anew takes its time at every hash, and a general
//! allocator keeps a freed block for each thread that ever hashed.

use std::sync::{Mutex, PoisonError};

use argon2::{
    ARGON2ID_IDENT, Argon2, Block, Params, PasswordVerifier, Version,
    password_hash::{
        self,
        phc::{self, Output, ParamsString, Salt},
    },
};

use crate::domain::password::{HashError, Verdict};

/// What an unknown account's password is compared with, at the price of a real comparison.
pub(super) const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
                                AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The memory of hashes that are done: as many as were ever computed at once.
static KEPT: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Hashes a password to a PHC string.
pub(super) fn hash(password: &[u8], salt: &[u8]) -> Result<String, password_hash::Error> {
    let hash = phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params: ParamsString::try_from(&Params::DEFAULT)?,
        salt: Some(Salt::new(salt)?),
        hash: Some(compute(password, salt)?),
    };
    Ok(hash.to_string())
}

/// Compares a password with a PHC string of any Argon2.
pub(super) fn verify(password: &[u8], stored: &str) -> Result<Verdict, HashError> {
    let stored = phc::PasswordHash::new(stored)?;
    if let Some((salt, hash)) = todays(&stored)? {
        // The comparison takes the same time wherever the two differ.
        let right = compute(password, salt).map_err(HashError::Argon2)? == *hash;
        return Ok(if right {
            Verdict::Right
        } else {
            Verdict::Wrong
        });
    }
    match Argon2::default().verify_password(password, &stored) {
        Ok(()) if is_weak(&stored)? => Ok(Verdict::RightButWeak),
        Ok(()) => Ok(Verdict::Right),
        Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(HashError::Argon2(error)),
    }
}

/// The hash at today's parameters.
fn compute(password: &[u8], salt: &[u8]) -> Result<Output, password_hash::Error> {
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let memory = kept().pop();
    let mut memory = memory.unwrap_or_else(|| vec![Block::new(); Params::DEFAULT.block_count()]);
    let mut hash = [0; Params::DEFAULT_OUTPUT_LEN];
    let computed = Argon2::default().hash_password_into_with_memory(
        password,
        salt,
        &mut hash,
        memory.as_mut_slice(),
    );
    kept().push(memory);
    computed?;
    Ok(Output::new(&hash)?)
}

/// Salt and hash of what [`hash`] made.
fn todays(stored: &phc::PasswordHash) -> Result<Option<(&[u8], &Output)>, HashError> {
    let (Some(salt), Some(hash)) = (&stored.salt, &stored.hash) else {
        return Ok(None);
    };
    let params = Params::try_from(stored).map_err(HashError::Argon2)?;
    let today = Params::DEFAULT;
    let same = stored.algorithm == ARGON2ID_IDENT
        && stored.version == Some(Version::default().into())
        && hash.len() == Params::DEFAULT_OUTPUT_LEN
        && (params.m_cost(), params.t_cost()) == (today.m_cost(), today.t_cost())
        && params.p_cost() == today.p_cost()
        && params.keyid().is_empty()
        && params.data().is_empty();
    Ok(same.then_some((salt.as_ref(), hash)))
}

fn is_weak(stored: &phc::PasswordHash) -> Result<bool, HashError> {
    let params = Params::try_from(stored).map_err(HashError::Argon2)?;
    let today = Params::DEFAULT;
    Ok(stored.algorithm != ARGON2ID_IDENT
        || params.m_cost() < today.m_cost()
        || params.t_cost() < today.t_cost())
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher;

    use super::*;

    const SALT: [u8; 16] = *b"sixteen salt by.";

    #[test]
    fn kept_memory_leaves_nothing_in_the_next_hash() {
        let anew = |password: &[u8]| {
            let hash = Argon2::default().hash_password_with_salt(password, &SALT);
            hash.unwrap().to_string()
        };
        for password in [b"first".as_slice(), b"second", b"first"] {
            assert_eq!(hash(password, &SALT).unwrap(), anew(password));
        }
    }

    #[test]
    fn an_unknown_account_is_compared_at_todays_parameters() {
        let decoy = phc::PasswordHash::new(DECOY).unwrap();
        assert!(todays(&decoy).unwrap().is_some());
        assert!(!is_weak(&decoy).unwrap());
    }

    #[test]
    fn other_parameters_are_compared_as_they_say() {
        for (params, verdict) in [
            (Params::new(1024, 2, 1, None), Verdict::RightButWeak),
            (Params::new(19 * 1024, 3, 1, None), Verdict::Right),
            (Params::new(19 * 1024, 2, 2, None), Verdict::Right),
            (Params::new(19 * 1024, 2, 1, Some(16)), Verdict::Right),
        ] {
            let argon2 = Argon2::from(params.unwrap());
            let stored = argon2.hash_password_with_salt(b"123456", &SALT).unwrap();
            let stored = stored.to_string();
            assert_eq!(verify(b"123456", &stored).unwrap(), verdict, "{stored}");
            assert_eq!(verify(b"654321", &stored).unwrap(), Verdict::Wrong);
        }
    }
}

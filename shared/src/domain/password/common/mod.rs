//! The passwords that are used most: a guesser tries them first. `generate` says where they are from.
//!
//! The list is 14,514 digests of four bytes, 57 KB, in the binaries of the functions that set passwords.
//! Nothing is read or unpacked at the start: a look-up is a binary search in the program itself.

use crate::base::digest::Digest;

/// The first bytes of each password's SHA-256, sorted.
static DIGESTS: &[u8] = include_bytes!("digests.bin");

const BYTES: usize = 4;

/// Whether a password is one of them, in any letter case.
pub(super) fn is_common(password: &str) -> bool {
    let digest = Digest::of(password.to_lowercase().as_bytes());
    let (digests, _) = DIGESTS.as_chunks::<BYTES>();
    let wanted = digest.as_bytes().first_chunk::<BYTES>();
    wanted.is_some_and(|wanted| digests.binary_search(wanted).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_are_sorted_and_as_many_as_the_lists_have() {
        let (digests, rest) = DIGESTS.as_chunks::<BYTES>();
        assert!(rest.is_empty() && digests.is_sorted());
        assert!((14_000..15_000).contains(&digests.len()));
    }

    #[test]
    fn what_guessers_try_first_is_common_in_any_letter_case() {
        // A shorter one cannot be set, and is not in the list.
        let china = include_str!("china.txt").split_whitespace();
        let china = china.filter(|password| password.chars().count() >= 6);
        for password in china.chain(["password", "qwerty", "letmein", "trustno1", "PassWord1"]) {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn other_passwords_are_not() {
        for password in [
            "482915",
            "huiyuan-mima",
            "密码密码密码",
            "correct horse",
            "x9!kQ2#vB7",
            "      ",
        ] {
            assert!(!is_common(password), "{password}");
        }
    }
}

//! Names for members in the log: the same for the same member, and no way back to the member without
//! the service's key.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    base::{digest::Digest, secret_key::SecretKey},
    domain::member::MemberId,
};

/// How a member is called in the log: 12 characters, 72 bits of a keyed digest of the id.
#[must_use]
pub fn pseudonym(service_key: &SecretKey, id: MemberId) -> String {
    let key = service_key.derive("pseudonyms");
    let digest = Digest::keyed(&key, &id.get().to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(&digest.as_bytes()[..9])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::Random;

    #[test]
    fn a_pseudonym_is_short_stable_and_keyed() {
        let [key, other] = [1, 2].map(|seed| SecretKey::random(&Random::seeded(seed)));
        let [seven, eight] = [7, 8].map(|number| MemberId::new(number).unwrap());
        let name = pseudonym(&key, seven);
        assert_eq!(name.len(), 12);
        assert_eq!(pseudonym(&key, seven), name);
        assert_ne!(pseudonym(&key, eight), name);
        assert_ne!(pseudonym(&other, seven), name);
    }
}

//! What knows nothing of members: time, randomness, digests, keys.

pub mod clock;
pub mod digest;
pub mod random;
pub mod secret_key;

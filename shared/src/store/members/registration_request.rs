//! What tells a registration that is said again from another.

use crate::{
    base::{clock::Time, digest::Digest},
    domain::identifier::Identifier,
};

/// The request that registered an identifier. The password is no part of it: a fast digest of it would
/// be easier to guess than its hash.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationRequest<'a> {
    /// From which address.
    pub address: &'a str,
    /// The identifier as it was given.
    pub identifier: &'a Identifier,
    /// The digest of the code, where there was one.
    pub code: Option<&'a Digest>,
    /// When.
    pub at: Time,
}

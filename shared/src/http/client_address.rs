//! The client's address, which the entry point puts into each request.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::error::ApiError;
use crate::domain::client_address::ClientAddress;

/// Nobody said where the request came from: the entry point has to.
#[derive(Debug, thiserror::Error)]
#[error("the request came without its client's address")]
struct UnknownAddress;

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let known = parts.extensions.get::<Self>().copied();
        known.ok_or_else(|| ApiError::fault(UnknownAddress))
    }
}

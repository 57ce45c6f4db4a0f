//! The client of a request: its address and what it calls itself.

use axum::{
    extract::FromRequestParts,
    http::{header::USER_AGENT, request::Parts},
};

use super::error::ApiError;
use crate::domain::{client::Client, client_address::ClientAddress};

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let address = ClientAddress::from_request_parts(parts, state).await?;
        let agent = parts.headers.get(USER_AGENT);
        let agent = agent.map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Self::new(address, agent.as_deref()))
    }
}

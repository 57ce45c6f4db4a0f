//! The operator: the shop's own systems. Who may call is settled before a request gets here: by the
//! gateway, which checks an IAM signature, or by the local stack, which looks at the connection.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};

/// Whoever received the request vouches for its being the operator's.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

impl<S: Sync> FromRequestParts<S> for Operator {
    /// To anybody else the route does not exist.
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let operator = parts.extensions.get::<Self>().copied();
        operator.ok_or(StatusCode::NOT_FOUND)
    }
}

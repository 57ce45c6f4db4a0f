//! The operator: the shop's own systems. Who may call is settled before a request gets here: by the
//! gateway, which checks an IAM signature, or by the local stack, which looks at the connection.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};

use crate::{domain::actor::Actor, telemetry::line};

/// An operator who calls. The entry point that received the request vouches for it.
#[derive(Clone, Debug)]
pub struct Operator(String);

impl Operator {
    /// An operator by the name the caller was checked under: an ARN of IAM, or `local`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The operator as the one who changes a member.
    #[must_use]
    pub fn actor(self) -> Actor {
        Actor::Operator(self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Operator {
    /// To anybody else the route does not exist.
    type Rejection = StatusCode;

    /// The line of the log says who calls.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let operator = parts.extensions.get::<Self>().cloned();
        let operator = operator.ok_or(StatusCode::NOT_FOUND)?;
        line::annotate(|notes| notes.caller = Some(operator.0.clone()));
        Ok(operator)
    }
}

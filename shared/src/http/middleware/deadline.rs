//! Ends a request that has had no answer by its deadline.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{config::deadline::Deadline, http::error::ApiError};

/// Nobody answered in time.
#[derive(Debug, thiserror::Error)]
#[error("there was no answer within {} ms", .0.as_millis())]
struct Passed(Duration);

/// Answers with a fault where the routes have not answered in time.
pub(in crate::http) async fn keep(
    State(deadline): State<Deadline>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(deadline.whole(), next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::fault(Passed(deadline.whole())).into_response(),
    }
}

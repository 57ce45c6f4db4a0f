//! `GET /captcha/{id}.png`: a captcha's picture.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use shared::http::error::ApiError;
use tokio::task::{JoinError, spawn_blocking};

use super::{Captchas, drawing};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
enum DrawError {
    #[error("the picture cannot be encoded")]
    Unencodable,
    #[error("the drawing was interrupted")]
    Interrupted(#[source] JoinError),
}

pub(crate) async fn handler(
    State(captchas): State<Captchas>,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let id = file
        .as_ref()
        .ok()
        .and_then(|Path(file)| file.strip_suffix(".png"));
    let Some(challenge) = id.and_then(|id| captchas.current(id)) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    // Milliseconds of work.
    let png = spawn_blocking(move || drawing::draw(&challenge.value, &challenge.look)).await;
    let png = png.map_err(|error| ApiError::fault(DrawError::Interrupted(error)))?;
    let png = png.ok_or_else(|| ApiError::fault(DrawError::Unencodable))?;
    Ok(([(CONTENT_TYPE, "image/png")], png).into_response())
}

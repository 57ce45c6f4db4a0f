//! `GET /captcha/{id}.png`: a captcha's picture.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use captcha::{
    Captcha, Geometry,
    filters::{Cow, Grid, Wave},
};
use shared::error::ApiError;
use tokio::task::{JoinError, spawn_blocking};

use super::{Captchas, Challenge};

const WIDTH: u32 = 240;
const HEIGHT: u32 = 100;

/// Dark enough to be read on white.
const COLORS: [[u8; 3]; 4] = [
    [0x1f, 0x3a, 0x5f],
    [0x5a, 0x22, 0x4f],
    [0x1d, 0x4d, 0x3a],
    [0x5c, 0x33, 0x1a],
];

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
    let png = spawn_blocking(move || draw(&challenge)).await;
    let png = png.map_err(|error| ApiError::fault(DrawError::Interrupted(error)))?;
    let png = png.ok_or_else(|| ApiError::fault(DrawError::Unencodable))?;
    Ok(([(CONTENT_TYPE, "image/png")], png).into_response())
}

/// Draws a captcha. The same one always looks the same: from many pictures of it no more is to be
/// learnt than from one. So none of the crate's filters that draw random bits themselves is used.
fn draw(challenge: &Challenge) -> Option<Vec<u8>> {
    let [color, gap, long, high, steep, side, top] = challenge.look;
    let between = |byte: u8, low: f64, high: f64| low + (high - low) * f64::from(byte) / 255.0;

    let mut captcha = Captcha::new();
    for character in challenge.value {
        captcha.set_chars(&[char::from(character)]).add_char();
    }
    captcha
        .apply_filter(Grid::new(
            11 + u32::from(gap % 4),
            11 + u32::from(gap / 4 % 4),
        ))
        .apply_filter(Wave::new(between(long, 1.4, 2.4), between(high, 8.0, 14.0)).horizontal())
        .apply_filter(Wave::new(between(steep, 1.6, 2.6), between(high, 10.0, 6.0)).vertical())
        .view(WIDTH, HEIGHT)
        .apply_filter(disc(
            60 + u32::from(side) * 120 / 255,
            30 + u32::from(top) * 40 / 255,
        ))
        .set_color(COLORS[usize::from(color) % COLORS.len()])
        .as_png()
}

/// Dark becomes light and light dark in a circle.
fn disc(x: u32, y: u32) -> Cow {
    let radius = 26;
    Cow::new()
        .circles(1)
        .area(Geometry::new(x, x, y, y))
        .min_radius(radius)
        .max_radius(radius)
}

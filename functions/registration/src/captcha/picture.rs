//! `GET /captcha/{id}.png`: a captcha's picture.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use captcha::{
    Captcha,
    filters::{Grid, Wave},
};
use shared::http::error::ApiError;
use tokio::task::{JoinError, spawn_blocking};

use crate::captcha::{Captchas, Challenge, LENGTH};

/// Wide enough for the widest characters, bent as far as they are.
const WIDTH: u32 = 300;
const HEIGHT: u32 = 100;

/// How far a wave moves a pixel up or down, and left or right, at most.
const MOST_UP: f64 = 16.0;
const MOST_ASIDE: f64 = 12.0;

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
    let [color, wide, tall, long, high, steep, aside] = challenge.look;
    let gap = |byte: u8| 10 + u32::from(byte % 6);
    let between = |byte: u8, low: f64, high: f64| low + (high - low) * f64::from(byte) / 255.0;

    let mut captcha = write(challenge.value);
    // Lines and characters are bent alike, so that neither can be told from the other by its bend.
    captcha
        .apply_filter(Grid::new(gap(wide), gap(tall)))
        .apply_filter(Wave::new(between(long, 1.4, 2.6), between(high, 8.0, MOST_UP)).horizontal())
        .apply_filter(
            Wave::new(between(steep, 1.6, 3.0), between(aside, 6.0, MOST_ASIDE)).vertical(),
        )
        .view(WIDTH, HEIGHT)
        .set_color(COLORS[usize::from(color) % COLORS.len()])
        .as_png()
}

fn write(value: [u8; LENGTH]) -> Captcha {
    let mut captcha = Captcha::new();
    for character in value {
        captcha.set_chars(&[char::from(character)]).add_char();
    }
    captcha
}

#[cfg(test)]
mod tests {
    use super::{super::ALPHABET, *};

    #[test]
    fn every_character_is_in_the_font_and_none_is_cut_off() {
        for character in *ALPHABET {
            let captcha = write([character; LENGTH]);
            assert_eq!(captcha.chars().len(), LENGTH);
            let text = captcha.text_area();
            let width = f64::from(text.right - text.left) + 2.0 * MOST_ASIDE;
            let height = f64::from(text.bottom - text.top) + 2.0 * MOST_UP;
            assert!(width <= f64::from(WIDTH), "{character}");
            assert!(height <= f64::from(HEIGHT), "{character}");
        }
    }
}

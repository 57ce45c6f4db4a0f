//! A captcha's picture: characters that differ in form, size, place, slant and style, among lines and
//! scraps of the same pen, with patches where ink and paper are exchanged. A person knows a letter in
//! every hand; a program has to learn each. How many a program reads is measured (`tests/captcha`).

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "pixels are few, and what is left of the paper or above it is cut off"
)]

mod canvas;
mod dice;
mod glyphs;
mod shapes;

use std::f32::consts::TAU;

use canvas::{Canvas, Point, Style};
use dice::Dice;
use shapes::Warp;

const WIDTH: f32 = 300.0;
const HEIGHT: f32 = 100.0;

/// Dark enough to be read on white.
const COLORS: [[u8; 3]; 4] = [
    [0x1f, 0x3a, 0x5f],
    [0x5a, 0x22, 0x4f],
    [0x1d, 0x4d, 0x3a],
    [0x5c, 0x33, 0x1a],
];

const STYLES: [Style; 8] = [
    Style::Solid,
    Style::Solid,
    Style::Solid,
    Style::Hollow,
    Style::Hollow,
    Style::Hollow,
    Style::Halo,
    Style::Halo,
];

const SCRAPS: usize = 3;
const PATCHES: usize = 2;

/// Draws a captcha as PNG. The same value and look give the same picture: from many pictures of one
/// captcha no more is to be learnt than from one.
pub(super) fn draw(value: &[u8], look: &[u8]) -> Option<Vec<u8>> {
    let dice = &mut Dice::new(look);
    let color = dice.one_of(&COLORS)?;
    let radius = dice.between(2.1, 2.9);
    let warp = Warp::new(dice);
    let mut canvas = Canvas::new(WIDTH as usize, HEIGHT as usize);

    let mut shapes = vec![vec![shapes::line(dice, &warp)]];
    shapes.extend((0..SCRAPS).map(|_| vec![shapes::scrap(dice, &warp)]));
    shapes.extend(shapes::characters(value, dice, &warp));
    for strokes in shapes {
        canvas.draw(&strokes, radius, dice.one_of(&STYLES)?);
    }
    for _ in 0..PATCHES {
        exchange(&mut canvas, dice);
    }
    canvas.png(color)
}

/// Exchanges ink and paper on a patch with a wavy edge.
fn exchange(canvas: &mut Canvas, dice: &mut Dice) {
    let middle = Point {
        x: WIDTH * dice.between(0.0, 1.0),
        y: HEIGHT * dice.between(0.0, 1.0),
    };
    let radius = dice.between(40.0, 75.0);
    let (wide, tall) = (dice.within(0.1), dice.within(0.1));
    let phase = dice.between(0.0, TAU);
    canvas.invert(|at| {
        let (x, y) = (at.x - middle.x, at.y - middle.y);
        let edge = radius + 5.0 * (wide * x + tall * y + phase).sin();
        edge + 0.5 - (x * x + y * y).sqrt()
    });
}

#[cfg(test)]
mod tests {
    use super::{super::ALPHABET, *};

    #[test]
    fn every_character_is_in_the_font_and_none_is_cut_off() {
        for look in 0..=u8::MAX {
            for character in *ALPHABET {
                let dice = &mut Dice::new(&[look]);
                let warp = Warp::new(dice);
                let characters =
                    shapes::characters(&[character; super::super::LENGTH], dice, &warp);
                for strokes in characters {
                    assert!(!strokes.is_empty(), "{character}");
                    for point in strokes.into_iter().flatten() {
                        assert!((3.0..=WIDTH - 3.0).contains(&point.x), "{point:?}");
                        assert!((3.0..=HEIGHT - 3.0).contains(&point.y), "{point:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_picture_is_a_function_of_the_value_and_the_look() {
        let picture = draw(b"ACDEH", &[1]);
        assert!(picture.is_some());
        assert_eq!(draw(b"ACDEH", &[1]), picture);
        assert_ne!(draw(b"ACDEH", &[2]), picture);
        assert_ne!(draw(b"ACDEJ", &[1]), picture);
    }
}

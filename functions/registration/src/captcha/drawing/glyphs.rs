//! The characters as strokes of a pen.

use super::{canvas::Point, dice::Dice};

/// How wide and how tall a glyph's grid is.
pub(super) const GRID: (f32, f32) = (8.0, 12.0);

/// Each character's strokes. A stroke is the places that the pen passes, two hexadecimal digits each:
/// from the left, from the top. A stroke that begins with `~` is bent through them.
const GLYPHS: &[(u8, &str)] = &[
    (b'A', "0c408c 1878"),
    (b'A', "~0c0804206084888c 0888"),
    (b'C', "~82602004082a4c6c8a"),
    (b'D', "000c ~004083894c0c"),
    (b'D', "~00105082868a5c1c0c 202c"),
    (b'E', "80000c8c 0666"),
    (b'H', "000c 808c 0686"),
    (b'J', "3080 ~6063666a4c2c0a"),
    (b'M', "0c0047808c"),
    (b'N', "0c008c80"),
    (b'R', "000c ~005082855707 478c"),
    (b'T', "0080 404c"),
    (b'T', "02008082 404c 2c6c"),
    (b'W', "002c446c80"),
    (b'W', "~00093c5a44 ~445a6c8980"),
    (b'X', "008c 800c"),
    (b'X', "~0011467b8c ~8071461b0c"),
    (b'Y', "0046 80464c"),
    (b'3', "~02306082846636 ~3676888a6c3c0a"),
    (b'3', "008035 ~356587896c3c0a"),
    (b'7', "00803c"),
    (b'7', "020080 ~80653c 1767"),
    (b'9', "~8360300305375785 ~8285896c3c"),
    (b'9', "~8360300305375785 804c"),
];

/// The strokes of one of the ways to write a character; none for one that is not in the font.
pub(super) fn strokes(character: u8, dice: &mut Dice) -> Vec<Vec<Point>> {
    let ways: Vec<&str> = GLYPHS
        .iter()
        .filter(|(known, _)| *known == character)
        .map(|(_, strokes)| *strokes)
        .collect();
    let strokes = dice.one_of(&ways).map(|way| way.split(' ').map(stroke));
    strokes.into_iter().flatten().collect()
}

fn stroke(text: &str) -> Vec<Point> {
    let bent = text.strip_prefix('~');
    let digits: Vec<f32> = bent
        .unwrap_or(text)
        .chars()
        .filter_map(|digit| digit.to_digit(16))
        .map(|digit| digit as f32)
        .collect();
    let (pairs, _) = digits.as_chunks();
    let places: Vec<Point> = pairs.iter().map(|[x, y]| Point { x: *x, y: *y }).collect();
    match bent {
        Some(_) => curve(&places),
        None => places.windows(2).flat_map(curve).collect(),
    }
}

/// Puts places between places, on a curve through all of them (Catmull and Rom's).
pub(super) fn curve(places: &[Point]) -> Vec<Point> {
    const STEPS: u8 = 6;
    let last = places.len().saturating_sub(1);
    let mut all = Vec::new();
    for place in 0..last {
        let (before, after) = (place.saturating_sub(1), (place + 2).min(last));
        let around = [before, place, place + 1, after].map(|place| places[place]);
        for step in 0..STEPS {
            let share = f32::from(step) / f32::from(STEPS);
            all.push(Point {
                x: between(around.map(|point| point.x), share),
                y: between(around.map(|point| point.y), share),
            });
        }
    }
    all.extend(places.last());
    all
}

fn between([before, from, to, after]: [f32; 4], share: f32) -> f32 {
    let slope = to - before;
    let square = 2.0 * before - 5.0 * from + 4.0 * to - after;
    let cube = 3.0 * (from - to) + after - before;
    from + 0.5 * share * (slope + share * (square + share * cube))
}

//! What is drawn: characters, lines and scraps, all of them as strokes of one pen and bent alike.

use std::f32::consts::TAU;

use super::{
    HEIGHT, WIDTH,
    canvas::Point,
    dice::Dice,
    glyphs::{self, curve},
};

/// How far strokes keep from the edge of the picture: no character is cut off.
pub(super) const MARGIN: f32 = 5.0;

/// How large a character is on average.
const WIDE: f32 = 34.0;
const TALL: f32 = 54.0;

/// Waves that move every place of the picture a little.
pub(super) struct Warp([Wave; 4]);

struct Wave {
    /// How its phase grows in each direction, by pixels.
    growth: Point,
    phase: f32,
    /// Where it moves a place at most.
    shift: Point,
}

impl Warp {
    pub(super) fn new(dice: &mut Dice) -> Self {
        Self([(); 4].map(|()| {
            let length = dice.between(50.0, 130.0);
            let strength = length * dice.between(0.016, 0.033);
            Wave {
                growth: toward(dice.between(0.0, TAU), TAU / length),
                phase: dice.between(0.0, TAU),
                shift: toward(dice.between(0.0, TAU), strength),
            }
        }))
    }

    fn bend(&self, place: Point) -> Point {
        self.0.iter().fold(place, |bent, wave| {
            let phase = wave.growth.x * place.x + wave.growth.y * place.y + wave.phase;
            Point {
                x: bent.x + wave.shift.x * phase.sin(),
                y: bent.y + wave.shift.y * phase.sin(),
            }
        })
    }

    fn bend_all(&self, places: Vec<Point>) -> Vec<Point> {
        places.into_iter().map(|place| self.bend(place)).collect()
    }
}

/// The place at a distance from the corner.
fn toward(angle: f32, distance: f32) -> Point {
    Point {
        x: distance * angle.cos(),
        y: distance * angle.sin(),
    }
}

/// A line from one side of the picture to the other.
pub(super) fn line(dice: &mut Dice, warp: &Warp) -> Vec<Point> {
    let turns: [f32; 5] = [-0.05, 0.25, 0.5, 0.75, 1.05];
    let places = turns.map(|turn| Point {
        x: WIDTH * (turn + dice.within(0.05)),
        y: HEIGHT * dice.between(0.12, 0.88),
    });
    warp.bend_all(curve(&places))
}

/// A piece of an arc, as characters are made of them.
pub(super) fn scrap(dice: &mut Dice, warp: &Warp) -> Vec<Point> {
    let middle = Point {
        x: WIDTH * dice.between(0.0, 1.0),
        y: HEIGHT * dice.between(0.12, 0.88),
    };
    let radius = dice.between(8.0, 16.0);
    let (start, turn) = (dice.between(0.0, TAU), dice.between(0.8, 2.5));
    let places = [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| {
        let place = toward(start + turn * share, radius);
        Point {
            x: middle.x + place.x,
            y: middle.y + place.y,
        }
    });
    warp.bend_all(curve(&places))
}

/// The strokes of each character, one beside the other.
pub(super) fn characters(value: &[u8], dice: &mut Dice, warp: &Warp) -> Vec<Vec<Vec<Point>>> {
    let slots: Vec<Slot> = value.iter().map(|_| Slot::new(dice)).collect();
    let needed: f32 = slots.iter().map(|slot| slot.width + slot.gap).sum();
    let room = WIDTH - 4.0 * MARGIN;
    let squeeze = (room / needed).min(1.0);
    let mut left = 2.0 * MARGIN + dice.between(0.0, room - needed * squeeze);
    let mut all = Vec::new();
    for (character, slot) in value.iter().zip(slots) {
        let middle = Point {
            x: left + slot.width * squeeze / 2.0,
            y: HEIGHT / 2.0 + slot.rise,
        };
        left += (slot.width + slot.gap) * squeeze;
        let strokes = glyphs::strokes(*character, dice);
        let strokes = strokes.into_iter().map(|stroke| {
            let place = |point| slot.place(point, squeeze, middle);
            warp.bend_all(stroke.into_iter().map(place).collect())
        });
        all.push(moved_inside(strokes.collect()));
    }
    all
}

/// Where a character goes, and how.
struct Slot {
    width: f32,
    height: f32,
    gap: f32,
    /// How far it is above or below the middle.
    rise: f32,
    turn: f32,
    shear: f32,
}

impl Slot {
    fn new(dice: &mut Dice) -> Self {
        let size = dice.between(0.9, 1.2);
        let aspect = dice.between(0.9, 1.12);
        let height = TALL * size / aspect;
        Self {
            width: WIDE * size * aspect,
            height,
            gap: dice.between(5.0, 12.0),
            rise: dice.within(0.4 * (HEIGHT - height - 2.0 * MARGIN).max(5.0)),
            turn: dice.within(0.35),
            shear: dice.within(0.3),
        }
    }

    /// A place of a glyph's grid on the picture.
    fn place(&self, point: Point, squeeze: f32, middle: Point) -> Point {
        let (wide, tall) = glyphs::GRID;
        let y = (point.y / tall - 0.5) * self.height;
        let x = (point.x / wide - 0.5) * self.width * squeeze - self.shear * y;
        let (sine, cosine) = self.turn.sin_cos();
        Point {
            x: middle.x + x * cosine - y * sine,
            y: middle.y + x * sine + y * cosine,
        }
    }
}

/// The same strokes, moved so far that none comes nearer to an edge than [`MARGIN`].
fn moved_inside(mut strokes: Vec<Vec<Point>>) -> Vec<Vec<Point>> {
    let shift = |part: fn(&Point) -> f32, end: f32| {
        let parts = || strokes.iter().flatten().map(part);
        let (low, high) = (parts().reduce(f32::min), parts().reduce(f32::max));
        let missing = (MARGIN - low.unwrap_or(MARGIN)).max(0.0);
        let over = (high.unwrap_or(0.0) + MARGIN - end).max(0.0);
        missing - over
    };
    let (x, y) = (shift(|at| at.x, WIDTH), shift(|at| at.y, HEIGHT));
    for point in strokes.iter_mut().flatten() {
        point.x += x;
        point.y += y;
    }
    strokes
}

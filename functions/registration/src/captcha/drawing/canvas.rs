//! Paper, and a pen that draws in several styles.

use png::{BitDepth, ColorType, Encoder};

/// A place on the paper, in pixels from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub x: f32,
    pub y: f32,
}

/// How a stroke looks.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style {
    /// Ink.
    Solid,
    /// Two edges of ink with paper between.
    Hollow,
    /// Ink that keeps a little distance from what was drawn before.
    Halo,
}

/// How far from a stroke's middle its style reaches, in pixels.
const REACH: f32 = 7.0;

/// How many colors from paper to ink.
const LEVELS: u8 = 16;

/// How much ink is on each pixel, from zero to one.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    ink: Vec<f32>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        let ink = vec![0.0; width * height];
        Self { width, height, ink }
    }

    /// Draws strokes with round ends.
    pub(super) fn draw(&mut self, strokes: &[Vec<Point>], radius: f32, style: Style) {
        let distances = self.distances(strokes);
        for (ink, distance) in self.ink.iter_mut().zip(distances) {
            let within = |radius: f32| (radius + 0.5 - distance).clamp(0.0, 1.0);
            *ink = match style {
                Style::Solid => (*ink * (1.0 - within(radius + 1.0))).max(within(radius)),
                Style::Hollow => ink.max(within(radius + 1.6)) * (1.0 - within(radius - 0.2)),
                Style::Halo => (*ink * (1.0 - within(radius + 2.2))).max(within(radius)),
            };
        }
    }

    /// How far each pixel is from the nearest stroke, [`REACH`] at most.
    fn distances(&self, strokes: &[Vec<Point>]) -> Vec<f32> {
        let mut distances = vec![REACH; self.ink.len()];
        for pair in strokes.iter().flat_map(|points| points.windows(2)) {
            self.approach(pair[0], pair[1], &mut distances);
        }
        distances
    }

    /// Takes one straight piece of a stroke into account.
    fn approach(&self, from: Point, to: Point, distances: &mut [f32]) {
        let near = |one: f32, other: f32, end: usize| {
            let first = (one.min(other) - REACH).max(0.0) as usize;
            let last = (one.max(other) + REACH).max(0.0) as usize;
            first..(last + 1).min(end)
        };
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let square = (dx * dx + dy * dy).max(f32::EPSILON);
        for y in near(from.y, to.y, self.height) {
            for x in near(from.x, to.x, self.width) {
                let (px, py) = (x as f32 + 0.5 - from.x, y as f32 + 0.5 - from.y);
                let along = ((px * dx + py * dy) / square).clamp(0.0, 1.0);
                let (ax, ay) = (px - along * dx, py - along * dy);
                let distance = &mut distances[y * self.width + x];
                *distance = distance.min((ax * ax + ay * ay).sqrt());
            }
        }
    }

    /// Exchanges ink and paper where `cover` is one, and not where it is zero.
    pub(super) fn invert(&mut self, cover: impl Fn(Point) -> f32) {
        for (place, ink) in self.ink.iter_mut().enumerate() {
            let x = (place % self.width) as f32 + 0.5;
            let y = (place / self.width) as f32 + 0.5;
            *ink = (*ink - cover(Point { x, y }).clamp(0.0, 1.0)).abs();
        }
    }

    /// The picture, white where there is no ink. Four bits a pixel.
    pub(super) fn png(&self, color: [u8; 3]) -> Option<Vec<u8>> {
        let steps = LEVELS - 1;
        let palette: Vec<u8> = (0..LEVELS)
            .flat_map(|level| color.map(|ink| u8::MAX - (u8::MAX - ink) / steps * level))
            .collect();
        let level = |ink: f32| (ink * f32::from(steps)).round() as u8;
        let rows: Vec<u8> = self
            .ink
            .chunks_exact(2)
            .map(|pair| level(pair[0]) << 4 | level(pair[1]))
            .collect();
        let width = self.width.try_into().ok()?;
        let height = self.height.try_into().ok()?;
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Four);
        encoder.set_palette(palette);
        encoder.write_header().ok()?.write_image_data(&rows).ok()?;
        Some(bytes)
    }
}

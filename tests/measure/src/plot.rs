//! The picture of the growth.

use std::{io, ops::Range};

use plotters::{
    backend::SVGBackend,
    chart::{ChartBuilder, SeriesLabelPosition},
    coord::{Shift, combinators::IntoLogRange},
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{Circle, PathElement},
    series::LineSeries,
    style::{BLACK, Color, Palette, Palette99, ShapeStyle, WHITE},
};

use crate::report::PICTURES;

/// How long one request takes by the size of what it is about, in milliseconds.
pub struct Curve {
    pub name: &'static str,
    pub points: Vec<(u32, f64)>,
}

/// Draws panels side by side, each with what its axis counts, into a file.
pub fn draw(file: &str, panels: &[(&str, Vec<Curve>)]) {
    let path = format!("{PICTURES}/{file}");
    let area = SVGBackend::new(&path, (900, 360)).into_drawing_area();
    area.fill(&WHITE).expect("an SVG is text");
    for (part, (counts, curves)) in area.split_evenly((1, panels.len())).iter().zip(panels) {
        panel(part, counts, curves).expect("an SVG is text");
    }
    area.present().expect("the picture can be written");
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    counts: &str,
    curves: &[Curve],
) -> Result<(), DrawingAreaErrorKind<io::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let sizes = points().map(|(size, _)| *size);
    let sizes: Range<u32> = sizes.clone().min().unwrap_or(1)..sizes.max().unwrap_or(10);
    let highest = points().map(|(_, time)| *time).fold(0.0, f64::max);
    let decimals = usize::from(highest < 5.0);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .margin_right(32)
        .x_label_area_size(44)
        .y_label_area_size(54)
        .build_cartesian_2d(sizes.log_scale(), 0.0..highest * 1.4)?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(counts)
        .y_desc("median, ms")
        .x_label_formatter(&|size| thousands(*size))
        .y_label_formatter(&|time| format!("{time:.decimals$}"))
        .draw()?;
    for (place, curve) in curves.iter().enumerate() {
        let color = Palette99::pick(place).to_rgba();
        let style = ShapeStyle::from(color).stroke_width(2);
        let line = LineSeries::new(curve.points.iter().copied(), style);
        chart
            .draw_series(line)?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        let dots = curve.points.iter();
        chart.draw_series(dots.map(|point| Circle::new(*point, 3, color.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .border_style(BLACK.mix(0.3))
        .background_style(WHITE)
        .draw()
}

/// A number as people read it: `100,000`.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let (head, tail) = digits.split_at(first);
    let mut groups: Vec<_> = tail
        .as_bytes()
        .chunks(3)
        .map(String::from_utf8_lossy)
        .collect();
    if !head.is_empty() {
        groups.insert(0, head.into());
    }
    groups.join(",")
}

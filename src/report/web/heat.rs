//! Maps of channels with two indices.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::channel_plot::core;
use super::frame::{Field, at, open};
use super::markup::{brief, text};
use crate::report::axis::Axis;

const FIELD: Field = Field {
    left: 66.0,
    right: 0.0,
    top: 26.0,
    bottom: 300.0,
};
/// Room at the right for the scale of colours: where it begins, its width, and the end.
const SCALE: (f64, f64, f64) = (16.0, 14.0, 92.0);
/// From dark to light, told apart by everybody and in grey too: the colours named viridis, from
/// matplotlib (public domain).
const COLOURS: [&str; 12] = [
    "#440154", "#482173", "#433e85", "#38588c", "#2d708e", "#25858e", "#1e9b8a", "#2bb07f",
    "#51c56a", "#85d54a", "#c2df23", "#fde725",
];

/// A map: numbers of two indices and a value for each pair.
pub(super) struct Map<'a> {
    pub(super) title: String,
    /// Names of the two indices: that upwards, that to the right.
    pub(super) indices: (&'a str, &'a str),
    /// Title of the values.
    pub(super) value: String,
    /// Width of the drawing.
    pub(super) width: f64,
    /// Both numbers and the value of each channel.
    pub(super) cells: Vec<(i64, i64, f64)>,
}

/// A drawing of a map; a pair that is missing, or has no value, stays empty.
pub(super) fn map(what: &Map<'_>) -> String {
    let field = Field {
        right: what.width - SCALE.2,
        ..FIELD
    };
    let (first, second) = (
        range(what.cells.iter().map(|c| c.0)),
        range(what.cells.iter().map(|c| c.1)),
    );
    let across = field.across(second.0 - 0.5, second.1 + 0.5);
    let up = field.upwards(first.0 - 0.5, first.1 + 0.5);
    let mut sorted: Vec<f64> = what
        .cells
        .iter()
        .map(|c| c.2)
        .filter(|v| v.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = core(&sorted);
    let mut paths: BTreeMap<usize, String> = BTreeMap::new();
    for (row, column, value) in &what.cells {
        if !value.is_finite() {
            continue;
        }
        let (row, column) = (number(*row), number(*column));
        let (left, right) = (across.place(column - 0.5), across.place(column + 0.5));
        let (top, bottom) = (up.place(row + 0.5), up.place(row - 0.5));
        let path = paths.entry(colour(*value, low, high)).or_default();
        let _ = write!(
            path,
            "M{} {}H{}V{}H{}z",
            at(left),
            at(top),
            at(right),
            at(bottom),
            at(left)
        );
    }
    let mut svg = open(what.width, 342.0, &what.title);
    let _ = write!(
        svg,
        "<text class=\"title\" x=\"{}\" y=\"15\">{}</text>",
        field.left,
        brief(&what.title, 90)
    );
    svg.push_str(&field.beside(&up, 8, what.indices.0));
    for (colour, path) in &paths {
        let _ = write!(
            svg,
            "<path style=\"fill:{}\" d=\"{path}\"/>",
            COLOURS[*colour]
        );
    }
    let _ = write!(
        svg,
        "{}{}{}</svg>",
        field.border(),
        field.below(&across, 10, Some(what.indices.1)),
        scale(&field, low, high, &what.value)
    );
    svg
}

/// The scale of colours with its numbers.
fn scale(field: &Field, low: f64, high: f64, title: &str) -> String {
    let up = Axis::exact(
        low,
        if high > low { high } else { low + 1.0 },
        field.bottom,
        field.top,
    );
    let step = (field.bottom - field.top) / COLOURS.len() as f64;
    let left = field.right + SCALE.0;
    let mut svg = String::new();
    for (number, colour) in COLOURS.iter().enumerate() {
        let _ = write!(
            svg,
            "<rect style=\"fill:{colour}\" x=\"{}\" y=\"{:.1}\" width=\"{}\" height=\"{step:.1}\"/>",
            left,
            field.bottom - step * (number + 1) as f64,
            SCALE.1
        );
    }
    for (number, label) in up.ticks(6) {
        let _ = write!(
            svg,
            "<text class=\"tick\" x=\"{}\" y=\"{:.1}\">{label}</text>",
            left + SCALE.1 + 4.0,
            up.place(number) + 4.0
        );
    }
    let _ = write!(
        svg,
        "<text class=\"end\" transform=\"translate({} {}) rotate(-90)\">{}</text>",
        field.right + SCALE.2 - 4.0,
        field.top,
        text(title)
    );
    svg
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held inside"
)]
fn colour(value: f64, low: f64, high: f64) -> usize {
    let part = if high > low {
        (value - low) / (high - low)
    } else {
        0.5
    };
    let last = COLOURS.len() - 1;
    ((part.clamp(0.0, 1.0) * COLOURS.len() as f64) as usize).min(last)
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn number(channel: i64) -> f64 {
    channel as f64
}

fn range(numbers: impl Iterator<Item = i64> + Clone) -> (f64, f64) {
    let (low, high) = (
        numbers.clone().min().unwrap_or(0),
        numbers.max().unwrap_or(0),
    );
    (number(low), number(high))
}

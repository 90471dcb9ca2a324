//! How numbers are distributed.

use std::fmt::Write as _;

use super::channel_plot::core;
use super::frame::{Field, at, open};
use super::markup::{brief, text};
use crate::report::number;

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 270.0;
const FIELD: Field = Field {
    left: 56.0,
    right: 370.0,
    top: 26.0,
    bottom: 226.0,
};
const BINS: usize = 50;

/// A drawing of the distribution of numbers, with their mean and standard deviation.
pub(super) fn spread(title: &str, axis: &str, numbers: &[f64]) -> String {
    let mut sorted: Vec<f64> = numbers.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = match core(&sorted) {
        (low, high) if high > low => (low, high),
        (low, _) => {
            let half = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
            (low - half, low + half)
        }
    };
    let bins = BINS.min(sorted.len().max(10));
    let width = (high - low) / bins as f64;
    let mut counts = vec![0_u32; bins];
    for value in sorted.iter().filter(|value| (low..=high).contains(*value)) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "inside"
        )]
        let bin = (((value - low) / width) as usize).min(bins - 1);
        counts[bin] += 1;
    }
    let inside: u32 = counts.iter().sum();
    let most = counts.iter().max().copied().unwrap_or(0).max(1);
    let across = FIELD.across(low, high);
    let up = FIELD.upwards(0.0, 1.08 * f64::from(most));
    let mut path = format!("M{} {}", FIELD.left, FIELD.bottom);
    for (bin, count) in counts.iter().enumerate() {
        let to = across.place(low + width * (bin + 1) as f64);
        let _ = write!(path, "V{}H{}", at(up.place(f64::from(*count))), at(to));
    }
    let _ = write!(path, "V{}z", FIELD.bottom);
    let outside = sorted.len() - inside as usize;
    let outside = match outside {
        0 => String::new(),
        beyond => format!(", {beyond} beyond"),
    };
    let (mean, deviation) = moments(&sorted);
    let facts = format!(
        "mean {}, std. dev. {}{outside}",
        number::alone(rounded(mean)),
        number::alone(rounded(deviation))
    );
    let mut svg = open(WIDTH, HEIGHT, title);
    let _ = write!(
        svg,
        "<text class=\"title\" x=\"{}\" y=\"15\">{}</text>{}<path class=\"fill line\" d=\"{path}\"/>{}{}\
         <text class=\"tick\" x=\"2\" y=\"262\">{}</text></svg>",
        FIELD.left,
        brief(title, 44),
        FIELD.beside(&up, 4, "channels"),
        FIELD.border(),
        FIELD.below(&across, 5, Some(axis)),
        text(&facts),
    );
    svg
}

/// Mean and standard deviation.
pub(super) fn moments(numbers: &[f64]) -> (f64, f64) {
    if numbers.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|value| (value - mean) * (value - mean));
    (mean, (squares.sum::<f64>() / count).sqrt())
}

/// Four digits.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

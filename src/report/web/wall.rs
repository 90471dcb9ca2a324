//! Many fits at a glance: one small drawing each, side by side.

use std::fmt::Write as _;

use super::frame::open;
use crate::fit::heights;

/// Drawings in a row.
const ACROSS: usize = 16;
/// Room for one of them.
const ROOM: (i32, i32) = (70, 44);
/// Width of a group of bins, height of the highest one.
const SIZE: (i32, i32) = (2, 24);

/// One of the drawings.
pub(super) struct Cell<'a> {
    /// The channel.
    pub(super) label: &'a str,
    /// Whether it is marked.
    pub(super) bad: bool,
    /// Heights of data and model.
    pub(super) data: &'a str,
    pub(super) model: &'a str,
}

/// A small drawing of each fit.
pub(super) fn wall(fits: &[Cell<'_>]) -> String {
    let rows = i32::try_from(fits.len().div_ceil(ACROSS)).unwrap_or(0);
    let across = i32::try_from(ACROSS.min(fits.len().max(1))).unwrap_or(1);
    // A few of them are not drawn larger than many.
    let width = ROOM.0 * across.max(8);
    let mut svg = open(
        f64::from(width),
        f64::from(ROOM.1 * rows),
        "all fits in small",
    );
    let (mut data, mut model, mut names) = (String::new(), String::new(), String::new());
    for (number, cell) in fits.iter().enumerate() {
        let place = |count: usize| i32::try_from(count).unwrap_or(0);
        let x = ROOM.0 * place(number % ACROSS) + 2;
        let y = ROOM.1 * place(number / ACROSS) + 12;
        let class = if cell.bad { " class=\"bad\"" } else { "" };
        let _ = write!(
            names,
            "<text{class} x=\"{x}\" y=\"{}\">{}</text>",
            y - 2,
            cell.label
        );
        steps(&mut data, cell.data, (x, y + SIZE.1));
        line(&mut model, cell.model, (x, y + SIZE.1));
    }
    let _ = writeln!(
        svg,
        "<path class=\"fill\" d=\"{data}\"/><path class=\"thin\" d=\"{model}\"/><g class=\"names\">{names}</g></svg>"
    );
    svg
}

#[expect(clippy::cast_possible_truncation, reason = "between 0 and the height")]
fn height(part: f64) -> i32 {
    (part * f64::from(SIZE.1)).round() as i32
}

/// Adds a word and a number: there are hundreds of thousands of them.
fn put(path: &mut String, word: &str, number: i32) {
    path.push_str(word);
    path.push_str(itoa::Buffer::new().format(number));
}

/// Bins with their heights, closed at the bottom.
fn steps(path: &mut String, text: &str, (x, bottom): (i32, i32)) {
    put(path, "M", x);
    put(path, " ", bottom);
    let (mut now, mut wide) = (0, 0);
    for part in heights(text) {
        let next = part.map_or(0, height);
        if next != now {
            if wide > 0 {
                put(path, "h", wide);
            }
            put(path, "v", now - next);
            (now, wide) = (next, 0);
        }
        wide += SIZE.0;
    }
    put(path, "h", wide);
    put(path, "v", now);
    path.push('z');
}

/// A line through the middle of the groups.
fn line(path: &mut String, text: &str, (x, bottom): (i32, i32)) {
    let mut last: Option<i32> = None;
    let mut fresh = true;
    for (number, part) in heights(text).enumerate() {
        let next = part.map(height);
        match (last, next) {
            (_, None) => {}
            (None, Some(next)) => {
                let at = x + SIZE.0 * i32::try_from(number).unwrap_or(0) + 1;
                put(path, "M", at);
                put(path, " ", bottom - next);
                fresh = true;
            }
            (Some(now), Some(next)) => {
                let pen = if std::mem::take(&mut fresh) { "l" } else { " " };
                put(path, pen, SIZE.0);
                put(path, " ", now - next);
            }
        }
        last = next;
    }
}

//! All fits as lines, a fold for each group of channels.

use std::fmt::Write as _;

use super::facts::{FitRow, probability, quality, value};
use super::markup::{fold, text};
use super::wall::{Cell, wall};
use crate::backend::map_each;
use crate::calibrate::words::grouped;
use crate::fit::Pictures;
use crate::report::number;

/// Channels in a fold.
const GROUP: usize = 256;

/// How much may still be shown: a page stays small however much was fitted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Fits that are drawn bin by bin.
    pub(super) plots: usize,
    /// Channels that are drawn in small.
    pub(super) small: usize,
    /// Channels with a line.
    pub(super) lines: usize,
}

impl Room {
    /// That of a whole page.
    pub(super) const PAGE: Self = Self {
        plots: 72,
        small: 12_000,
        lines: 24_000,
    };
}

/// A fold with drawings and lines for each group of channels; takes what it needs from `room`.
pub(super) fn groups(rows: &[FitRow], pictures: &Pictures, name: &str, room: &mut Room) -> String {
    let small = room.small >= rows.len();
    room.small -= if small { rows.len() } else { 0 };
    room.lines = room.lines.saturating_sub(rows.len());
    let groups = rows.chunks(GROUP).zip(pictures.small.chunks(GROUP));
    let groups: Vec<_> = groups.collect();
    let html = map_each(&groups, |(group, drawn)| {
        let cells: Vec<Cell<'_>> = group
            .iter()
            .zip(*drawn)
            .map(|(row, small)| Cell {
                label: &row.label,
                bad: !row.ok,
                data: &small.1,
                model: &small.2,
            })
            .collect();
        let wall = if small { wall(&cells) } else { String::new() };
        let body = format!("{wall}{}", lines(group, &pictures.parameters, name));
        fold(&summary(group, name), rows.len() <= 24, &body)
    });
    html.concat()
}

/// `crystal 1 … 256: 250 ok, 4 without enough data … worst χ²/ndf 1.83 (17)`.
fn summary(group: &[FitRow], name: &str) -> String {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return String::new();
    };
    let ok = group.iter().filter(|row| row.ok).count();
    let fitted = group
        .iter()
        .filter(|row| row.fitted() && row.chi2_ndf.is_finite());
    let worst = fitted.max_by(|a, b| a.chi2_ndf.total_cmp(&b.chi2_ndf));
    let worst = worst.map_or_else(String::new, |row| {
        format!(", worst χ²/ndf {} ({})", quality(row.chi2_ndf), row.channel)
    });
    let channels = match first.channel == last.channel {
        true => format!("{name} {}", first.label),
        false => format!("{name} {} … {}", first.label, last.label),
    };
    let bad = match group.len() - ok {
        0 => String::new(),
        bad => format!(", {} not", grouped(bad as u64)),
    };
    format!("{channels}: {} ok{bad}{worst}", grouped(ok as u64))
}

/// A line per fit, in columns; the first has the labels under `name`.
pub(super) fn lines(group: &[FitRow], parameters: &[String], name: &str) -> String {
    let mut cells: Vec<Vec<String>> = vec![vec![name.to_owned(), "entries".into()]];
    cells[0].extend(parameters.iter().cloned());
    cells[0].extend(["χ²/ndf", "ndf", "p"].map(str::to_owned));
    for row in group {
        let mut line = vec![row.label.clone(), row.entries.to_string()];
        line.extend(row.parameters.iter().map(|pair| match pair {
            (one, error) if *error == 0.0 && one.is_finite() => number::alone(*one),
            pair => value(*pair),
        }));
        let ndf = match row.fitted() {
            true => row.ndf.to_string(),
            false => "–".into(),
        };
        line.extend([quality(row.chi2_ndf), ndf, probability(row.probability)]);
        cells.push(line);
    }
    let columns = cells[0].len();
    let width = |column: usize| {
        let all = cells.iter().filter_map(|line| line.get(column));
        all.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut html = String::from("<pre>");
    for (number, line) in cells.iter().enumerate() {
        let mut padded = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let missing = width.saturating_sub(cell.chars().count());
            padded.extend(std::iter::repeat_n(' ', missing));
            padded.push_str(cell);
            padded.push_str("  ");
        }
        let padded = text(padded.trim_end());
        let row = number.checked_sub(1).and_then(|at| group.get(at));
        let _ = match row {
            None => writeln!(html, "<b>{padded}</b>"),
            Some(row) if row.ok => writeln!(html, "{padded}"),
            Some(row) => writeln!(html, "<b class=\"bad\">{padded}  {}</b>", text(&row.why)),
        };
    }
    html.push_str("</pre>\n");
    html
}

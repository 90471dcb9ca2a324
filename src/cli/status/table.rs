//! The states as a table.

use std::time::SystemTime;

use crate::caf::{CalibrationState, Row};
use crate::report::{Accent, Style};

use super::super::terminal::Terminal;
use super::moment::span;

/// One line per calibration below a line of titles. Times are for people at a terminal only:
/// what is piped stays the same as long as the states do.
pub(super) fn table(rows: &[Row], out: Terminal) -> String {
    let now = SystemTime::now();
    let mut titles = vec!["name", "state", "checkpoint", "iteration"];
    if out.live {
        titles.push("for");
    }
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row, now, out.live)).collect();
    let widths: Vec<usize> = titles
        .iter()
        .enumerate()
        .map(|(column, title)| {
            let widths = cells.iter().map(|row| row[column].chars().count());
            widths.fold(title.chars().count(), usize::max)
        })
        .collect();
    let mut text = String::new();
    let mut line = |cells: &[String], accents: [Option<Accent>; 2], reason: &str| {
        let mut parts = Vec::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let padded = match column {
                3.. => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            };
            let accent = accents[usize::from(column == 1)];
            parts.push(accent.map_or(padded.clone(), |accent| out.paint(accent, &padded)));
        }
        parts.push(reason.to_owned());
        text += parts.join("  ").trim_end();
        text.push('\n');
    };
    let dim = Some(Accent::Dim);
    let titles: Vec<String> = titles.into_iter().map(str::to_owned).collect();
    line(&titles, [dim, dim], &out.paint(Accent::Dim, "reason"));
    for (row, cells) in rows.iter().zip(&cells) {
        line(cells, [None, accent(row.state)], &reason(row));
    }
    text
}

fn cells(row: &Row, now: SystemTime, with_time: bool) -> Vec<String> {
    let mut cells = vec![
        row.name.clone(),
        row.state.to_string(),
        row.checkpoint.to_string(),
        row.iteration.to_string(),
    ];
    if with_time {
        cells.push(span(now.duration_since(row.since).unwrap_or_default()));
    }
    cells
}

/// Why it is in this state; for one that is tried again, what went wrong the last time.
pub(super) fn reason(row: &Row) -> String {
    let text = match (&row.message, &row.error) {
        (message, Some(error)) if message.is_empty() => format!("last time: {error}"),
        (message, _) => message.clone(),
    };
    // One calibration, one line.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn accent(state: CalibrationState) -> Option<Accent> {
    match state {
        CalibrationState::Completed => Some(Accent::Done),
        CalibrationState::NotEnoughData | CalibrationState::Blocked => Some(Accent::Warning),
        bad if bad.is_bad() => Some(Accent::Failed),
        CalibrationState::Init => None,
        _ => Some(Accent::Name),
    }
}

//! Showing the states until all calibrations have ended.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::caf::{self, CalibrationState, Row, StateError};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::{Terminal, to_stdout};
use super::document::document;
use super::show::{refused, remark};
use super::table::{reason, table};

/// Time between two looks. A look is one small read of a file.
const PAUSE: Duration = Duration::from_millis(200);

/// Shows every change: on a terminal as a table that is drawn again, else as lines.
pub(super) fn watch(
    path: &Path,
    json: bool,
    talk: Terminal,
    out: Terminal,
) -> Result<Exit, Failure> {
    if caf::is_in_use(path) != Some(true) {
        // Else a run has just begun, and there will be states soon.
        caf::open_state(path).map_err(refused)?;
    }
    let live = (out.live && !json).then(drawing);
    let mut shown: Vec<Row> = Vec::new();
    let (rows, running) = loop {
        // Before the states: what a run writes last is then seen.
        let running = caf::is_in_use(path);
        let rows = look(path, &shown)?;
        match &live {
            // Drawn again without a change too: time goes by.
            Some(live) => live.set_message(table(&rows, out).trim_end().to_owned()),
            None => say(path, &rows, &shown, running, json),
        }
        let ended = !rows.is_empty() && rows.iter().all(|row| row.state.is_end());
        if ended || running == Some(false) {
            break (rows, running);
        }
        shown = rows;
        sleep(PAUSE);
    };
    if let Some(live) = live {
        live.finish_and_clear();
        to_stdout(&table(&rows, out));
    }
    if !json {
        remark(&rows, running, talk);
    }
    Ok(exit(&rows))
}

/// The states; as they were when a run is about to replace the file.
fn look(path: &Path, shown: &[Row]) -> Result<Vec<Row>, Failure> {
    match caf::open_state(path).and_then(|state| state.rows()) {
        Err(StateError::NotBegun { .. } | StateError::Missing { .. }) => Ok(shown.to_vec()),
        rows => rows.map_err(refused),
    }
}

fn drawing() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let target = ProgressDrawTarget::stdout();
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// What changed: one line per calibration, or everything as one line of JSON.
fn say(path: &Path, rows: &[Row], shown: &[Row], running: Option<bool>, json: bool) {
    let changed = |row: &&Row| shown.iter().all(|old| old != *row);
    let mut changed = rows.iter().filter(changed).peekable();
    if json {
        if changed.peek().is_some() {
            to_stdout(&format!("{}\n", document(path, rows, running)));
        }
        return;
    }
    for row in changed {
        let line = format!(
            "{}  {}  {}  {}",
            row.name,
            row.state,
            row.iteration,
            reason(row)
        );
        to_stdout(&format!("{}\n", line.trim_end()));
    }
}

/// As the run itself ends.
fn exit(rows: &[Row]) -> Exit {
    let any = |state| rows.iter().any(|row| row.state == state);
    if rows
        .iter()
        .all(|row| row.state == CalibrationState::Completed)
    {
        Exit::Done
    } else if any(CalibrationState::NotEnoughData)
        && rows
            .iter()
            .all(|row| row.state.is_end() && row.state != CalibrationState::Failed)
    {
        Exit::NotEnoughData
    } else {
        Exit::CalibrationFailed
    }
}

//! What is known about one calibration.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::ValueRef;

use super::{CalibrationState, StateError};

/// How far one calibration is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// The state it is in.
    pub state: CalibrationState,
    /// The state from which a later run goes on.
    pub checkpoint: CalibrationState,
    /// Number of the iteration, from 0.
    pub iteration: u32,
    /// Why it is in this state; empty when there is nothing to say.
    pub message: String,
    /// What went wrong last; `None` once it has completed.
    pub error: Option<String>,
    /// When it first left its checkpoint in the latest run that touched it.
    pub started: Option<SystemTime>,
    /// Since when it is in this state.
    pub since: SystemTime,
}

/// Reads a row as [`super::statements::ROWS`] gives it.
pub(super) fn read(row: &rusqlite::Row<'_>, file: &Path) -> Result<Row, StateError> {
    let failed = StateError::of(file);
    let name: String = row.get(0).map_err(&failed)?;
    let stored = state(row, 1, &name, file)?;
    let checkpoint = state(row, 2, &name, file)?;
    let iteration = row.get_ref(3).map_err(&failed)?;
    let iteration = match iteration {
        ValueRef::Integer(number) => u32::try_from(number).ok(),
        _ => None,
    }
    .ok_or_else(|| bad(file, &name, "iteration", iteration))?;
    if !checkpoint.is_checkpoint() {
        let value = row.get_ref(2).map_err(&failed)?;
        return Err(bad(file, &name, "checkpoint", value));
    }
    let ours: Option<String> = row.get(4).map_err(&failed)?;
    let ours = ours.and_then(|name| name.parse::<CalibrationState>().ok());
    // Another program may have changed upstream's column; then ours says something outdated.
    let current = ours.filter(|state| state.upstream() == stored);
    let message: Option<String> = row.get(5).map_err(&failed)?;
    let time = |column: usize| row.get::<_, Option<i64>>(column).map_err(&failed);
    Ok(Row {
        state: current.unwrap_or(stored),
        message: message.filter(|_| current.is_some()).unwrap_or_default(),
        error: row.get(6).map_err(&failed)?,
        started: time(7)?.map(moment),
        since: moment(time(8)?.unwrap_or(0)),
        name,
        checkpoint,
        iteration,
    })
}

fn state(
    row: &rusqlite::Row<'_>,
    column: usize,
    name: &str,
    file: &Path,
) -> Result<CalibrationState, StateError> {
    let value = row.get_ref(column).map_err(StateError::of(file))?;
    let found = value.as_str().ok().and_then(|text| text.parse().ok());
    let found = found.filter(|state: &CalibrationState| state.upstream() == *state);
    let word = if column == 1 { "state" } else { "checkpoint" };
    found.ok_or_else(|| bad(file, name, word, value))
}

fn bad(file: &Path, name: &str, column: &'static str, value: ValueRef<'_>) -> StateError {
    let value = match value {
        ValueRef::Null => "missing".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) | ValueRef::Blob(text) => {
            format!("`{}`", String::from_utf8_lossy(text))
        }
    };
    StateError::BadValue {
        file: file.into(),
        name: name.to_owned(),
        column,
        value,
    }
}

fn moment(milliseconds: i64) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

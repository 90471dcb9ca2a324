//! Making the next run do a part of a calibration again.

use std::io::{BufRead, IsTerminal};
use std::path::Path;

use crate::caf::{self, CalibrationState, Row, StateError};

use super::super::args::{Checkpoint, ResetArguments};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::{Terminal, to_stderr, to_stdout};
use super::show::{refused, rows};
use super::table::table;

/// Runs the command.
pub(super) fn reset(
    path: &Path,
    arguments: &ResetArguments,
    talk: Terminal,
    out: Terminal,
) -> Result<Exit, Failure> {
    let name = &arguments.name;
    let checkpoint = match arguments.to {
        Checkpoint::Init => CalibrationState::Init,
        Checkpoint::CollectorCompleted => CalibrationState::CollectorCompleted,
        Checkpoint::Completed => CalibrationState::Completed,
    };
    let row = current(path, name)?;
    let iteration = iteration(arguments, row.as_ref())?;
    if caf::is_in_use(path) == Some(true) {
        return Err(in_use(&caf::Error::InUse {
            folder: path.into(),
        }));
    }
    if !talk.quiet {
        to_stderr(&announcement(name, row.as_ref(), checkpoint, iteration));
    }
    if !arguments.yes && !agreed()? {
        to_stderr("nothing is changed\n");
        return Ok(Exit::Done);
    }
    caf::reset(path, name, checkpoint, iteration).map_err(|error| match error {
        caf::Error::State(error) => refused(error),
        other => in_use(&other),
    })?;
    to_stdout(&table(&rows(path)?, out));
    Ok(Exit::Done)
}

/// What is known about the calibration; nothing when what is stored means nothing.
fn current(path: &Path, name: &str) -> Result<Option<Row>, Failure> {
    let state = caf::open_state(path).map_err(refused)?;
    match state.row(name) {
        Ok(Some(row)) => Ok(Some(row)),
        Ok(None) => Err(refused(state.unknown(name))),
        // That is what a reset is good for.
        Err(StateError::BadValue { .. }) => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

fn iteration(arguments: &ResetArguments, row: Option<&Row>) -> Result<u32, Failure> {
    let reached = row.map_or(0, |row| row.iteration);
    match arguments.iteration {
        Some(wanted) if row.is_some() && wanted > reached => {
            let message = format!(
                "{} has come to iteration {reached}, not to {wanted}",
                arguments.name
            );
            Err(Failure::new(Exit::Usage, "status::iteration", message)
                .hint(format!("give an --iteration from 0 to {reached}")))
        }
        Some(wanted) => Ok(wanted),
        None if arguments.to == Checkpoint::Init => Ok(0),
        None => Ok(reached),
    }
}

/// What will be done again.
fn announcement(
    name: &str,
    row: Option<&Row>,
    checkpoint: CalibrationState,
    iteration: u32,
) -> String {
    let from = row.map_or_else(
        || "a state that means nothing".to_owned(),
        |row| format!("{} of iteration {}", row.state, row.iteration),
    );
    let again = match checkpoint {
        CalibrationState::Init => "the next run collects its data again and runs its algorithms",
        CalibrationState::CollectorCompleted => {
            "the next run takes the data that are there and runs its algorithms again"
        }
        _ => "the next run takes its result as it is",
    };
    let later = match row {
        Some(row) if row.iteration > iteration && checkpoint != CalibrationState::Completed => {
            format!("; iterations after {iteration} are removed")
        }
        _ => String::new(),
    };
    format!(
        "{name}: from {from} to {checkpoint} of iteration {iteration}\n  {again}{later}\n  calibrations that used its constants stay as they are: reset them too if they are to use new ones\n"
    )
}

/// Asks whether to go on.
fn agreed() -> Result<bool, Failure> {
    let here = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !here {
        let message = "there is nobody to ask whether to go on";
        return Err(Failure::new(Exit::Usage, "usage::nobody-to-ask", message)
            .hint("add --yes if that is what you want"));
    }
    to_stderr("Go on? [y/N] ");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    let answer = answer.trim().to_lowercase();
    Ok(read.is_ok() && (answer == "y" || answer == "yes"))
}

fn in_use(error: &caf::Error) -> Failure {
    let failure = Failure::new(Exit::Usage, error.code(), error.to_string());
    match error {
        caf::Error::InUse { .. } => failure.hint("wait until it has ended, or stop it"),
        _ => failure,
    }
}

//! Showing the states once.

use std::path::Path;

use serde_json::json;

use crate::caf::{self, Host, Row, StateError};
use crate::report::{Accent, Style};

use super::super::args::{StatusAction, StatusArguments};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::{Terminal, to_stderr, to_stdout};
use super::document::document;
use super::reset::reset;
use super::table::table;
use super::watch::watch;

/// Runs the command; `talk` is stderr, `out` stdout.
pub(in super::super) fn status(
    arguments: &StatusArguments,
    talk: Terminal,
    out: Terminal,
) -> Result<Exit, Failure> {
    let path = &arguments.path;
    match &arguments.action {
        Some(StatusAction::Reset(_)) if arguments.json || arguments.watch => {
            let message = "reset takes neither --json nor --watch";
            Err(Failure::new(Exit::Usage, "usage::conflict", message)
                .hint("look afterwards: b2caf status --json"))
        }
        Some(StatusAction::Reset(arguments)) => reset(path, arguments, talk, out),
        None if arguments.watch => watch(path, arguments.json, talk, out),
        None => {
            let state = caf::open_state(path).map_err(refused)?;
            let rows = state.rows().map_err(refused)?;
            let host = Host::of(&state).map_err(refused)?;
            let running = caf::is_in_use(path);
            if arguments.json {
                let mut document = document(path, &rows, running);
                document["host"] = json!(host);
                let text = serde_json::to_string_pretty(&document);
                to_stdout(&format!("{}\n", text.unwrap_or_default()));
            } else {
                to_stdout(&table(&rows, out));
                if let Some(host) = host {
                    to_stdout(&format!("{}\n", out.paint(Accent::Dim, &host.to_string())));
                }
                remark(&rows, running, talk);
            }
            Ok(Exit::Done)
        }
    }
}

/// The states in the folder.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>, Failure> {
    caf::open_state(path)
        .and_then(|state| state.rows())
        .map_err(refused)
}

/// Why there is nothing to show.
pub(super) fn refused(error: StateError) -> Failure {
    let missing = matches!(error, StateError::Missing { .. });
    let failure = Failure::new(Exit::Usage, error.code(), error.to_string());
    if missing {
        failure.hint("name the output folder of a run with --path, or start one with `b2caf run`")
    } else {
        failure
    }
}

/// Says when nobody works on what looks as if it were at work.
pub(super) fn remark(rows: &[Row], running: Option<bool>, talk: Terminal) {
    let open = rows.iter().any(|row| !row.state.is_end());
    if open && running == Some(false) && !talk.quiet {
        to_stderr("no run is at work here; the next `b2caf run` goes on from the checkpoints\n");
    }
}

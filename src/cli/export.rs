//! `b2caf export`: what a run collected as ROOT files.

use crate::caf::{self, ExportError};
use crate::report::{Accent, Style};

use super::args::ExportArguments;
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stderr, to_stdout};

/// Runs the command.
pub(super) fn export(arguments: &ExportArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let name = arguments.calibration.as_deref();
    let written = caf::export(&arguments.results, name).map_err(|error| {
        let exit = match &error {
            ExportError::Damaged { .. } | ExportError::Unfit { .. } => Exit::Input,
            _ => Exit::Usage,
        };
        Failure::new(exit, error.code(), error.to_string())
    })?;
    let mut warnings = Vec::new();
    if written.is_empty() {
        warnings.push("nothing was collected: no file is written".to_owned());
    }
    for file in &written {
        to_stdout(&format!("{}\n", file.path.display()));
        for column in &file.left_out {
            warnings.push(format!("{column} holds texts, which are not in the file"));
        }
    }
    if !terminal.quiet {
        let label = terminal.paint(Accent::Warning, "warning");
        for warning in warnings {
            to_stderr(&format!("{label}: {warning}\n"));
        }
    }
    Ok(Exit::Done)
}

//! `b2caf report`: the page of a run, made of its results.

use std::fs;
use std::path::{Path, PathBuf};

use crate::caf::{Memory, Results};
use crate::report;

use super::args::ReportArguments;
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stdout};

/// Name of the page in the results of a run.
const NAME: &str = "report.html";

/// Runs the command.
pub(super) fn report(arguments: &ReportArguments, _: Terminal) -> Result<Exit, Failure> {
    let to = arguments.output.clone();
    let to = to.unwrap_or_else(|| arguments.results.join(NAME));
    let page = page(Results::open(&arguments.results))?;
    write(&to, &page)?;
    to_stdout(&format!("{}\n", to.display()));
    Ok(Exit::Done)
}

/// Writes the page of a run into its results; where it is.
pub(super) fn of_run(results: &Path) -> Result<PathBuf, Failure> {
    let to = results.join(NAME);
    write(&to, &page(Results::open(results))?)?;
    Ok(to)
}

/// The same for the last run with this memory.
pub(super) fn of_last_run(results: &Path, memory: &Memory) -> Result<PathBuf, Failure> {
    let to = results.join(NAME);
    write(&to, &page(Results::of_last_run(results, memory))?)?;
    Ok(to)
}

fn page(results: Result<Results, String>) -> Result<String, Failure> {
    let results = results.map_err(|message| {
        Failure::new(Exit::Usage, "run::no-results", message)
            .hint("give the output folder of `b2caf run`")
    })?;
    Ok(report::report(&results))
}

/// Writes the page: it has its name when it is complete.
fn write(to: &Path, page: &str) -> Result<(), Failure> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let partial = to.with_file_name(format!(".partial-{name}"));
    let written = fs::write(&partial, page).and_then(|()| fs::rename(&partial, to));
    written.map_err(|error| {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&partial);
        let message = format!("cannot write {}: {error}", to.display());
        Failure::new(Exit::Usage, "output::write", message).hint("give another file with --output")
    })
}

//! The sub-commands of `b2caf prompt`, and what they share.

use crate::script::directory::{Catalogue, Chosen, Directory, DirectoryError};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::{Failure, draw};
use super::super::terminal::Terminal;
use super::args::{PromptArguments, PromptCommand};

/// Runs the command.
pub(in super::super) fn prompt(
    arguments: &PromptArguments,
    talk: Terminal,
    out: Terminal,
) -> Result<Exit, Failure> {
    let answer = |json| Answer { json, talk, out };
    let directory = || Directory::find(arguments.scripts.as_deref()).map_err(refused);
    match &arguments.command {
        PromptCommand::Show(show) => super::show::show(show, &directory, &answer(show.json)),
        PromptCommand::Graph(graph) => {
            super::graph::graph(graph, &directory()?, &answer(graph.json))
        }
        PromptCommand::Run(run) => super::run::run(run, arguments.scripts.as_deref(), talk),
        PromptCommand::Validate(validate) => {
            super::validate::validate(validate, arguments.scripts.as_deref(), talk)
        }
        PromptCommand::Local(local) => super::local::local(local, &answer(local.json)),
        PromptCommand::Check(check) => {
            super::check::check(check, &directory()?, &answer(check.json))
        }
    }
}

/// A catalogue in which scripts cannot be read: all that is wrong with them.
pub(super) fn unreadable(catalogue: Catalogue, talk: Terminal) -> Failure {
    let problems = catalogue.problems.into_iter().flat_map(|(_, all)| all);
    let problems: Vec<_> = problems.collect();
    Failure::drawn(Exit::Script, draw(&problems, talk))
}

/// A directory that cannot be used.
pub(super) fn refused(error: DirectoryError) -> Failure {
    let failure = Failure::new(Exit::Usage, error.code(), error.to_string());
    match &error {
        DirectoryError::Unknown { name, known } => {
            let near = crate::settings::nearest(name, known.iter().map(String::as_str));
            failure.hint(near.map_or_else(
                || format!("there are {}", known.join(", ")),
                |near| format!("did you mean {near}?"),
            ))
        }
        DirectoryError::NoScripts { .. } => {
            failure.hint("give the folder that has prompt/calibrations in it, such as scripts")
        }
        _ => failure,
    }
}

/// Which scripts these are, in a sentence.
pub(super) fn which(directory: &Directory) -> String {
    let release = || format!("release {}", env!("CARGO_PKG_VERSION"));
    let folder = || directory.folder().display().to_string();
    let from = match directory.chosen() {
        Chosen::Release => return format!("the scripts of {}", release()),
        Chosen::Given => folder(),
        Chosen::Variable => format!("{} (B2CAF_SCRIPTS)", folder()),
        Chosen::Checkout => format!("{} (this checkout)", folder()),
    };
    match directory.differences() {
        Err(error) => format!("the scripts of {from}; {error}"),
        Ok(differ) if differ.is_empty() => format!("the scripts of {from}, those of {}", release()),
        Ok(differ) => {
            let shown: Vec<&str> = differ.iter().take(4).map(String::as_str).collect();
            let more = match differ.len().saturating_sub(shown.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let not = release();
            format!(
                "the scripts of {from}; not as in {not}: {}{more}",
                shown.join(", ")
            )
        }
    }
}

//! What is made of the definition of the command line: completions of shells, pages of the manual.

use std::io::Error;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::{Arguments, CompletionsArguments, ManArguments};
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stderr, to_stdout};
use crate::settings::nearest;

/// Prints what a shell reads.
pub(super) fn completions(arguments: &CompletionsArguments) -> Exit {
    let mut text = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "b2caf",
        &mut text,
    );
    to_stdout(&String::from_utf8_lossy(&text));
    Exit::Done
}

/// Prints a page of the manual, or writes all of them into a folder.
pub(super) fn man(arguments: &ManArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let mut whole = Arguments::command();
    whole.build();
    if let Some(folder) = &arguments.into {
        let pages = write(&whole, folder).map_err(|error| not_written(folder, &error))?;
        if !terminal.quiet {
            let folder = folder.display();
            to_stderr(&format!(
                "{pages} pages in {folder}: MANPATH has the folder above it\n"
            ));
        }
        return Ok(Exit::Done);
    }
    let mut command = &whole;
    for word in &arguments.command {
        command = command
            .find_subcommand(word)
            .ok_or_else(|| unknown(command, word))?;
    }
    let mut page = Vec::new();
    manual(command)
        .render(&mut page)
        .map_err(|error| not_written(Path::new("stdout"), &error))?;
    to_stdout(&String::from_utf8_lossy(&page));
    Ok(Exit::Done)
}

fn manual(command: &Command) -> Man {
    let version = concat!("b2caf ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(version).manual("b2caf")
}

/// Writes the page of a command and of all below it; gives their number.
fn write(command: &Command, folder: &Path) -> Result<usize, Error> {
    std::fs::create_dir_all(folder)?;
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
    manual(command).render(&mut page)?;
    std::fs::write(folder.join(format!("{name}.1")), page)?;
    let below = command
        .get_subcommands()
        .filter(|one| one.get_name() != "help");
    let below = below.map(|one| write(one, folder));
    Ok(1 + below.sum::<Result<usize, Error>>()?)
}

fn not_written(folder: &Path, error: &Error) -> Failure {
    let message = format!("cannot write {}: {error}", folder.display());
    Failure::new(Exit::Usage, "output::write", message).hint("name another folder with --into")
}

fn unknown(command: &Command, word: &str) -> Failure {
    let message = format!("{} has no command {word}", command.get_name());
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let failure = Failure::new(Exit::Usage, "usage::command", message);
    match (nearest(word, known.iter().copied()), known.is_empty()) {
        (Some(near), _) => failure.hint(format!("did you mean {near}?")),
        (None, false) => failure.hint(format!("there are {}", known.join(", "))),
        (None, true) => failure,
    }
}

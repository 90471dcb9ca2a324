//! Words of the command line that cannot be understood.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{CommandFactory, ValueEnum};

use super::args::{Arguments, Colour};
use super::exit::Exit;
use super::terminal::{Terminal, to_stderr, to_stdout};
use crate::settings::nearest;

/// Shows help that was asked for, or what is wrong with its code, and says how the program ends.
pub(super) fn refused(error: &Error, words: &[OsString]) -> Exit {
    let text = error.render();
    let wish = wish(words);
    let drawn = |terminal: Terminal| match terminal.colour {
        true => text.ansi().to_string(),
        false => text.to_string(),
    };
    if !error.use_stderr() {
        to_stdout(&drawn(Terminal::stdout(wish, false)));
        return Exit::Done;
    }
    let text = drawn(Terminal::new(wish, false));
    let mut coded = text.replacen("error:", &format!("error[{}]:", code(error.kind())), 1);
    if let Some(near) = meant(error, words) {
        let tip = format!("\n\n  tip: a similar subcommand exists: '{near}'\n");
        coded = coded.replacen('\n', &tip, 1);
    }
    to_stderr(&coded);
    Exit::Usage
}

/// The command that was probably meant, where nothing else says so.
fn meant(error: &Error, words: &[OsString]) -> Option<String> {
    if error.get(ContextKind::SuggestedSubcommand).is_some() {
        return None;
    }
    let ContextValue::String(given) = error.get(ContextKind::InvalidSubcommand)? else {
        return None;
    };
    let whole = Arguments::command();
    let mut command = &whole;
    for word in words.iter().skip(1).filter_map(|word| word.to_str()) {
        if word == given {
            break;
        }
        command = command.find_subcommand(word).unwrap_or(command);
    }
    let names = command.get_subcommands().map(clap::Command::get_name);
    nearest(given, names).map(str::to_owned)
}

/// Short name of what is wrong.
fn code(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::UnknownArgument => "usage::option",
        ErrorKind::InvalidSubcommand => "usage::command",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage::value",
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => "usage::missing",
        ErrorKind::ArgumentConflict => "usage::conflict",
        _ => "usage::words",
    }
}

/// What is said about colours by words that cannot be understood as a whole.
fn wish(words: &[OsString]) -> Colour {
    let mut words = words.iter().filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--color") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        if let Some(wish) = value.and_then(|value| Colour::from_str(value, false).ok()) {
            return wish;
        }
    }
    Colour::Auto
}

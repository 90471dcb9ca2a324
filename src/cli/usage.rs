//! Words of the command line that cannot be understood.

use std::ffi::OsString;

use clap::ValueEnum;
use clap::error::{Error, ErrorKind};

use super::args::Colour;
use super::exit::Exit;
use super::terminal::{Terminal, to_stderr, to_stdout};

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
    let terminal = Terminal::new(wish, false);
    let text = drawn(terminal);
    // Help without an error before it has no such word.
    let coded = match text.starts_with(HELP) {
        true => text,
        false => text.replacen("error:", &format!("error[{}]:", code(error.kind())), 1),
    };
    to_stderr(&coded);
    Exit::Usage
}

/// How help begins.
const HELP: &str = "Calibrates";

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

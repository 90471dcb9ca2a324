//! Asking before something that cannot be undone.

use std::io::{BufRead, IsTerminal};

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::to_stderr;

/// Asks for a word. Whatever else is answered is a refusal.
pub(super) fn consent(what: &str, word: &str) -> Result<(), Failure> {
    to_stderr(&format!("{what}\nType {word} to go on: "));
    let input = std::io::stdin();
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    if !input.is_terminal() {
        to_stderr("\n");
    }
    if read.is_ok() && answer.trim() == word {
        return Ok(());
    }
    let failure = Failure::new(
        Exit::REFUSED,
        "db::no-consent",
        "nothing is changed: that was not the word",
    );
    Err(failure.hint("add --yes if nobody can be asked"))
}

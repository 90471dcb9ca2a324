//! `b2caf` alone: three commands to begin with.

use crate::report::{Accent, Style};

use super::exit::Exit;
use super::terminal::{Terminal, to_stdout};

/// Commands with what they do.
const FIRST: [(&str, &str); 3] = [
    (
        "b2caf new demo",
        "begin: a script that runs, with a small sample",
    ),
    (
        "b2caf run SCRIPT --input DATA.json",
        "calibrate: constants out of scripts and ROOT files",
    ),
    ("b2caf explain CODE", "what an error means, and what to do"),
];

/// Greets. Nothing was asked for, so nothing has failed.
pub(super) fn greet(out: Terminal) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let mut text =
        format!("b2caf {version} calibrates the Belle II detector. Begin with one of these:\n\n");
    let width = FIRST
        .iter()
        .map(|(words, _)| words.len())
        .max()
        .unwrap_or(0);
    for (words, what) in FIRST {
        let blanks = " ".repeat(width - words.len());
        text += &format!("  {}{blanks}  {what}\n", out.paint(Accent::Name, words));
    }
    text += "\nb2caf --help lists all commands, b2caf COMMAND --help explains one.\n";
    to_stdout(&text);
    Exit::Done
}

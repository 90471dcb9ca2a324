//! What the terminal can do, and writing to it.

use std::io::{IsTerminal, Write};

use crate::report::{Accent, Style};

use super::args::Colour;

/// How to talk on stderr, or show data on stdout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// Whether it takes colours.
    pub(super) colour: bool,
    /// Whether it is a terminal, so that a line may be drawn again.
    pub(super) live: bool,
    /// Whether only results and errors are shown.
    pub(super) quiet: bool,
}

impl Terminal {
    /// What stderr can do, given the wish of the user.
    pub(super) fn new(colour: Colour, quiet: bool) -> Self {
        Self::of(std::io::stderr().is_terminal(), colour, quiet)
    }

    /// What stdout can do, given the wish of the user.
    pub(super) fn stdout(colour: Colour, quiet: bool) -> Self {
        Self::of(std::io::stdout().is_terminal(), colour, quiet)
    }

    fn of(live: bool, colour: Colour, quiet: bool) -> Self {
        // A terminal that cannot move its cursor takes lines only.
        let live = live && std::env::var_os("TERM").is_none_or(|name| name != "dumb");
        let wanted = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto if is_set("NO_COLOR") => false,
            Colour::Auto => live || is_set("CLICOLOR_FORCE"),
        };
        Self {
            colour: wanted,
            live,
            quiet,
        }
    }
}

/// Whether a variable asks for something: neither empty nor 0.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

impl Style for Terminal {
    fn paint(&self, accent: Accent, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match accent {
            Accent::Done => "32",
            Accent::Warning => "33",
            Accent::Failed => "31",
            Accent::Name => "36",
            Accent::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// Writes talk; nothing can be done when stderr itself is gone.
pub(super) fn to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Writes data; a reader that went away (`| head`) is no failure.
pub(super) fn to_stdout(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

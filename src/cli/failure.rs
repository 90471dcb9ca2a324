//! An error on its way to the user: what happened, what to do, and the exit code.

use super::exit::Exit;
use crate::report::{Accent, Style};
use crate::script::{self, Diagnostic};

use super::terminal::Terminal;

/// What is shown when a command cannot do its work.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    messages: Vec<String>,
    hints: Vec<String>,
    drawn: bool,
}

impl Failure {
    /// A failure with one sentence.
    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            messages: vec![message.into()],
            hints: Vec::new(),
            drawn: false,
        }
    }

    /// A failure whose text is complete as it stands, such as drawn diagnostics.
    pub(super) fn drawn(exit: Exit, text: String) -> Self {
        Self {
            exit,
            messages: vec![text],
            hints: Vec::new(),
            drawn: true,
        }
    }

    /// Adds what to do about it.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The exit code it asks for.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// The text for stderr.
    pub(super) fn text(&self, terminal: Terminal) -> String {
        if self.drawn {
            return self.messages.join("\n");
        }
        let mut text = String::new();
        for message in &self.messages {
            text += &format!("{}: {message}\n", terminal.paint(Accent::Failed, "error"));
        }
        for hint in &self.hints {
            text += &format!("  {}: {hint}\n", terminal.paint(Accent::Name, "hint"));
        }
        text
    }
}

/// Diagnostics as text, one after the other.
pub(super) fn draw(diagnostics: &[Diagnostic], terminal: Terminal) -> String {
    let drawn = diagnostics
        .iter()
        .map(|diagnostic| script::draw(diagnostic, terminal.colour));
    drawn.collect()
}

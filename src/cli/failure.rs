//! An error on its way to the user: what happened, what to do, and the exit code.

use super::exit::Exit;
use crate::report::{Accent, Style};
use crate::script::{self, Diagnostic};

use super::terminal::Terminal;

/// What is shown when a command cannot do its work.
#[derive(Debug)]
pub(super) struct Failure {
    exit: Exit,
    /// Short name of its kind; drawn texts have theirs in them.
    code: Option<&'static str>,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// A failure with one sentence, and the short name of its kind: `b2caf explain` has a page for each.
    pub(super) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code: Some(code),
            message: message.into(),
            hints: Vec::new(),
        }
    }

    /// A failure whose text is complete as it stands, such as drawn diagnostics.
    pub(super) fn drawn(exit: Exit, text: String) -> Self {
        Self {
            exit,
            code: None,
            message: text,
            hints: Vec::new(),
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
        let Some(code) = self.code else {
            return self.message.clone();
        };
        let word = terminal.paint(Accent::Failed, &format!("error[{code}]"));
        let mut text = format!("{word}: {}\n", self.message);
        for hint in &self.hints {
            text += &format!("  {}: {hint}\n", terminal.paint(Accent::Name, "hint"));
        }
        text
    }
}

/// Where more is said about the first error of a text: for people at a terminal.
pub(super) fn more_about(text: &str, terminal: Terminal) -> String {
    let code = text
        .split_once("error[")
        .and_then(|(_, rest)| rest.split_once(']'));
    match code {
        Some((code, _)) if terminal.live && !terminal.quiet => {
            let line = format!("b2caf explain {code} says more");
            format!("{}\n", terminal.paint(Accent::Dim, &line))
        }
        _ => String::new(),
    }
}

/// Diagnostics as text, one after the other.
pub(super) fn draw(diagnostics: &[Diagnostic], terminal: Terminal) -> String {
    let drawn = diagnostics
        .iter()
        .map(|diagnostic| script::draw(diagnostic, terminal.colour));
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_at_a_terminal_are_told_where_more_is_said() {
        let terminal = |live, quiet| Terminal {
            colour: false,
            live,
            quiet,
        };
        let failure = Failure::new(Exit::Usage, "new::exists", "demo is there already");
        let text = failure.text(terminal(true, false));
        let more = |live, quiet| more_about(&text, terminal(live, quiet));
        assert_eq!(more(true, false), "b2caf explain new::exists says more\n");
        assert_eq!(more(false, false), "");
        assert_eq!(more(true, true), "");
        assert_eq!(more_about("warning: few files", terminal(true, false)), "");
    }
}

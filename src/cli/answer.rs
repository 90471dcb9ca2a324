//! How results are shown: as a table or as JSON on stdout, with remarks on stderr.

use serde_json::Value;

use crate::conditions::readable;
use crate::report::{Accent, Style};

use super::table::Table;
use super::terminal::{Terminal, to_stderr, to_stdout};

/// Where results go.
#[derive(Clone, Copy)]
pub(super) struct Answer {
    pub(super) json: bool,
    pub(super) talk: Terminal,
    pub(super) out: Terminal,
}

impl Answer {
    /// Shows a result: one document of JSON, or one table.
    pub(super) fn show(&self, document: impl FnOnce() -> Value, table: impl FnOnce() -> Table) {
        if self.json {
            self.document(&document());
        } else {
            to_stdout(&table().text(self.out));
        }
    }

    /// Shows one document of JSON.
    pub(super) fn document(&self, document: &Value) {
        to_stdout(&readable(document).unwrap_or_default());
    }

    /// A remark for people.
    pub(super) fn say(&self, text: &str) {
        if !self.talk.quiet {
            to_stderr(&format!("{text}\n"));
        }
    }

    /// Something that should be looked at.
    pub(super) fn warn(&self, text: &str) {
        let word = self.talk.paint(Accent::Warning, "warning");
        self.say(&format!("{word}: {text}"));
    }
}

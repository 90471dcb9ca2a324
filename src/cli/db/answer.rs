//! How results are shown: as a table or as JSON on stdout, with remarks on stderr.

use serde_json::Value;

use crate::conditions::readable;
use crate::report::{Accent, Style};

use super::super::terminal::{Terminal, to_stderr, to_stdout};
use super::table::Table;

/// Where results go.
pub(in super::super) struct Answer {
    pub(in super::super) json: bool,
    pub(in super::super) talk: Terminal,
    pub(in super::super) out: Terminal,
}

impl Answer {
    /// Shows a result: one document of JSON, or one table.
    pub(in super::super) fn show(
        &self,
        document: impl FnOnce() -> Value,
        table: impl FnOnce() -> Table,
    ) {
        if self.json {
            self.document(&document());
        } else {
            to_stdout(&table().text(self.out));
        }
    }

    /// Shows one document of JSON.
    pub(in super::super) fn document(&self, document: &Value) {
        to_stdout(&readable(document).unwrap_or_default());
    }

    /// A remark for people.
    pub(in super::super) fn say(&self, text: &str) {
        if !self.talk.quiet {
            to_stderr(&format!("{text}\n"));
        }
    }

    /// Something that should be looked at.
    pub(in super::super) fn warn(&self, text: &str) {
        let word = self.talk.paint(Accent::Warning, "warning");
        self.say(&format!("{word}: {text}"));
    }
}

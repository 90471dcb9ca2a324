//! What is wrong with a script: plain data, drawn elsewhere.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Said by the script on purpose.
    Info,
    /// Worth knowing; nothing stops.
    Warning,
    /// The script cannot be used.
    Error,
}

/// A stretch of a source text and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Label {
    /// The file.
    pub file: PathBuf,
    /// Line of its beginning, from 1.
    pub line: u32,
    /// Column of its beginning in characters, from 1.
    pub column: u32,
    /// Its length in characters.
    pub length: u32,
    /// What is to be said; may be empty.
    pub message: String,
    /// The whole text of the file, for drawing.
    #[serde(skip)]
    pub text: Arc<str>,
}

/// A call on the way from the script to the place of an error.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// The function that was called.
    pub function: String,
    /// The file of the call.
    pub file: PathBuf,
    /// Line of the call, from 1.
    pub line: u32,
    /// Column of the call, from 1.
    pub column: u32,
}

/// A message about a script.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Short name of its kind: `script::unknown-function`.
    pub code: String,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// Places, the most important one first.
    pub labels: Vec<Label>,
    /// Facts that help to understand it.
    pub notes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
    /// Calls from the script inwards.
    pub trace: Vec<Frame>,
}

impl Diagnostic {
    /// A message without places.
    #[must_use]
    pub fn new(severity: Severity, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            hints: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// An error without places.
    #[must_use]
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without places.
    #[must_use]
    pub fn warning(code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// The same with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with one more note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same with one more place; a place without a source is left out.
    #[must_use]
    pub fn label(mut self, label: Option<Label>) -> Self {
        self.labels.extend(label);
        self
    }
}

//! What is wrong with a store or a tag, for people and as JSON.

use serde_json::{Value, json};

use crate::conditions::tags::{Allowed, Fault, Severity, TagError};
use crate::report::{Accent, Style};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::Terminal;
use super::args::AllowedArguments;
use super::refused::refused;

impl AllowedArguments {
    /// What is let through.
    pub(super) fn allowed(self) -> Allowed {
        Allowed {
            gaps: self.allow_gaps,
            overlaps: self.allow_overlaps,
        }
    }
}

/// Faults with what to do about them, two lines each.
pub(super) fn text(faults: &[Fault], style: Terminal) -> String {
    let mut text = String::new();
    for fault in faults {
        let word = match fault.severity {
            Severity::Error => {
                style.paint(Accent::Failed, &format!("error[{}]", fault.kind.code()))
            }
            Severity::Warning => {
                style.paint(Accent::Warning, &format!("warning[{}]", fault.kind.code()))
            }
        };
        let hint = style.paint(Accent::Name, "hint");
        text += &format!("{word}: {fault}\n  {hint}: {}\n", fault.advice);
    }
    text
}

/// How many there are of each.
pub(super) fn count(faults: &[Fault]) -> String {
    let of = |severity| faults.iter().filter(|f| f.severity == severity).count();
    let errors = several(of(Severity::Error), "error");
    format!("{errors}, {}", several(of(Severity::Warning), "warning"))
}

/// A number of things.
pub(super) fn several(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

/// One fault as JSON.
pub(super) fn document(fault: &Fault) -> Value {
    json!({
        "kind": fault.kind.name(),
        "severity": match fault.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "payload": fault.payload,
        "line": fault.line,
        "iov": fault.iov,
        "text": fault.text,
        "advice": fault.advice,
    })
}

/// The failure for an error, where faults of what was given are all shown.
pub(super) fn refused_with_faults(error: TagError, what: &str, answer: &Answer) -> Failure {
    match error {
        TagError::Faults(faults) => {
            let mut text = text(&faults, answer.talk);
            let word = answer.talk.paint(Accent::Failed, "error[store::faults]");
            text += &format!("{word}: {what}: {}\n", count(&faults));
            Failure::drawn(Exit::Input, text)
        }
        other => refused(other),
    }
}

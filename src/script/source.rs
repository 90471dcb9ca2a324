//! A source text that took part in a plan.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rhai::{AST, Position};

use crate::expr::Place;

use super::Environment;

/// A source text that took part: the script itself or one of its imports.
#[derive(Debug)]
pub struct Source {
    /// Its number, from 1, in the order of loading.
    pub id: u32,
    /// The name Rhai knows it by, unique: the name of the import, or of the script's file.
    pub name: String,
    /// Where it was read, for people: a file, or `std/files.rhai` when built in.
    pub path: PathBuf,
    /// The text.
    pub text: Arc<str>,
    /// Hash of the text, blake3 in hexadecimal digits.
    pub hash: String,
    /// Text of the leading `//!` comment.
    pub doc: String,
    /// Lines of all texts before it: to Rhai, the texts of a script follow each other, so that a
    /// position belongs to one text and closures of different texts have different names.
    pub(super) lines_before: u32,
    /// Its syntax tree, closures included.
    pub ast: AST,
    /// What its functions see; set once its top level has been evaluated.
    pub(super) environment: OnceLock<Arc<Environment>>,
}

impl Source {
    /// A place in this text.
    #[must_use]
    pub fn place(&self, position: Position) -> Place {
        let number = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        Place {
            source: self.id,
            line: number(position.line()).saturating_sub(self.lines_before),
            column: number(position.position()),
        }
    }

    /// What its functions see, once its top level has been evaluated.
    #[must_use]
    pub fn environment(&self) -> Option<Arc<Environment>> {
        self.environment.get().cloned()
    }

    /// Text of the `//!` lines a text begins with, without the marks.
    pub(super) fn leading_comment(text: &str) -> String {
        let lines: Vec<&str> = text
            .lines()
            .map_while(|line| line.trim_start().strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end())
            .collect();
        lines.join("\n").trim().to_owned()
    }
}

//! A tree: entries, columns, and the ranges worth reading at once.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::column::Column;
use super::error::{Error, Result, hint};

/// A tree of a file.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(super) path: Arc<PathBuf>,
    pub(super) name: Arc<str>,
    pub(super) entries: u64,
    pub(super) columns: Vec<Column>,
}

impl Tree {
    /// Its path in the file, without cycle.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of entries.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// All columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column with that whole path.
    ///
    /// # Errors
    /// There is none; the nearest name is suggested.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.columns
            .iter()
            .find(|column| column.name() == name)
            .ok_or_else(|| Error::NoBranch {
                path: self.path.to_path_buf(),
                tree: self.name.to_string(),
                name: name.to_owned(),
                hint: hint(name, self.columns.iter().map(Column::name)),
            })
    }

    /// Ranges of entries for parallel work: whole, in order, each basket in as few as possible.
    #[must_use]
    pub fn clusters(&self) -> Vec<Range<u64>> {
        let whole = 0..self.entries;
        if whole.is_empty() {
            Vec::new()
        } else {
            vec![whole]
        }
    }
}

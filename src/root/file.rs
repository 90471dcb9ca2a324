//! A file: its header, its keys, its trees and histograms.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{Error, Result};
use super::tree::Tree;

/// An open file; it may be used by any number of threads at once.
#[derive(Debug)]
pub struct RootFile {
    path: Arc<PathBuf>,
}

impl RootFile {
    /// Opens and checks a file: header, size, keys.
    ///
    /// # Errors
    /// No such file, no ROOT file, a cut-off or damaged one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self {
            path: Arc::new(path.as_ref().to_path_buf()),
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tree of that name: `tree`, `dir/sub/tree`, `tree;2` for a certain cycle.
    ///
    /// # Errors
    /// There is none (what is there is listed), it is an RNTuple, it is damaged.
    pub fn tree(&self, name: &str) -> Result<Tree> {
        Err(Error::Missing {
            path: self.path.to_path_buf(),
            kind: "tree",
            name: name.to_owned(),
            hint: String::new(),
            present: Vec::new(),
        })
    }
}

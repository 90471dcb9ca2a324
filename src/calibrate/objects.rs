//! What an algorithm sees of the collected data.

use std::sync::Arc;

use crate::expr::Table;
use crate::hist::{Block, Histogram};
use crate::iov::ExpRun;

/// One object split into channels, merged over runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Channels {
    /// What a channel is: `crystal`; empty for a single object.
    pub name: String,
    /// Channel number and its histogram, in the order of the channels; a single object has one
    /// entry, with number 0.
    pub histograms: Vec<(i64, Histogram)>,
}

/// Collected objects, kept apart by run.
pub trait Objects: Send + Sync {
    /// Runs with data, sorted.
    fn runs(&self) -> Vec<ExpRun>;

    /// Whether objects are kept apart by run. If not, any list of runs gives the sum of all.
    fn by_run(&self) -> bool;

    /// A histogram or profile, merged over `runs`; `None` if there is no such object. Empty, not
    /// missing, when nothing was filled.
    ///
    /// # Errors
    /// When the object is something else, or cannot be read, in a sentence.
    fn channels(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Channels>, String>;

    /// Rows of a table, in all of `runs`; `None` if there is no such object.
    ///
    /// # Errors
    /// When the object is something else, or cannot be read, in a sentence.
    fn rows(&self, object: &str, runs: &[ExpRun]) -> Result<Option<u64>, String> {
        let table = self.table(object, runs)?;
        Ok(table.map(|table| table.len() as u64))
    }

    /// A histogram, profile, efficiency or sum with all its channels, merged over `runs`; `None`
    /// if there is no such object.
    ///
    /// # Errors
    /// When the object is a table, or cannot be read, in a sentence.
    fn block(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Block>, String> {
        let _ = (object, runs);
        Ok(None)
    }

    /// A table, its rows those of `runs` one after the other; `None` if there is no such object.
    ///
    /// # Errors
    /// When the object is something else, or cannot be read, in a sentence.
    fn table(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Table>, String> {
        let _ = (object, runs);
        Ok(None)
    }

    /// Names of all objects, in the order of their declaration.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    /// The collections these objects come from, by name.
    fn collections(&self) -> Vec<(String, Arc<dyn Objects>)> {
        Vec::new()
    }
}

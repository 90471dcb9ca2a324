//! What an algorithm sees of the collected data.

use crate::hist::Histogram;
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
pub trait Objects {
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

    /// Rows of a table, in all of `runs`; `None` if there is no such table.
    fn rows(&self, object: &str, runs: &[ExpRun]) -> Option<u64>;
}

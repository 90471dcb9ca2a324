//! How far a job has come.

use serde::{Deserialize, Serialize};

/// The state of a job or sub-job, in the order in which they count.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Described, nothing more.
    #[default]
    Init,
    /// Handed to whoever runs it.
    Submitted,
    /// Under way.
    Running,
    /// Ended badly.
    Failed,
    /// Ended well.
    Completed,
}

impl Status {
    /// The state of a job by those of its sub-jobs: the least advanced counts, so that it has failed only when
    /// all have ended. `None` without sub-jobs.
    #[must_use]
    pub fn of_subjobs(subjobs: impl IntoIterator<Item = Self>) -> Option<Self> {
        subjobs.into_iter().min()
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Failed | Self::Completed)
    }
}

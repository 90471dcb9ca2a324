//! What can be wrong with jobs and threads.

use std::io;
use std::path::PathBuf;

/// Why work cannot be split up or started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system gives no more threads.
    #[error("could not start {threads} threads: {source}")]
    Threads {
        /// As many as were asked for.
        threads: usize,
        /// What stood in the way.
        source: rayon::ThreadPoolBuildError,
    },
    /// A limit that leaves nothing.
    #[error("{limit} {what} are not possible; give at least 1")]
    Limit {
        /// What is limited.
        what: &'static str,
        /// The limit as given.
        limit: i64,
    },
    /// Arguments for more sub-jobs than there may be.
    #[error(
        "there are arguments for more than {limit} sub-jobs; give fewer arguments or a higher limit"
    )]
    TooManyArguments {
        /// Sub-jobs at most.
        limit: usize,
    },
    /// A sub-job number that is given twice.
    #[error("job {job} has two sub-jobs {id}; numbers of sub-jobs must differ")]
    SubjobTwice {
        /// Name of the job.
        job: String,
        /// The number.
        id: usize,
    },
    /// A job record that cannot be read.
    #[error("{} is no job record: {reason}", .path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        reason: String,
    },
    /// The operating system said no.
    #[error("could not {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb: `write`.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
}

impl Error {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Threads { .. } => "run::threads",
            Self::Limit { .. } => "job::limit",
            Self::TooManyArguments { .. } => "job::too-many",
            Self::SubjobTwice { .. } => "job::twice",
            Self::Record { .. } => "job::record",
            Self::Io { .. } => "output::write",
        }
    }

    /// For `map_err`: the operating system refused `action` on `path`.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

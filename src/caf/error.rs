//! What keeps a plan from running at all, or from writing what came out.

use std::io;
use std::path::PathBuf;

use crate::{backend, conditions, plan};

use super::StateError;

/// Why a plan could not be run to its end. A calibration that fails is no such reason: it is
/// part of the outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The plan is wrong.
    #[error(transparent)]
    Plan(#[from] plan::Error),
    /// Input files cannot be used.
    #[error("{message}")]
    Input {
        /// Which file, and what was found.
        message: String,
    },
    /// The output folder is no folder.
    #[error("the output folder {} is a file", .folder.display())]
    NotAFolder {
        /// The folder as given.
        folder: PathBuf,
    },
    /// The output folder holds something else.
    #[error(
        "the output folder {} is not empty and does not come from b2caf; choose another one with --output",
        .folder.display()
    )]
    NotOurs {
        /// The folder as given.
        folder: PathBuf,
    },
    /// The output folder holds an earlier run.
    #[error(
        "the output folder {} holds the results of an earlier run; replace them with --overwrite, or choose another one with --output",
        .folder.display()
    )]
    EarlierRun {
        /// The folder as given.
        folder: PathBuf,
    },
    /// Something cannot be written.
    #[error("cannot write to the output folder {}: {source}; choose another one with --output", .path.display())]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A folder of constants to start from that is none.
    #[error(
        "there are no constants to start from in {}: a folder with a database.txt is needed",
        .folder.display()
    )]
    NoConstants {
        /// The folder as given.
        folder: PathBuf,
    },
    /// There are no threads to work with.
    #[error(transparent)]
    Backend(#[from] backend::Error),
    /// The store of payloads cannot be written or read.
    #[error(transparent)]
    Conditions(#[from] conditions::Error),
    /// The states of the calibrations cannot be written or read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A calibration can go nowhere from the state it is in.
    #[error("a calibration cannot go on: {message}; this is a bug in b2caf")]
    Stuck {
        /// Which step is not possible.
        message: String,
    },
}

impl Error {
    /// For `map_err`: `path` could not be written.
    pub(super) fn output(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Output { path, source }
    }
}

//! What keeps a plan from running at all, or from writing what came out.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};

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
    /// A program that input files go through made nothing usable of one.
    #[error("{problem}")]
    Program {
        /// What happened, and where the script asks for the program.
        problem: Box<plan::Problem>,
    },
    /// The output folder is no folder.
    #[error("the output folder {} is a file; choose another one with --output", .folder.display())]
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
    /// The output folder was begun by something else.
    #[error(
        "the output folder {} cannot be continued: {difference}; replace what is there with --overwrite, or choose another one with --output",
        .folder.display()
    )]
    OtherPlan {
        /// The folder as given.
        folder: PathBuf,
        /// What is different, in words.
        difference: String,
    },
    /// An input file is not what it was when the run began.
    #[error(
        "the run that was interrupted cannot be continued: the input file {} has changed since; begin again with --overwrite, or choose another folder with --output",
        .path.display()
    )]
    ChangedInput {
        /// The file.
        path: PathBuf,
    },
    /// The constants to start from are not those with which the run began.
    #[error(
        "the run that was interrupted cannot be continued: it began with other constants than those given with --constants now; give the same, begin again with --overwrite, or choose another folder with --output"
    )]
    OtherConstants,
    /// Another process works in the output folder.
    #[error(
        "another run is at work in the output folder {}; wait for it (`b2caf status --path {}` shows how far it is), or choose another one with --output",
        .folder.display(),
        .folder.display()
    )]
    InUse {
        /// The folder as given.
        folder: PathBuf,
    },
    /// Something cannot be written.
    #[error("{}", cannot_write(.path, .source))]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A calibration, or a file of results, ran into a bug of this program.
    #[error("{what}: {message}; this is a bug in b2caf")]
    Panicked {
        /// What ran into it: `calibration alignment`.
        what: String,
        /// What the program said.
        message: String,
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
    /// The run was asked to end.
    #[error("the run was stopped; what is done is kept")]
    Stopped,
    /// There are no threads to work with.
    #[error(transparent)]
    Backend(#[from] backend::Error),
    /// The store of payloads cannot be written or read.
    #[error(transparent)]
    Conditions(conditions::Error),
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

impl From<conditions::Error> for Error {
    fn from(error: conditions::Error) -> Self {
        match error {
            // The same words, wherever the room ran out.
            conditions::Error::Io { path, source, .. } if is_full(&source) => {
                Self::Output { path, source }
            }
            other => Self::Conditions(other),
        }
    }
}

/// Whether there is no room left to write.
fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Writing failed: for want of room, or for good.
fn cannot_write(path: &Path, source: &io::Error) -> String {
    let path = path.display();
    if is_full(source) {
        return format!(
            "there is no room left to write {path}: {source}; make some and run the same command again, it goes on where it was"
        );
    }
    format!("cannot write to the output folder {path}: {source}; choose another one with --output")
}

impl Error {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Plan(error) => error
                .problems()
                .first()
                .map_or("run::bug", |first| first.code),
            Self::Program { problem } => problem.code,
            Self::Backend(error) => error.code(),
            Self::Conditions(error) => error.code(),
            Self::State(error) => error.code(),
            Self::Input { .. } => "input::file",
            Self::NotAFolder { .. } => "output::not-a-folder",
            Self::NotOurs { .. } => "output::not-ours",
            Self::OtherPlan { .. } => "output::other-plan",
            Self::ChangedInput { .. } => "output::changed-input",
            Self::OtherConstants => "output::other-constants",
            Self::InUse { .. } => "output::in-use",
            Self::Output { .. } => "output::write",
            Self::Panicked { .. } | Self::Stuck { .. } => "run::bug",
            Self::NoConstants { .. } => "run::no-constants",
            Self::Stopped => "run::stopped",
        }
    }

    /// Whether it concerns one calibration and what it was given, so that others may go on.
    pub(super) fn is_of_input(&self) -> bool {
        matches!(
            self,
            Self::Plan(_) | Self::Program { .. } | Self::Input { .. } | Self::Panicked { .. }
        )
    }

    /// The error of a calibration that panicked.
    pub(super) fn panicked(calibration: &str, panic: &(dyn Any + Send)) -> Self {
        Self::Panicked {
            what: format!("calibration {calibration}"),
            message: message_of(panic),
        }
    }

    /// The error of a file whose writer panicked.
    pub(super) fn panicked_at(path: &Path, panic: &(dyn Any + Send)) -> Self {
        Self::Panicked {
            what: path.display().to_string(),
            message: message_of(panic),
        }
    }

    /// For `map_err`: `path` could not be written.
    pub(super) fn output(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Output { path, source }
    }
}

/// What a panic said.
fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let message = text.or_else(|| panic.downcast_ref::<String>().cloned());
    message.unwrap_or_else(|| "it stopped without a message".into())
}

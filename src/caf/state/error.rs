//! What can be wrong with the file of states, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why the file of states cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// There is no such file.
    #[error("no run has left its state in {}: there is no such file", .file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// A run has created the file and not yet written to it.
    #[error("{} is still empty: the run has just begun, or ended at once; look again, or run again", .file.display())]
    NotBegun {
        /// The file.
        file: PathBuf,
    },
    /// The file is something else.
    #[error(
        "{} is not a state database of b2caf; move it away, or choose another output folder",
        .file.display()
    )]
    NotOurs {
        /// The file.
        file: PathBuf,
    },
    /// The file was written by a later version.
    #[error(
        "{} was written by a newer b2caf (schema {found}, this one knows {known}); use that one, or choose another output folder",
        .file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// Schema number in the file.
        found: i64,
        /// The latest schema number that is known here.
        known: i64,
    },
    /// A calibration that the file does not know.
    #[error("{} knows no calibration {name}{}", .file.display(), did_you_mean(.near.as_deref()))]
    Unknown {
        /// The file.
        file: PathBuf,
        /// The name that was asked for.
        name: String,
        /// The most similar name that is there.
        near: Option<String>,
    },
    /// A value that makes no sense, such as one written by another program.
    #[error(
        "{}: the {column} of {name} is {value}, which means nothing; set it right with `b2caf status reset {name} --to init`",
        .file.display()
    )]
    BadValue {
        /// The file.
        file: PathBuf,
        /// The calibration.
        name: String,
        /// The column.
        column: &'static str,
        /// What stands there.
        value: String,
    },
    /// A state to go on from that is none.
    #[error(
        "no run can go on from {state}: it is not a checkpoint; those are init, collector_completed and completed"
    )]
    NotACheckpoint {
        /// The state.
        state: &'static str,
    },
    /// Another program keeps the file to itself.
    #[error("{} has been in use by another program for too long; end it, and try again", .file.display())]
    Busy {
        /// The file.
        file: PathBuf,
    },
    /// The file is broken.
    #[error(
        "{} is damaged ({message}); start again with --overwrite, or choose another output folder",
        .file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What was found.
        message: String,
    },
    /// There is no room for the file to grow.
    #[error(
        "there is no room left to write {}; make some and run the same command again, it goes on where it was",
        .file.display()
    )]
    Full {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be read or written.
    #[error(
        "cannot use {}: {message}; check that there is space left and that you may write there",
        .file.display()
    )]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What was said.
        message: String,
    },
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

impl StateError {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "state::missing",
            Self::NotBegun { .. } => "state::not-begun",
            Self::NotOurs { .. } => "state::not-ours",
            Self::Newer { .. } => "state::newer",
            Self::Unknown { .. } => "state::unknown-calibration",
            Self::BadValue { .. } => "state::bad-value",
            Self::NotACheckpoint { .. } => "state::not-a-checkpoint",
            Self::Busy { .. } => "state::busy",
            Self::Damaged { .. } => "state::damaged",
            Self::Full { .. } => "state::full",
            Self::Unusable { .. } => "state::unusable",
        }
    }

    /// For `map_err`: what the database said about `file`.
    pub(super) fn of(file: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |error| {
            let (file, message) = (file.to_path_buf(), plain(&error));
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Self::NotOurs { file },
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file },
                Some(ErrorCode::DiskFull) => Self::Full { file },
                Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { file, message },
                // A table or column that should be there is not.
                Some(ErrorCode::Unknown) => Self::Damaged { file, message },
                _ => Self::Unusable { file, message },
            }
        }
    }
}

fn plain(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

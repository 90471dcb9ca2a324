//! What can go wrong with a program of the path.

use std::io;
use std::path::PathBuf;

use crate::root;

/// Why a program gave no usable file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The program is not there.
    #[error(
        "{name}: there is no program {program}; load the environment that has it, or give its whole path"
    )]
    NoProgram {
        /// The step.
        name: String,
        /// First word of its command.
        program: String,
    },
    /// A file that it needs is not there.
    #[error("{name}: there is no file {}; `files` are found beside the script", file.display())]
    NoFile {
        /// The step.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// A file that it needs has changed since the plan was made.
    #[error("{name}: {} has changed since the script was read; run the script again", file.display())]
    FileChanged {
        /// The step.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// The program could not be started.
    #[error("{name}: `{command}` cannot be started: {source}")]
    Start {
        /// The step.
        name: String,
        /// The command line.
        command: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The program did not end well.
    #[error("{name}: `{command}` {how}; everything it said is in {}{said}", log.display())]
    Failed {
        /// The step.
        name: String,
        /// The command line.
        command: String,
        /// `ended with exit code 3`.
        how: String,
        /// The last lines of what it said, each after a line break.
        said: String,
        /// The whole of it.
        log: PathBuf,
    },
    /// The program ended well without a file.
    #[error("{name}: `{command}` ended well but wrote no file to the place of {{output}}")]
    NoOutput {
        /// The step.
        name: String,
        /// The command line.
        command: String,
    },
    /// The file is not what the collector needs.
    #[error("{name}: `{command}` wrote a file that cannot be used: {source}")]
    BadOutput {
        /// The step.
        name: String,
        /// The command line.
        command: String,
        /// What was found.
        source: Box<root::Error>,
    },
    /// The events of the input cannot be counted.
    #[error(
        "{name}: {{events}} is the number of events in {}, which cannot be found out ({reason}); give it with `first` in front",
        file.display()
    )]
    NoCount {
        /// The step.
        name: String,
        /// The input file.
        file: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Constants are asked for, and nobody gives them.
    #[error("{name}: {{payloads}} is asked for, but no constants are at hand")]
    NoPayloads {
        /// The step.
        name: String,
    },
    /// There is no folder to keep files in.
    #[error("{name}: a folder for the files of programs is needed; none was given")]
    NoFolder {
        /// The step.
        name: String,
    },
    /// A file or folder cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl ProgramError {
    /// The step of the path that it is about, if it is about one.
    #[must_use]
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::NoProgram { name, .. }
            | Self::NoFile { name, .. }
            | Self::FileChanged { name, .. }
            | Self::Start { name, .. }
            | Self::Failed { name, .. }
            | Self::NoOutput { name, .. }
            | Self::BadOutput { name, .. }
            | Self::NoCount { name, .. }
            | Self::NoPayloads { name }
            | Self::NoFolder { name } => Some(name),
            Self::Io { .. } => None,
        }
    }

    /// For `map_err`: something went wrong with `path`.
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

//! What can be wrong with input data.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::iov::{self, ExpRun, IoV};
use crate::root;

/// Why input data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input data file itself cannot be read.
    #[error("cannot read the input data file {}: {source}; give the path of a JSON file that names the input", path.display())]
    Unreadable {
        /// The input data file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The input data file is no JSON.
    #[error("{}:{line}:{column}: no JSON: {reason}", path.display())]
    NotJson {
        /// The input data file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser said.
        reason: String,
    },
    /// The input data file is JSON of another shape.
    #[error(
        "{} holds {found}; it must be an object: {{\"name\": [[\"file or folder\", [experiment, run]], ...]}}",
        path.display()
    )]
    NotAnObject {
        /// The input data file.
        path: PathBuf,
        /// What it holds, in words.
        found: &'static str,
    },
    /// The input data file names no file at all.
    #[error("{} names no files; give at least one: {{\"name\": [[\"file or folder\", [experiment, run]]]}}", path.display())]
    Empty {
        /// The input data file.
        path: PathBuf,
    },
    /// Entries that cannot be used, all of them.
    #[error("{} in {}:{}", count(problems.len()), path.display(), lines(problems))]
    Problems {
        /// The input data file.
        path: PathBuf,
        /// What is wrong, in the order of the file.
        problems: Vec<InputProblem>,
    },
    /// Samples that the script needs and the input data do not have.
    #[error("{} has no {}; it has {}", path.display(), names(missing), names(given))]
    MissingNames {
        /// The input data file.
        path: PathBuf,
        /// Names that are missing, sorted.
        missing: Vec<String>,
        /// Names that are there, sorted.
        given: Vec<String>,
    },
    /// A file that is not among those that were given.
    #[error("{} is not among these {count} files{hint}", path.display())]
    UnknownPath {
        /// The file.
        path: PathBuf,
        /// How many files there are.
        count: usize,
        /// `, did you mean …?`, or nothing.
        hint: String,
    },
    /// A file with two different intervals.
    #[error("{} is given twice, for {first} and for {second}", path.display())]
    TwoIntervals {
        /// The file.
        path: PathBuf,
        /// Interval given first.
        first: IoV,
        /// Interval given then.
        second: IoV,
    },
    /// A limit below zero.
    #[error("{value} {what} are not possible; 0 means none")]
    NegativeLimit {
        /// What is limited.
        what: &'static str,
        /// The limit.
        value: i64,
    },
    /// A fraction that is none.
    #[error("a fraction lies between 0 and 1, not at {0}")]
    Fraction(f64),
    /// Several files that cannot be used.
    #[error("{}:{}", count(.0.len()), faults(.0))]
    Files(Vec<Fault>),
    /// A file that cannot be used.
    #[error(transparent)]
    File(#[from] Fault),
}

impl Error {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "input::unreadable",
            Self::NotJson { .. } | Self::NotAnObject { .. } => "input::no-json",
            Self::Empty { .. } => "input::empty",
            Self::Problems { .. } => "input::entries",
            Self::MissingNames { .. } => "input::missing-sample",
            Self::UnknownPath { .. }
            | Self::TwoIntervals { .. }
            | Self::NegativeLimit { .. }
            | Self::Fraction(_) => "dataset::files",
            Self::Files(_) | Self::File(_) => "input::path",
        }
    }
}

/// What is wrong at one place of the input data.
#[derive(Debug)]
pub struct InputProblem {
    /// Name of the sample.
    pub name: String,
    /// Number of its entry, from 1.
    pub entry: Option<usize>,
    /// What is wrong.
    pub fault: Fault,
}

impl fmt::Display for InputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry {
            Some(entry) => write!(f, "\"{}\", entry {entry}: {}", self.name, self.fault),
            None => write!(f, "\"{}\": {}", self.name, self.fault),
        }
    }
}

/// One thing that is wrong with an entry or a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A sample that is given more than once.
    #[error("the name is given twice; put all its files into one list")]
    NameTwice,
    /// The files of a sample are no list.
    #[error("must be a list of [\"file or folder\", [experiment, run]], not {0}")]
    NotAList(&'static str),
    /// An entry of another shape.
    #[error("must be [\"file or folder\", [experiment, run]], not {0}")]
    EntryShape(String),
    /// The first part of an entry is no path.
    #[error("the first part must be the path of a file or folder, not {0}")]
    NoPath(String),
    /// The second part of an entry does not name runs.
    #[error(
        "[experiment, run] are two whole numbers from 0 (or four for a range of runs), not {0}"
    )]
    Runs(String),
    /// Four numbers that are no interval.
    #[error(transparent)]
    Interval(#[from] iov::Error),
    /// A path that does not exist.
    #[error("there is no file or folder {}; correct the path, or bring the file there", .0.display())]
    Missing(PathBuf),
    /// A text that should name a file and is empty.
    #[error("the name of a file is empty; give its path or address")]
    NoName,
    /// A folder where a file is needed.
    #[error("{} is a folder; name the files in it", .0.display())]
    NotAFile(PathBuf),
    /// A file that does not lie as raw data do.
    #[error("the run of the raw data file {} cannot be told: {reason}", path.display())]
    RawData {
        /// The file.
        path: PathBuf,
        /// What is not as it should be.
        reason: String,
    },
    /// Wildcards that nothing matches.
    #[error("nothing matches {}", .0.display())]
    NoMatch(PathBuf),
    /// A file that does not say which runs it holds.
    #[error("{} says nothing about its runs: it has no FileMetaData, or no events", .0.display())]
    NoRuns(PathBuf),
    /// A folder without files.
    #[error("no file below the folder {} ends in .root", .0.display())]
    EmptyFolder(PathBuf),
    /// A file or folder that the system does not let us read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// File or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file on another machine.
    #[error("{0} is not on this machine: only local files can be read; copy it here")]
    Remote(String),
    /// A file that was listed before.
    #[error("{} is already listed by entry {entry}; its events would count twice", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// The entry before, from 1.
        entry: usize,
    },
    /// A file whose name is no text.
    #[error("the name of {} is not UTF-8, so that scripts cannot name it; rename it", .0.display())]
    NoText(PathBuf),
    /// A file whose contents cannot be used.
    #[error(transparent)]
    Root(#[from] root::Error),
    /// A file that holds other runs than it is said to.
    #[error(
        "{} holds runs from {first} to {last} by its metadata, but is given for {given}",
        path.display()
    )]
    OtherRuns {
        /// The file.
        path: PathBuf,
        /// First run by the metadata.
        first: ExpRun,
        /// Last run by the metadata.
        last: ExpRun,
        /// Interval by the input data.
        given: IoV,
    },
    /// Metadata that cannot be.
    #[error("{} has metadata of {found} files; a basf2 file has those of one", path.display())]
    MetadataCount {
        /// The file.
        path: PathBuf,
        /// Entries of the tree `persistent`.
        found: u64,
    },
    /// Metadata without one of its numbers.
    #[error("the metadata of {} have no {member}", path.display())]
    MetadataMember {
        /// The file.
        path: PathBuf,
        /// The member of `FileMetaData`.
        member: String,
    },
    /// A file without the metadata that would say which runs it holds.
    #[error("{} does not say which runs it holds; give its interval with FileMap([[path, iov]])", path.display())]
    NoMetadata {
        /// The file.
        path: PathBuf,
    },
}

fn count(problems: usize) -> String {
    match problems {
        1 => "one problem".to_owned(),
        n => format!("{n} problems"),
    }
}

fn lines(problems: &[InputProblem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

fn faults(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}

fn names(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

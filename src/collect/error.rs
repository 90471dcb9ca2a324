//! What can go wrong while events are read, and where.

use std::path::{Path, PathBuf};

use super::ProgramError;
use crate::expr::Failure;
use crate::iov::{ExpRun, IoV};
use crate::root;

/// Why objects could not be collected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The pass was asked to end.
    #[error("the pass was stopped")]
    Stopped,
    /// A collector without files.
    #[error("collector {collector} has no input files")]
    NoFiles {
        /// Name of the collector.
        collector: String,
    },
    /// A file, a tree or a column cannot be read.
    #[error("{}{source}", before(file, source))]
    File {
        /// The file.
        file: PathBuf,
        /// What was found.
        source: Box<root::Error>,
    },
    /// A program of the path made nothing usable of a file.
    #[error("{}: {source}", file.display())]
    Program {
        /// The input file.
        file: PathBuf,
        /// What happened.
        source: Box<ProgramError>,
    },
    /// A program of the path cannot be run at all.
    #[error(transparent)]
    NoProgram(#[from] ProgramError),
    /// A step of the collector does not fit the columns of the first file.
    #[error("{failure}{} (columns of {})", hint(failure), file.display())]
    Description {
        /// The file whose columns were taken.
        file: PathBuf,
        /// What is wrong, and where it was written.
        failure: Box<Failure>,
    },
    /// A column that the collector uses is missing in a file, or different there.
    #[error("{} differs from {}: {difference}", file.display(), difference.first.display())]
    Differs {
        /// The file that differs.
        file: PathBuf,
        /// The column, here and there.
        difference: Box<Difference>,
    },
    /// A column given for experiment, run or event number is none.
    #[error("{}: column {column} cannot tell the run: it is {found}", file.display())]
    RunColumn {
        /// The file.
        file: PathBuf,
        /// As given.
        column: String,
        /// What it is, in words.
        found: String,
    },
    /// Nothing says to which run the events of a file belong.
    #[error(
        "{}: no column says the experiment and run of an event, and the file's interval {iov} is \
         not a single run; name the columns, or list the file with one run",
        file.display()
    )]
    NoRun {
        /// The file.
        file: PathBuf,
        /// Its interval.
        iov: IoV,
    },
    /// Event numbers are needed, and there are none.
    #[error(
        "{}: {who} needs the number of each event, and no column says it; name the column",
        file.display()
    )]
    NoEventNumber {
        /// The file.
        file: PathBuf,
        /// What needs them: `a prescale`.
        who: &'static str,
    },
    /// A number in the run columns that is no experiment or run.
    #[error("{}, entry {entry}: {value} in column {column} is no experiment, run or event number", file.display())]
    NotARun {
        /// The file.
        file: PathBuf,
        /// Its entry.
        entry: u64,
        /// The column.
        column: String,
        /// The value found.
        value: String,
    },
    /// An event of a run that the file should not hold.
    #[error(
        "{}, entry {entry}: the event belongs to run {run}, which is outside of the file's \
         interval {iov}; correct the list of input files",
        file.display()
    )]
    OutsideInterval {
        /// The file.
        file: PathBuf,
        /// Its entry.
        entry: u64,
        /// Run of the event.
        run: ExpRun,
        /// Interval of the file.
        iov: IoV,
    },
    /// Columns of one array that have different numbers of elements.
    #[error(
        "{}, entry {entry}: {column} and {other} have different numbers of elements ({} and {}), so they are no array",
        file.display(), lengths.0, lengths.1
    )]
    Uneven {
        /// The file.
        file: PathBuf,
        /// Its entry.
        entry: u64,
        /// A column.
        column: String,
        /// Another column.
        other: String,
        /// Their elements.
        lengths: (u64, u64),
    },
    /// A relation or a member leads to an element that does not exist.
    #[error(
        "{}, entry {entry}: {by} leads to element {number} of {array}, which has {count} there",
        file.display()
    )]
    NoElement {
        /// The file.
        file: PathBuf,
        /// Its entry.
        entry: u64,
        /// The relation or member.
        by: String,
        /// The number of the element, counted from 0.
        number: i64,
        /// The array.
        array: String,
        /// How many elements it has in that entry.
        count: usize,
    },
    /// A formula fails for a row.
    #[error("{}, entry {entry} (run {run}): {failure}{}", file.display(), hint(failure))]
    Row {
        /// The file.
        file: PathBuf,
        /// Its entry.
        entry: u64,
        /// Run of the event.
        run: ExpRun,
        /// What is wrong, and where it was written.
        failure: Box<Failure>,
    },
    /// A look-up without constants in force.
    #[error("collector {collector}, run {run}: {failure}{}", hint(failure))]
    Constants {
        /// Name of the collector.
        collector: String,
        /// The run.
        run: ExpRun,
        /// What is missing, and where the look-up was written.
        failure: Box<Failure>,
    },
    /// The threads cannot be started.
    #[error("cannot start {threads} threads: {message}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        message: String,
    },
    /// An object that cannot be, or parts of it that cannot be put together.
    #[error("object {object}: {message}")]
    Object {
        /// Name of the object.
        object: String,
        /// Why.
        message: String,
    },
    /// An object that was not collected.
    #[error("there is no collected {kind} {object}{hint}")]
    NoObject {
        /// `histogram` or `table`.
        kind: &'static str,
        /// As asked.
        object: String,
        /// `; did you mean …?`, or nothing.
        hint: String,
    },
}

/// How a column of a file differs from that of the first file.
#[derive(Debug, thiserror::Error)]
#[error("column {column} is {found}, but {expected} in the first file{hint}")]
pub struct Difference {
    /// The first file.
    pub first: PathBuf,
    /// The column.
    pub column: String,
    /// What it is in the file that differs, in words.
    pub found: String,
    /// What it is in the first file, in words.
    pub expected: String,
    /// `; the nearest name …`, or nothing.
    pub hint: String,
}

impl Error {
    /// The failure of a formula, if that is what went wrong: its place is in the script.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Description { failure, .. }
            | Self::Row { failure, .. }
            | Self::Constants { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// For `map_err`: something in `file` cannot be read.
    pub(crate) fn file(file: &Path) -> impl FnOnce(root::Error) -> Self {
        let file = file.to_path_buf();
        move |source| Self::File {
            file,
            source: Box::new(source),
        }
    }
}

/// Errors of the reader name the file where they know it; the others get it in front.
fn before(file: &Path, source: &root::Error) -> String {
    use root::Error::{Range, TooLarge, Values, WrongType};
    match source {
        Range { .. } | TooLarge { .. } | Values { .. } | WrongType { .. } => {
            format!("{}: ", file.display())
        }
        _ => String::new(),
    }
}

fn hint(failure: &Failure) -> String {
    match &failure.hint {
        Some(hint) => format!("; {hint}"),
        None => String::new(),
    }
}

//! What can go wrong with a file, and where.

use std::path::PathBuf;

/// Shorthand of this room.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a file, a tree or a column cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The first bytes are not those of a ROOT file.
    #[error("{} is no ROOT file: it starts with {found}", path.display())]
    NotRoot {
        /// The file.
        path: PathBuf,
        /// Its first bytes, for people.
        found: String,
    },
    /// The file ends before the place its header names.
    #[error("{} is cut off: it has {size} bytes, its header says {expected}; copy it again", path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Bytes on disk.
        size: u64,
        /// Bytes according to the header.
        expected: u64,
    },
    /// The object asked for is an RNTuple.
    #[error("{}: \"{name}\" is an RNTuple, which is not supported yet; write a TTree instead", path.display())]
    RNTuple {
        /// The file.
        path: PathBuf,
        /// The object.
        name: String,
    },
    /// Bytes that contradict themselves.
    #[error("{} is damaged: {place}: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Key, branch or part of the file.
        place: String,
        /// What does not fit.
        damage: Damage,
    },
    /// There is no object of that name and kind.
    #[error("{} has no {kind} \"{name}\"{hint} (it has {})", path.display(), list(present))]
    Missing {
        /// The file.
        path: PathBuf,
        /// `tree`, `histogram` or `object`.
        kind: &'static str,
        /// As asked.
        name: String,
        /// `, did you mean "…"?`, or nothing.
        hint: String,
        /// What is there of that kind.
        present: Vec<String>,
    },
    /// There is no such branch.
    #[error("tree \"{tree}\" of {} has no branch \"{name}\"{hint}", path.display())]
    NoBranch {
        /// The file.
        path: PathBuf,
        /// The tree.
        tree: String,
        /// As asked.
        name: String,
        /// `, did you mean "…"?`, or nothing.
        hint: String,
    },
    /// A type the reader does not know how to take apart.
    #[error("branch \"{branch}\" of {} has type {type_name}, which cannot be read: {reason}", path.display())]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The branch.
        branch: String,
        /// Its type.
        type_name: String,
        /// What is missing.
        reason: String,
    },
    /// Entries that the tree does not have.
    #[error("branch \"{branch}\" has {entries} entries: {first} to {end} were asked for")]
    Range {
        /// The branch.
        branch: String,
        /// First entry asked for.
        first: u64,
        /// One past the last.
        end: u64,
        /// Entries of the branch.
        entries: u64,
    },
    /// Values that a chunk does not have.
    #[error("branch \"{branch}\": values {first} to {end} of {len} were asked for")]
    Values {
        /// The branch.
        branch: String,
        /// First value asked for.
        first: usize,
        /// One past the last.
        end: usize,
        /// Values of the chunk.
        len: usize,
    },
    /// An unsigned value that no signed 64-bit integer holds.
    #[error(
        "branch \"{branch}\" holds {value}, which is above the largest integer 9223372036854775807"
    )]
    TooLarge {
        /// The branch.
        branch: String,
        /// The value.
        value: u64,
    },
    /// Text (or fractions) where (whole) numbers are asked for, or the other way round.
    #[error("branch \"{branch}\" holds {type_name}: {wanted} were asked for")]
    WrongType {
        /// The branch.
        branch: String,
        /// Its type.
        type_name: String,
        /// What was asked for.
        wanted: &'static str,
    },
}

/// What does not fit in the bytes of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The bytes end too early.
    #[error("{needed} bytes are needed where {left} are left")]
    Short {
        /// Bytes asked for.
        needed: u64,
        /// Bytes there.
        left: u64,
    },
    /// A compression the reader does not know.
    #[error("unknown compression {0}")]
    Codec(String),
    /// A compressed block that does not open.
    #[error("a {codec} block does not decompress ({reason})")]
    Block {
        /// The compression.
        codec: &'static str,
        /// What the decompressor said.
        reason: String,
    },
    /// A number outside the sensible range.
    #[error("{what} is {value}, which cannot be")]
    Number {
        /// The quantity.
        what: &'static str,
        /// Its value.
        value: i128,
    },
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".into()
    } else {
        names.join(", ")
    }
}

/// `, did you mean "x"?` when a candidate is near enough.
pub(crate) fn hint<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let best = candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, candidate)) if score > 0.75 => format!(", did you mean \"{candidate}\"?"),
        _ => String::new(),
    }
}

//! What can go wrong with global tags, and what to do about it.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::iov::{ExpRun, IoV};

use super::super::Error;
use super::{Fault, TagState, UpdateProblem};

/// Why something could not be done with global tags.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// There is no such store.
    #[error("there are no global tags in {}: there is no such file", .file.display())]
    NoStore {
        /// The file with the metadata.
        file: PathBuf,
    },
    /// The file is something else.
    #[error("{} does not hold the metadata of global tags", .file.display())]
    NotMetadata {
        /// The file.
        file: PathBuf,
    },
    /// The file has a layout that is not known here.
    #[error("{} has layout {found}, and this version knows {known}", .file.display())]
    OtherSchema {
        /// The file.
        file: PathBuf,
        /// Number of its layout.
        found: i64,
        /// The number that is known.
        known: i64,
    },
    /// A name with letters that no tag may have.
    #[error("`{0}` is no name for a global tag: use letters, digits, `+`, `-`, `_` and `:`")]
    TagName(String),
    /// A tag that should be made and is there.
    #[error("the global tag {0} exists already")]
    TagExists(String),
    /// A tag of a server whose name a tag has that was made here.
    #[error(
        "the global tag {0} was made in this store, and would be replaced by that of the server"
    )]
    LocalTag(String),
    /// A tag that is not there.
    #[error("there is no global tag {name}")]
    UnknownTag {
        /// The name that was asked for.
        name: String,
        /// The tags that are there.
        known: Vec<String>,
    },
    /// Several tags are needed and are not there.
    #[error("there is no global tag {}", .0.join(", "))]
    UnknownTags(Vec<String>),
    /// A state that does not follow the one the tag is in.
    #[error("{tag} is {from} and cannot become {to}{}", next_states(*.from))]
    Transition {
        /// The tag.
        tag: String,
        /// The state it is in.
        from: TagState,
        /// The state it should have.
        to: TagState,
    },
    /// The content of a tag that is closed should change.
    #[error("{tag} is {state}: its content cannot change{}", opened_again(*.state))]
    Closed {
        /// The tag.
        tag: String,
        /// The state it is in.
        state: TagState,
    },
    /// A running tag would give other payloads for runs it has payloads for already.
    #[error(
        "{tag} is RUNNING: only runs from {next} on can be added to it, and {payload} would be valid for {iov}"
    )]
    NotAppended {
        /// The tag.
        tag: String,
        /// The payload.
        payload: String,
        /// Its interval.
        iov: IoV,
        /// The first run that may be added.
        next: ExpRun,
    },
    /// A tag that may not be used for processing.
    #[error("{tag} is {state}, and only tags in state {usable} are used")]
    NotUsable {
        /// The tag.
        tag: String,
        /// The state it is in.
        state: TagState,
        /// The states that may be used.
        usable: String,
    },
    /// A tag that should have another state for what is to be done.
    #[error("{tag} is {state}, and {needed} is needed")]
    WrongState {
        /// The tag.
        tag: String,
        /// The state it is in.
        state: TagState,
        /// The state it should have.
        needed: TagState,
    },
    /// A tag that should be empty.
    #[error("{tag} holds {} already, and it must be empty", intervals_of(*.intervals))]
    NotEmpty {
        /// The tag.
        tag: String,
        /// Their number.
        intervals: u32,
    },
    /// A payload in the metadata with numbers that are no interval.
    #[error(
        "{tag} holds {payload} revision {revision} with {0},{1},{2},{3}, which is no interval",
        .numbers[0], .numbers[1], .numbers[2], .numbers[3]
    )]
    BrokenInterval {
        /// The tag.
        tag: String,
        /// The payload.
        payload: String,
        /// Its revision.
        revision: i64,
        /// The numbers.
        numbers: [i32; 4],
    },
    /// No file for a payload.
    #[error("there is no file of {name} revision {revision}: neither {} nor {}", .looked[0].display(), .looked[1].display())]
    NoFile {
        /// Payload name.
        name: String,
        /// Its revision.
        revision: i64,
        /// Where it could be.
        looked: [PathBuf; 2],
    },
    /// A file whose content is not what the metadata say.
    #[error("{} has checksum {found}, and {expected} is needed: it was changed or cut off", .file.display())]
    WrongChecksum {
        /// The file.
        file: PathBuf,
        /// MD5 of its content.
        found: String,
        /// MD5 that it should have.
        expected: String,
    },
    /// A store or a tag that cannot be taken as it is.
    #[error("{}", first_of(.0))]
    Faults(Vec<Fault>),
    /// No tag has a payload for a run.
    #[error("there is no payload {payload} for run {run} in {}", .tags.join(", "))]
    NoPayload {
        /// Payload name.
        payload: String,
        /// The run.
        run: ExpRun,
        /// The tags that were asked, in their order.
        tags: Vec<String>,
    },
    /// A tag that cannot be taken over into a running one.
    #[error("{}", problems(.0))]
    Update(Vec<UpdateProblem>),
    /// What was agreed to is no longer what would be done.
    #[error("{0} was changed by another program in the meantime; look again")]
    Changed(String),
    /// A value in the metadata that makes no sense.
    #[error("{}: {what}", .file.display())]
    BadValue {
        /// The file.
        file: PathBuf,
        /// What stands there.
        what: String,
    },
    /// Another program keeps the file to itself.
    #[error("{} has been in use by another program for too long; end it, and try again", .file.display())]
    Busy {
        /// The file.
        file: PathBuf,
    },
    /// The file is broken, has no room to grow, or cannot be read or written.
    #[error("cannot use {}: {message}", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What was said.
        message: String,
    },
    /// Something with payloads or their files.
    #[error(transparent)]
    Payloads(#[from] Error),
}

impl TagError {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Payloads(error) => error.code(),
            Self::NoStore { .. } => "tag::no-store",
            Self::NotMetadata { .. } | Self::OtherSchema { .. } | Self::BadValue { .. } => {
                "tag::not-metadata"
            }
            Self::TagName(_) => "tag::name",
            Self::TagExists(_) => "tag::exists",
            Self::LocalTag(_) => "tag::made-here",
            Self::UnknownTag { .. } | Self::UnknownTags(_) => "tag::unknown",
            Self::Transition { .. } => "tag::transition",
            Self::Closed { .. } => "tag::closed",
            Self::NotAppended { .. } => "tag::not-appended",
            Self::NotUsable { .. } => "tag::not-usable",
            Self::WrongState { .. } => "tag::wrong-state",
            Self::NotEmpty { .. } => "tag::not-empty",
            Self::BrokenInterval { .. } => "tag::broken-interval",
            Self::NoFile { .. } | Self::WrongChecksum { .. } => "tag::file",
            Self::Faults(_) => "store::faults",
            Self::NoPayload { .. } => "db::no-payload",
            Self::Update(_) => "tag::update",
            Self::Changed(_) => "tag::changed",
            Self::Busy { .. } | Self::Unusable { .. } => "tag::unusable",
        }
    }

    /// For `map_err`: what the database said about `file`.
    pub(super) fn of(file: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |error| {
            let file = file.to_path_buf();
            match error.sqlite_error_code() {
                Some(ErrorCode::NotADatabase) => Self::NotMetadata { file },
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { file },
                _ => Self::Unusable {
                    file,
                    message: match error {
                        rusqlite::Error::SqliteFailure(_, Some(message)) => message,
                        other => other.to_string(),
                    },
                },
            }
        }
    }
}

fn intervals_of(number: u32) -> String {
    match number {
        1 => "1 interval".into(),
        _ => format!("{number} intervals"),
    }
}

fn next_states(from: TagState) -> String {
    match from.next() {
        [] => "; that state is the last one".into(),
        next => {
            let names: Vec<&str> = next.iter().map(|state| state.name()).collect();
            format!("; it can become {}", names.join(" or "))
        }
    }
}

fn opened_again(state: TagState) -> &'static str {
    match state {
        TagState::Testing | TagState::Validated => "; set it to OPEN again, or take another tag",
        _ => "; take another tag",
    }
}

fn first_of(faults: &[Fault]) -> String {
    let first = faults.first().map(ToString::to_string).unwrap_or_default();
    match faults.len() {
        0 | 1 => first,
        several => format!("{first} (and {} more)", several - 1),
    }
}

fn problems(problems: &[UpdateProblem]) -> String {
    let first = problems.first().map(|problem| problem.text.as_str());
    match problems.len() {
        0 | 1 => first.unwrap_or_default().to_owned(),
        several => format!("{} (and {} more)", first.unwrap_or_default(), several - 1),
    }
}

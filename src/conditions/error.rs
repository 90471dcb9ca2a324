//! What can go wrong with payloads and their store.

use std::io;
use std::path::PathBuf;

use crate::iov::IoV;

/// Why a payload could not be stored or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that cannot be part of a file name or of a line of the text file.
    #[error(
        "`{name}` is no name for a payload: use letters, digits, `_`, `-` and `+`, at least one of them"
    )]
    Name {
        /// The name as given.
        name: String,
    },
    /// A payload without members.
    #[error("payload {payload} has no members")]
    NoMembers {
        /// Payload name.
        payload: String,
    },
    /// A member or a channel index whose length differs from the others.
    #[error("payload {payload}: `{column}` has {found} values, but there are {expected} channels")]
    Length {
        /// Payload name.
        payload: String,
        /// Member or channel index.
        column: String,
        /// Its number of values.
        found: usize,
        /// The number of channels.
        expected: usize,
    },
    /// The same channel twice.
    #[error("payload {payload}: channel {channel} appears twice")]
    ChannelTwice {
        /// Payload name.
        payload: String,
        /// The channel, its indices joined by commas.
        channel: String,
    },
    /// A value that is not a finite number.
    #[error("payload {payload}: {member} is {value}{}; constants must be finite numbers", of_channel(.channel.as_deref()))]
    NotFinite {
        /// Payload name.
        payload: String,
        /// The member.
        member: String,
        /// The channel, its indices joined by commas; `None` for a payload without channels.
        channel: Option<String>,
        /// `NaN`, `inf` or `-inf`.
        value: f64,
    },
    /// A member that does not fit the class.
    #[error("payload {payload}: {member}: {reason}")]
    Member {
        /// Payload name.
        payload: String,
        /// The member.
        member: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An object that does not fit the class.
    #[error("payload {payload} does not fit class {class}: {reason}")]
    DoesNotFit {
        /// Payload name.
        payload: String,
        /// Its class.
        class: String,
        /// The first place that does not fit, and why.
        reason: String,
    },
    /// A payload file whose content is not the one it was stored with.
    #[error(
        "{}: its content has the checksum {found}, but it is revision {revision}, which begins the checksum it was \
         stored with; take the file from where it came from again", .path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// The first digits of the checksum.
        revision: String,
        /// The checksum of what is there.
        found: String,
    },
    /// An interval that the readers of the store would take for an empty one.
    #[error(
        "payload {payload}: {iov} has no beginning; give the first experiment and run, such as 0,0"
    )]
    EmptyIov {
        /// Payload name.
        payload: String,
        /// The interval.
        iov: IoV,
    },
    /// A payload file that cannot be understood.
    #[error("{} is no payload file: {reason}", .path.display())]
    NotAPayload {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// A payload file that holds another payload than its name says.
    #[error("{} holds payload {found}, not {expected}", .path.display())]
    OtherPayload {
        /// The file.
        path: PathBuf,
        /// Name in the file.
        found: String,
        /// Name asked for.
        expected: String,
    },
    /// A line of the text file that cannot be understood.
    #[error("{}, line {line}: {reason}", .path.display())]
    Line {
        /// The text file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A line names a payload file that does not exist.
    #[error("{}, line {line}: the payload file {} does not exist", .path.display(), .file.display())]
    FileMissing {
        /// The text file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
        /// The file that should exist.
        file: PathBuf,
    },
    /// A folder without a text file.
    #[error("the folder {} has no database.txt; a store of payloads has one", .0.display())]
    NoTextFile(PathBuf),
    /// A folder that should be made and is there.
    #[error("{} already exists; choose another folder, or remove it", .0.display())]
    Exists(PathBuf),
    /// Two files of one name that differ.
    #[error("{} and {} differ and cannot lie in one folder; they have the same name", .first.display(), .second.display())]
    Conflict {
        /// The one met first.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
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
            Self::Name { .. } => "payload::name",
            Self::NoMembers { .. } => "payload::no-members",
            Self::Length { .. } | Self::ChannelTwice { .. } => "payload::channels",
            Self::NotFinite { .. } => "payload::not-finite",
            Self::Member { .. } | Self::DoesNotFit { .. } => "payload::member",
            Self::Changed { .. } => "payload::changed",
            Self::EmptyIov { .. } => "payload::empty-interval",
            Self::NotAPayload { .. } | Self::OtherPayload { .. } => "payload::unreadable",
            Self::Line { .. } | Self::FileMissing { .. } => "store::broken",
            Self::NoTextFile(_) => "store::no-text-file",
            Self::Exists(_) | Self::Conflict { .. } => "store::exists",
            Self::Io { .. } => "store::file",
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

fn of_channel(channel: Option<&str>) -> String {
    channel.map_or_else(String::new, |channel| format!(" in channel {channel}"))
}

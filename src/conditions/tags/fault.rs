//! What can be wrong with a store or a tag, in words, with what to do about it.

use std::fmt;

use crate::iov::IoV;

/// Something that is wrong, or looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// Whether nothing should be done with it as it is.
    pub severity: Severity,
    /// Payload name; empty when no payload is known.
    pub payload: String,
    /// Line of the text file, from 1, if it has to do with one.
    pub line: Option<usize>,
    /// The interval in question.
    pub iov: Option<IoV>,
    /// What is wrong, as a sentence.
    pub text: String,
    /// What to do about it.
    pub advice: String,
}

/// Kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A line that cannot be understood.
    Line,
    /// Numbers that are no interval: empty, backwards, without a beginning.
    Interval,
    /// The same payload name and interval twice.
    DuplicateLine,
    /// Runs with two payloads of one name.
    Overlap,
    /// Runs without a payload between runs with one.
    Gap,
    /// No payload file.
    MissingFile,
    /// A payload file with another content than it should have.
    Checksum,
    /// A payload file that cannot be read.
    Unreadable,
    /// A file that holds a payload of another name.
    OtherPayload,
    /// A payload of a class that nobody knows.
    UnknownClass,
    /// A payload of another class than its name asks for.
    WrongClass,
    /// An event-dependent payload for more than one run.
    EventDependent,
}

impl FaultKind {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Line => "store::line",
            Self::Interval => "store::interval",
            Self::DuplicateLine => "store::duplicate-line",
            Self::Overlap => "store::overlap",
            Self::Gap => "store::gap",
            Self::MissingFile => "store::missing-file",
            Self::Checksum => "store::checksum",
            Self::Unreadable => "store::unreadable",
            Self::OtherPayload => "store::other-payload",
            Self::UnknownClass => "store::unknown-class",
            Self::WrongClass => "store::wrong-class",
            Self::EventDependent => "store::event-dependent",
        }
    }

    /// A word for it that stays the same.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Interval => "interval",
            Self::DuplicateLine => "duplicate-line",
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::MissingFile => "missing-file",
            Self::Checksum => "checksum",
            Self::Unreadable => "unreadable",
            Self::OtherPayload => "other-payload",
            Self::UnknownClass => "unknown-class",
            Self::WrongClass => "wrong-class",
            Self::EventDependent => "event-dependent",
        }
    }
}

/// How bad a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Should be looked at.
    Warning,
    /// Must be put right.
    Error,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str(&self.text)
    }
}

impl Fault {
    /// An error of this kind.
    #[must_use]
    pub fn error(kind: FaultKind, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            kind,
            severity: Severity::Error,
            payload: String::new(),
            line: None,
            iov: None,
            text: text.into(),
            advice: advice.into(),
        }
    }

    /// The same fault as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same fault, of this payload.
    #[must_use]
    pub fn of(mut self, payload: &str) -> Self {
        self.payload = payload.into();
        self
    }

    /// The same fault, in this line.
    #[must_use]
    pub fn in_line(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }

    /// The same fault, in these runs.
    #[must_use]
    pub fn within(mut self, iov: IoV) -> Self {
        self.iov = Some(iov);
        self
    }
}

/// Whether one of the faults is an error.
#[must_use]
pub fn any_error(faults: &[Fault]) -> bool {
    faults.iter().any(|fault| fault.severity == Severity::Error)
}

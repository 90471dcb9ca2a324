//! States of a global tag and what each allows.

use std::fmt;
use std::str::FromStr;

/// How far a global tag has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagState {
    /// Being put together; its content may change.
    Open,
    /// Closed, and being tested.
    Testing,
    /// Closed, and found good.
    Validated,
    /// In use; stays as it is for ever.
    Published,
    /// In use and growing: new runs are added, existing ones stay as they are.
    Running,
    /// Found wrong. The end: never used again.
    Invalid,
}

/// What may be done to the content of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Anything.
    Free,
    /// Later runs may be added.
    AppendOnly,
    /// Nothing.
    Fixed,
}

impl TagState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Testing,
        Self::Validated,
        Self::Published,
        Self::Running,
        Self::Invalid,
    ];

    /// States whose tags are used unless something else is asked for.
    pub const USABLE: [Self; 4] = [
        Self::Testing,
        Self::Validated,
        Self::Running,
        Self::Published,
    ];

    /// The word for it in upstream's tools.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Testing => "TESTING",
            Self::Validated => "VALIDATED",
            Self::Published => "PUBLISHED",
            Self::Running => "RUNNING",
            Self::Invalid => "INVALID",
        }
    }

    /// What may be done to the content.
    #[must_use]
    pub const fn content(self) -> Content {
        match self {
            Self::Open => Content::Free,
            Self::Running => Content::AppendOnly,
            Self::Testing | Self::Validated | Self::Published | Self::Invalid => Content::Fixed,
        }
    }

    /// The states that may follow.
    ///
    /// What may follow `RUNNING` is written down nowhere; here it can be frozen or given up, both of
    /// which keep the runs that are there as they are.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Testing, Self::Running],
            Self::Testing => &[Self::Validated, Self::Open],
            Self::Validated => &[Self::Published, Self::Open],
            Self::Published => &[Self::Invalid],
            Self::Running => &[Self::Published, Self::Invalid],
            Self::Invalid => &[],
        }
    }

    /// Whether there is no way back from it to a tag that can be changed, so that people are asked first.
    #[must_use]
    pub const fn is_for_good(self) -> bool {
        matches!(self, Self::Published | Self::Invalid)
    }
}

impl fmt::Display for TagState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// In any mixture of capital and small letters.
impl FromStr for TagState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_ascii_uppercase();
        let found = Self::ALL.into_iter().find(|state| state.name() == wanted);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("`{text}` is no state of a tag; those are {names}")
        })
    }
}

//! Why a value cannot be written.

use std::fmt::Write as _;

use super::error::hint;

/// Why an object or a file cannot be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A class that nothing declares.
    #[error("class {class} is not declared{hint}")]
    UnknownClass {
        /// As asked.
        class: String,
        /// `, did you mean "…"?`, or nothing.
        hint: String,
    },
    /// A value that is not what its class has at that place.
    #[error("{class}: {path}{between}{reason}", between = if path.is_empty() { "" } else { ": " })]
    Misfit {
        /// Class of the whole object.
        class: String,
        /// The member, as in `m_tws[3].second`.
        path: String,
        /// What does not fit.
        reason: Misfit,
    },
    /// More than one file or object can hold.
    #[error("{what} takes {bytes} bytes: at most {most} can be written")]
    TooLarge {
        /// The object, or the file.
        what: String,
        /// Its length.
        bytes: u64,
        /// The limit.
        most: u64,
    },
    /// A name that no key can have.
    #[error("\"{name}\" cannot be the name of an object: {reason}")]
    Name {
        /// As asked.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Columns of a table that do not go together.
    #[error("table \"{table}\", column \"{column}\": {reason}")]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// What does not fit.
        reason: String,
    },
}

/// What does not fit about a value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// A value of another kind.
    #[error("{found} where {wanted} belongs")]
    Type {
        /// What the class has there.
        wanted: String,
        /// What was given.
        found: &'static str,
    },
    /// A number that its type does not hold.
    #[error("{value} does not fit into {cpp_type}")]
    Range {
        /// The number.
        value: f64,
        /// The type.
        cpp_type: &'static str,
    },
    /// A whole number that its type does not hold.
    #[error("{value} does not fit into {cpp_type}")]
    Whole {
        /// The number.
        value: i64,
        /// The type.
        cpp_type: &'static str,
    },
    /// An array of another length.
    #[error("{found} values where {wanted} belong")]
    Length {
        /// The length of the array.
        wanted: usize,
        /// Values given.
        found: usize,
    },
    /// A member that the class does not have.
    #[error("there is no such member{hint}")]
    UnknownMember {
        /// `, did you mean "…"?`, or nothing.
        hint: String,
    },
    /// A member without a value.
    #[error("no value is given")]
    Missing,
    /// A key or an item that is there twice.
    #[error("{0} is there twice")]
    Twice(String),
    /// An object of a class that is not declared.
    #[error("class {0} is not declared")]
    Class(String),
    /// A matrix that is not symmetric.
    #[error("element ({row}, {column}) differs from element ({column}, {row})")]
    Asymmetric {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// A class whose checksum would be needed, or anything else that has no form in the file.
    #[error("{0}")]
    Other(String),
}

/// A misfit on its way up, with the steps to it, the last first.
#[derive(Debug)]
pub(super) struct Misfitting {
    reason: Misfit,
    steps: Vec<Step>,
}

/// A step from a value to one inside it.
#[derive(Debug)]
pub(super) enum Step {
    Member(String),
    Index(usize),
}

/// Shorthand of writing.
pub(super) type Fit<T = ()> = Result<T, Box<Misfitting>>;

impl From<Misfit> for Box<Misfitting> {
    fn from(reason: Misfit) -> Self {
        Box::new(Misfitting {
            reason,
            steps: Vec::new(),
        })
    }
}

impl Misfit {
    /// The failure itself.
    pub(super) fn no<T>(self) -> Fit<T> {
        Err(self.into())
    }
}

impl Misfitting {
    pub(super) fn error(self, class: &str) -> WriteError {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            let dot = if path.is_empty() { "" } else { "." };
            let _ = match step {
                Step::Member(name) => write!(path, "{dot}{name}"),
                Step::Index(index) => write!(path, "[{index}]"),
            };
        }
        WriteError::Misfit {
            class: class.to_owned(),
            path,
            reason: self.reason,
        }
    }
}

/// Says where a misfit is.
pub(super) trait At<T> {
    fn at_member(self, name: &str) -> Fit<T>;
    fn at_index(self, index: usize) -> Fit<T>;
}

impl<T> At<T> for Fit<T> {
    fn at_member(self, name: &str) -> Self {
        self.map_err(|mut misfit| {
            misfit.steps.push(Step::Member(name.to_owned()));
            misfit
        })
    }

    fn at_index(self, index: usize) -> Self {
        self.map_err(|mut misfit| {
            misfit.steps.push(Step::Index(index));
            misfit
        })
    }
}

impl WriteError {
    pub(super) fn unknown<'a>(class: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self::UnknownClass {
            class: class.to_owned(),
            hint: hint(class, known),
        }
    }
}

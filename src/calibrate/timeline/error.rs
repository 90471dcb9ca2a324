//! What can be wrong with times, losses and pieces.

use crate::expr::Failure;
use crate::iov::{ExpRun, IoV};

/// Why a time cannot be cut, or pieces cannot be laid out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelineError {
    /// A time that is none.
    #[error("row {row} has no time: it is {value}")]
    NoTime {
        /// Number of the row, from 0.
        row: usize,
        /// What is there.
        value: f64,
    },
    /// More atoms than can be tried against each other.
    #[error("the time falls into {atoms} atoms, more than {most}")]
    TooMany {
        /// How many there are.
        atoms: usize,
        /// How many there may be.
        most: usize,
    },
    /// A loss that orders nothing.
    #[error("the loss from {start} to {end} is {loss}")]
    Loss {
        /// Begin of the block.
        start: f64,
        /// End of the block.
        end: f64,
        /// The loss.
        loss: f64,
    },
    /// A loss that cannot be computed.
    #[error("the loss fails: {}", .0.message)]
    Failed(Failure),
    /// A length that is none.
    #[error("`{name}` must be a positive number, not {value}")]
    Length {
        /// Name of the option.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// Rows that do not say from which events they come.
    #[error("the rows do not say from which runs and events they come")]
    NoOrigin,
    /// Nothing to lay out.
    #[error("no piece was added")]
    NoPieces,
    /// Two pieces for the same run, and no events that tell them apart.
    #[error("two pieces hold run {0}, and nothing says at which event it is cut")]
    Twice(ExpRun),
    /// A run whose pieces lie outside of what is to be covered.
    #[error("no piece lies within {0}")]
    Outside(IoV),
}

impl TimelineError {
    /// What to do about it, if there is something to be said.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        Some(match self {
            Self::Failed(failure) => return failure.hint.as_deref(),
            Self::NoTime { .. } => "leave such rows out with `filter`",
            Self::TooMany { .. } => "give longer atoms: `#{ atom: 0.5 }`",
            Self::Loss { .. } => {
                "a loss is a number; it is asked of blocks of any length, with at least one row"
            }
            Self::Length { .. } | Self::NoPieces => return None,
            Self::NoOrigin => {
                "intervals of a table that a collector filled from basf2 files know it; others have no `iov`"
            }
            Self::Twice(_) => "give an interval of `table.intervals(…)`, which knows its events",
            Self::Outside(_) => "leave `iov` out to cover the runs of the execution",
        })
    }
}

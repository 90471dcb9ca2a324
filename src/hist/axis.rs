//! The bins of one dimension.

use serde::{Deserialize, Serialize};

/// Why edges are no axis.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AxisError {
    /// No bins, or a range that is empty or not finite.
    #[error(
        "an axis needs at least one bin and a range from low to high, not {bins} bins from {low} to {high}"
    )]
    Empty {
        /// Bins as given.
        bins: i64,
        /// Low edge as given.
        low: f64,
        /// High edge as given.
        high: f64,
    },
    /// Edges that do not rise.
    #[error("the edges of an axis must be finite and rise: edge {index} is {value}")]
    NotRising {
        /// Position of the first wrong edge, from 0.
        index: usize,
        /// That edge.
        value: f64,
    },
}

/// The bins of one dimension, with under- and overflow outside; a bin holds its low edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Axis {
    /// Bins of equal width.
    Regular {
        /// Number of bins without the two for under- and overflow.
        bins: u32,
        /// Low edge of the first bin.
        low: f64,
        /// High edge of the last bin.
        high: f64,
        /// Unit of the values, for people.
        unit: String,
    },
    /// Bins between given edges.
    Variable {
        /// Edges, rising; one more than bins.
        edges: Vec<f64>,
        /// Unit of the values, for people.
        unit: String,
    },
}

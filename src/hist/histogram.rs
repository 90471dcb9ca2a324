//! One histogram of one dimension, as rules and fits see it.

use serde::{Deserialize, Serialize};

use super::Axis;

/// A histogram of one dimension: counts per bin, or values with errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Histogram {
    /// Its bins.
    pub axis: Axis,
    /// Underflow, bins, overflow.
    pub counts: Vec<f64>,
}

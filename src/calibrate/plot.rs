//! Drawings that scripts ask for: what is drawn, not how.

use serde::{Deserialize, Serialize};

use crate::hist::Histogram;
use crate::iov::ExpRun;

/// A drawing of one or more series against a common axis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Its title.
    pub title: String,
    /// What is drawn to the right.
    pub x: AxisTitle,
    /// What is drawn upwards.
    pub y: AxisTitle,
    /// In the order in which they are drawn.
    pub series: Vec<Series>,
}

/// Title and unit of an axis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AxisTitle {
    /// The title; may be empty.
    pub title: String,
    /// The unit; empty for a pure number.
    pub unit: String,
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Series {
    /// Points with errors of their values; errors are as many, or none.
    Points {
        /// Where they are.
        x: Places,
        /// Their values.
        y: Vec<f64>,
        /// Errors of the values.
        errors: Vec<f64>,
    },
    /// Bins.
    Histogram {
        /// Edges of the bins, one more than contents.
        edges: Vec<f64>,
        /// Contents of the bins.
        contents: Vec<f64>,
        /// Errors of the contents.
        errors: Vec<f64>,
    },
    /// A line through many points.
    Curve {
        /// Where they are, rising.
        x: Vec<f64>,
        /// The values there.
        y: Vec<f64>,
        /// What it is, for the legend.
        label: String,
    },
}

/// Places of points along an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Places {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Runs: the axis has one place for each, and gaps where runs are missing.
    Runs(Vec<ExpRun>),
}

impl Places {
    /// Number of places.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(all) => all.len(),
            Self::Runs(all) => all.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&Histogram> for Series {
    fn from(histogram: &Histogram) -> Self {
        let bins = histogram.axis.bins();
        Self::Histogram {
            edges: histogram.axis.edges(),
            contents: histogram.values().to_vec(),
            errors: (0..bins).map(|bin| histogram.error(bin)).collect(),
        }
    }
}

//! The bins of one dimension.

use serde::{Deserialize, Serialize};

use super::index::{RegularIndex, variable_index};

/// Bins an axis may have at most: cells are counted in 32 bits, with room for channels.
pub const MAX_BINS: usize = 1 << 24;

/// Why edges are no axis, or why an axis cannot be changed as asked.
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
    /// Fewer than two edges.
    #[error("an axis needs at least two edges, not {given}")]
    TooFewEdges {
        /// Edges as given.
        given: usize,
    },
    /// More bins than are counted.
    #[error("{bins} bins are too many for an axis, which may have {MAX_BINS}")]
    TooManyBins {
        /// Bins as given.
        bins: usize,
    },
    /// Bins narrower than the distance of two numbers.
    #[error("{bins} bins from {low} to {high} are too narrow to be told apart")]
    TooNarrow {
        /// Bins as given.
        bins: i64,
        /// Low edge as given.
        low: f64,
        /// High edge as given.
        high: f64,
    },
    /// A range that holds no centre of a bin.
    #[error(
        "no bin has its centre between {low} and {high}: the axis goes from {axis_low} to {axis_high}"
    )]
    NothingBetween {
        /// Low end as asked.
        low: f64,
        /// High end as asked.
        high: f64,
        /// Low edge of the axis.
        axis_low: f64,
        /// High edge of the axis.
        axis_high: f64,
    },
    /// Contents that do not fit the bins.
    #[error("a stored histogram is damaged: {given} contents where there are {wanted} cells")]
    Contents {
        /// Contents as given.
        given: usize,
        /// Cells of the axis.
        wanted: usize,
    },
    /// Bins that cannot be joined in groups of that size.
    #[error("{bins} bins cannot be joined {n} by {n}: {n} must be at least 1 and divide {bins}")]
    NotDivisible {
        /// Bins of the axis.
        bins: usize,
        /// Bins to join.
        n: i64,
    },
}

/// The bins of one dimension, with under- and overflow outside; a bin holds its low edge.
///
/// Cells are numbered 0 = underflow, 1 … n = bins, n + 1 = overflow (a value equal to the high
/// edge is there), n + 2 = not a number. NaN is never taken for an overflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Axis {
    /// Bins of equal width; edge `i` is `low + i * ((high - low) / bins)`, the last one `high`.
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

impl Axis {
    /// An axis of `bins` bins of equal width from `low` to `high`.
    ///
    /// # Errors
    /// No bins, too many bins, an empty or infinite range, or bins too narrow for the numbers.
    pub fn regular(
        bins: i64,
        low: f64,
        high: f64,
        unit: impl Into<String>,
    ) -> Result<Self, AxisError> {
        let empty = !(low.is_finite() && high.is_finite() && low < high);
        if bins < 1 || empty || !(high - low).is_finite() {
            return Err(AxisError::Empty { bins, low, high });
        }
        let count = match u32::try_from(bins) {
            Ok(count) if count as usize <= MAX_BINS => count,
            _ => {
                let bins = usize::try_from(bins).unwrap_or(usize::MAX);
                return Err(AxisError::TooManyBins { bins });
            }
        };
        // Edges are rounded to the spacing of numbers at the larger end: eight spacings per bin
        // keep them rising, whatever the rounding.
        let width = (high - low) / f64::from(count);
        let spacing = f64::EPSILON * low.abs().max(high.abs());
        if width < 8.0 * spacing || width < f64::MIN_POSITIVE {
            return Err(AxisError::TooNarrow { bins, low, high });
        }
        let unit = unit.into();
        Ok(Self::Regular {
            bins: count,
            low,
            high,
            unit,
        })
    }

    /// An axis with the given edges.
    ///
    /// # Errors
    /// Fewer than two edges, too many, or edges that do not rise or are not finite.
    pub fn variable(edges: Vec<f64>, unit: impl Into<String>) -> Result<Self, AxisError> {
        if edges.len() < 2 {
            return Err(AxisError::TooFewEdges { given: edges.len() });
        }
        if edges.len() - 1 > MAX_BINS {
            return Err(AxisError::TooManyBins {
                bins: edges.len() - 1,
            });
        }
        let wrong = (0..edges.len())
            .find(|&i| !edges[i].is_finite() || (i > 0 && edges[i] <= edges[i - 1]));
        if let Some(index) = wrong {
            let value = edges[index];
            return Err(AxisError::NotRising { index, value });
        }
        let unit = unit.into();
        Ok(Self::Variable { edges, unit })
    }

    /// The same axis if it obeys the rules of the constructors; for axes that were read.
    ///
    /// # Errors
    /// As [`Axis::regular`] and [`Axis::variable`].
    pub fn checked(self) -> Result<Self, AxisError> {
        match self {
            Self::Regular {
                bins,
                low,
                high,
                unit,
            } => Self::regular(i64::from(bins), low, high, unit),
            Self::Variable { edges, unit } => Self::variable(edges, unit),
        }
    }

    /// Number of bins, without under- and overflow.
    #[must_use]
    pub fn bins(&self) -> usize {
        match self {
            Self::Regular { bins, .. } => *bins as usize,
            Self::Variable { edges, .. } => edges.len().saturating_sub(1),
        }
    }

    /// Number of cells: the bins, underflow, overflow, and not a number.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.bins() + 3
    }

    /// Unit of the values.
    #[must_use]
    pub fn unit(&self) -> &str {
        match self {
            Self::Regular { unit, .. } | Self::Variable { unit, .. } => unit,
        }
    }

    /// Low edge of the first bin.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.edge(0)
    }

    /// High edge of the last bin.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.edge(self.bins())
    }

    /// Edge `i`, from 0 to the number of bins; beyond that NaN.
    #[must_use]
    pub fn edge(&self, i: usize) -> f64 {
        match self {
            Self::Regular {
                bins, low, high, ..
            } => {
                let count = *bins as usize;
                match i.cmp(&count) {
                    std::cmp::Ordering::Less => {
                        RegularIndex::new(*bins, *low, *high).edge(position(i))
                    }
                    std::cmp::Ordering::Equal => *high,
                    std::cmp::Ordering::Greater => f64::NAN,
                }
            }
            Self::Variable { edges, .. } => edges.get(i).copied().unwrap_or(f64::NAN),
        }
    }

    /// All edges, one more than bins.
    #[must_use]
    pub fn edges(&self) -> Vec<f64> {
        (0..=self.bins()).map(|i| self.edge(i)).collect()
    }

    /// Centre of bin `i`, from 0.
    #[must_use]
    pub fn centre(&self, i: usize) -> f64 {
        0.5 * self.edge(i) + 0.5 * self.edge(i + 1)
    }

    /// Width of bin `i`, from 0.
    #[must_use]
    pub fn width(&self, i: usize) -> f64 {
        self.edge(i + 1) - self.edge(i)
    }

    /// Cell of a value: 0 = underflow, n + 1 = overflow, n + 2 = not a number.
    #[must_use]
    pub fn index(&self, x: f64) -> usize {
        let cell = match self {
            Self::Regular {
                bins, low, high, ..
            } => RegularIndex::new(*bins, *low, *high).cell(x),
            Self::Variable { edges, .. } => variable_index(edges, x),
        };
        cell as usize
    }

    /// Cells of many values, as [`Axis::index`]; `cells` gets the length of `values`.
    pub fn index_into(&self, values: &[f64], cells: &mut Vec<u32>) {
        cells.clear();
        match self {
            Self::Regular {
                bins, low, high, ..
            } => {
                let index = RegularIndex::new(*bins, *low, *high);
                cells.extend(values.iter().map(|&x| index.cell(x)));
            }
            Self::Variable { edges, .. } => {
                cells.extend(values.iter().map(|&x| variable_index(edges, x)));
            }
        }
    }

    /// The part of the axis whose bins have their centre between `low` and `high`, and the first
    /// of these bins, from 0.
    ///
    /// # Errors
    /// When there is no such bin.
    pub fn between(&self, low: f64, high: f64) -> Result<(Self, usize), AxisError> {
        let inside = |&i: &usize| low <= self.centre(i) && self.centre(i) <= high;
        let first = (0..self.bins()).find(inside);
        let last = (0..self.bins()).rfind(inside);
        let (Some(first), Some(last)) = (first, last) else {
            let (axis_low, axis_high) = (self.low(), self.high());
            return Err(AxisError::NothingBetween {
                low,
                high,
                axis_low,
                axis_high,
            });
        };
        let axis = match self {
            Self::Regular { unit, .. } => Self::Regular {
                bins: position(last - first + 1),
                low: self.edge(first),
                high: self.edge(last + 1),
                unit: unit.clone(),
            },
            Self::Variable { edges, unit } => Self::Variable {
                edges: edges[first..=last + 1].to_vec(),
                unit: unit.clone(),
            },
        };
        Ok((axis, first))
    }

    /// The axis with each `n` neighbouring bins joined.
    ///
    /// # Errors
    /// When `n` does not divide the number of bins.
    pub fn rebin(&self, n: i64) -> Result<Self, AxisError> {
        let bins = self.bins();
        let step = usize::try_from(n)
            .ok()
            .filter(|&s| s > 0 && bins.is_multiple_of(s));
        let Some(step) = step else {
            return Err(AxisError::NotDivisible { bins, n });
        };
        Ok(match self {
            Self::Regular {
                low, high, unit, ..
            } => Self::Regular {
                bins: position(bins / step),
                low: *low,
                high: *high,
                unit: unit.clone(),
            },
            Self::Variable { edges, unit } => Self::Variable {
                edges: edges.iter().copied().step_by(step).collect(),
                unit: unit.clone(),
            },
        })
    }
}

/// A bin number in 32 bits: axes have at most [`MAX_BINS`] bins.
fn position(i: usize) -> u32 {
    u32::try_from(i).unwrap_or(u32::MAX)
}

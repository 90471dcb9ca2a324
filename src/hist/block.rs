//! Anything a collector fills that is split into channels.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{
    ChannelRange, CountBlock, EfficiencyBlock, EquationBlock, Histogram, ProfileBlock, SumBlock,
};

/// Why a block cannot be made, read or merged.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// An empty range of channels, or too many of them.
    #[error(
        "channels {name} go from {first} to {last}: a range may not be empty, and all indices together may have 2^32 combinations"
    )]
    Channels {
        /// What a channel is.
        name: String,
        /// First number.
        first: i64,
        /// Last number.
        last: i64,
    },
    /// Histograms have one or two axes.
    #[error("a histogram has one or two axes, not {given}")]
    Dimensions {
        /// Axes as given.
        given: usize,
    },
    /// More cells than are counted.
    #[error("a histogram may have 2^32 cells at most")]
    Cells,
    /// An empty range of unknowns, or more than can be solved for.
    #[error(
        "unknowns go from {first} to {last}: the range may not be empty, and there may be {most} at most"
    )]
    Unknowns {
        /// First channel.
        first: i64,
        /// Last channel.
        last: i64,
        /// How many there may be.
        most: u64,
    },
    /// Blocks that do not belong together.
    #[error("blocks with different axes or channels cannot be added")]
    Different,
    /// Contents that do not fit the description.
    #[error("a stored block is damaged: {what}")]
    Damaged {
        /// What does not fit.
        what: String,
    },
}

/// One object of a collector, per channel: merged in any order with the same result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Block {
    /// Histograms.
    Counts(CountBlock),
    /// Means of one value against another.
    Profile(ProfileBlock),
    /// Passed and total counts.
    Efficiency(EfficiencyBlock),
    /// Sums.
    Sum(SumBlock),
    /// Sums of linear equations.
    Equations(EquationBlock),
}

impl Block {
    /// Adds what another block holds.
    ///
    /// # Errors
    /// When they are of different kind, axes or channels.
    pub fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
        match (self, other) {
            (Self::Counts(a), Self::Counts(b)) => a.merge(b),
            (Self::Profile(a), Self::Profile(b)) => a.merge(b),
            (Self::Efficiency(a), Self::Efficiency(b)) => a.merge(b),
            (Self::Sum(a), Self::Sum(b)) => a.merge(b),
            (Self::Equations(a), Self::Equations(b)) => a.merge(b),
            _ => Err(BlockError::Different),
        }
    }

    /// The numbers of its channels, 0 for a single object; `None` for what has no bins, or more
    /// than one channel index.
    #[must_use]
    pub fn channels(&self) -> Option<RangeInclusive<i64>> {
        let ranges = match self {
            Self::Counts(counts) => counts.ranges(),
            Self::Profile(profile) => profile.ranges(),
            _ => return None,
        };
        match ranges {
            [] => Some(0..=0),
            [range] => Some(range.first..=range.last),
            _ => None,
        }
    }

    /// The histogram or profile of one of its [`channels`](Self::channels); `None` for what has no
    /// bins, two dimensions, or more than one channel index.
    #[must_use]
    pub fn histogram_of(&self, channel: i64) -> Option<Histogram> {
        let one = [channel];
        let numbers = |ranges: &[ChannelRange]| match ranges {
            [] => &one[..0],
            _ => &one[..],
        };
        match self {
            Self::Counts(counts) => counts.histogram(numbers(counts.ranges())),
            Self::Profile(profile) => profile.histogram(numbers(profile.ranges())),
            _ => None,
        }
    }

    /// The histogram or profile of each channel, a single one as channel 0; `None` for what has
    /// no bins, two dimensions, or more than one channel index.
    #[must_use]
    pub fn histograms(&self) -> Option<Vec<(i64, Histogram)>> {
        let one = |channel| self.histogram_of(channel).map(|one| (channel, one));
        self.channels()?.map(one).collect()
    }
}

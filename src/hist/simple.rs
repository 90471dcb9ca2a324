//! Blocks without bins: efficiencies and sums per channel.

use super::channels::{Channels, NOWHERE};
use super::{BlockError, ChannelRange, ExactSum};

/// Passed and total counts of a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Efficiency {
    /// Rows for which the condition held.
    pub passed: u64,
    /// All rows.
    pub total: u64,
}

impl Efficiency {
    /// Fraction that passed; NaN for none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    pub fn value(&self) -> f64 {
        self.passed as f64 / self.total as f64
    }

    /// Binomial error of the fraction, √(ε (1 − ε) / n); NaN for none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    pub fn error(&self) -> f64 {
        let value = self.value();
        (value * (1.0 - value) / self.total as f64).sqrt()
    }
}

/// A sum of values and their number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sum {
    /// The exact sum.
    pub total: ExactSum,
    /// Number of values.
    pub entries: u64,
    /// Values that were not finite: not in the sum.
    pub not_finite: u64,
}

/// What a channel without bins keeps.
pub(super) trait Simple: Clone + Default + PartialEq {
    /// What a row brings.
    type Row: Copy;
    fn add(&mut self, row: Self::Row);
    fn merge(&mut self, other: &Self);
}

impl Simple for Efficiency {
    type Row = bool;

    fn add(&mut self, passed: bool) {
        self.passed += u64::from(passed);
        self.total += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.passed += other.passed;
        self.total += other.total;
    }
}

impl Simple for Sum {
    type Row = f64;

    fn add(&mut self, value: f64) {
        if self.total.add(value) {
            self.entries += 1;
        } else {
            self.not_finite += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.total.merge(&other.total);
        self.entries += other.entries;
        self.not_finite += other.not_finite;
    }
}

/// One [`Simple`] per channel.
#[derive(Clone, Debug)]
pub(super) struct Pages<T> {
    pub(super) channels: Channels,
    pub(super) pages: Vec<T>,
    rows: Vec<u32>,
}

impl<T: Simple> Pages<T> {
    pub(super) fn new(channels: Vec<ChannelRange>) -> Result<Self, BlockError> {
        Ok(Self {
            channels: Channels::new(channels)?,
            pages: Vec::new(),
            rows: Vec::new(),
        })
    }

    fn fill(&mut self, channels: &[&[i64]], values: &[T::Row]) {
        self.channels.find(channels, values.len(), &mut self.rows);
        self.grow();
        for (&page, &value) in self.rows.iter().zip(values) {
            if page != NOWHERE {
                self.pages[page as usize].add(value);
            }
        }
    }

    pub(super) fn grow(&mut self) {
        self.pages.resize_with(self.channels.pages(), T::default);
    }

    fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
        if self.channels.ranges() != other.channels.ranges() {
            return Err(BlockError::Different);
        }
        let pages = self.channels.merge(&other.channels);
        self.grow();
        for (more, page) in other.pages.iter().zip(pages) {
            self.pages[page].merge(more);
        }
        Ok(())
    }

    fn get(&self, numbers: &[i64]) -> Option<T> {
        let page = self.channels.lookup(numbers)?;
        Some(page.map(|p| self.pages[p].clone()).unwrap_or_default())
    }

    pub(super) fn sorted(&self) -> Vec<(Vec<i64>, &T)> {
        let sorted = self.channels.sorted().into_iter();
        let pages = sorted.map(|(numbers, page)| (numbers, &self.pages[page]));
        pages.filter(|(_, p)| **p != T::default()).collect()
    }
}

impl<T: Simple> PartialEq for Pages<T> {
    fn eq(&self, other: &Self) -> bool {
        self.channels.ranges() == other.channels.ranges()
            && self.channels.outside == other.channels.outside
            && self.sorted() == other.sorted()
    }
}

macro_rules! simple_block {
    ($(#[$doc:meta])* $name:ident, $page:ident, $row:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name(pub(super) Pages<$page>);

        impl $name {
            /// Nothing yet for each channel; no range is a single one.
            ///
            /// # Errors
            /// When there are more channels than are counted.
            pub fn new(channels: Vec<ChannelRange>) -> Result<Self, BlockError> {
                Pages::new(channels).map(Self)
            }

            /// The channel indices; none for a single one.
            #[must_use]
            pub fn ranges(&self) -> &[ChannelRange] {
                self.0.channels.ranges()
            }

            /// Rows whose channel was outside of its range.
            #[must_use]
            pub fn outside(&self) -> u64 {
                self.0.channels.outside
            }

            /// Adds rows: for each index of channels its numbers, then the values.
            pub fn fill(&mut self, channels: &[&[i64]], values: &[$row]) {
                self.0.fill(channels, values);
            }

            /// Adds what another block holds; the order does not matter.
            ///
            /// # Errors
            /// When channels differ.
            pub fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
                self.0.merge(&other.0)
            }

            /// What a channel holds, nothing if it was not filled; `None` if there is no such
            /// channel.
            #[must_use]
            pub fn get(&self, numbers: &[i64]) -> Option<$page> {
                self.0.get(numbers)
            }

            /// Channel numbers and contents of all channels that were filled, in order.
            #[must_use]
            pub fn filled(&self) -> Vec<(Vec<i64>, &$page)> {
                self.0.sorted()
            }
        }
    };
}

simple_block!(
    /// Passed and total counts per channel.
    EfficiencyBlock,
    Efficiency,
    bool
);

simple_block!(
    /// Exact sums of a value per channel.
    SumBlock,
    Sum,
    f64
);

impl SumBlock {
    /// Rows of all channels whose value was not finite: in no sum.
    #[must_use]
    pub fn not_finite(&self) -> u64 {
        self.0.pages.iter().map(|page| page.not_finite).sum()
    }
}

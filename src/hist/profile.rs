//! Means of one value against another, per channel.

use super::channels::{Channels, NOWHERE};
use super::{Axis, BlockError, ChannelRange, ExactSum, Histogram};

/// What a cell of a profile keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) entries: u64,
    pub(super) sum: ExactSum,
    pub(super) squares: ExactSum,
}

impl Cell {
    pub(super) fn merge(&mut self, other: &Self) {
        self.entries += other.entries;
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    fn mean_and_error(&self) -> (f64, f64) {
        if self.entries == 0 {
            return (0.0, 0.0);
        }
        let n = self.entries as f64;
        let mean = self.sum.value() / n;
        let spread = (self.squares.value() / n - mean * mean).max(0.0).sqrt();
        (mean, spread / n.sqrt())
    }
}

/// Profiles, one per channel: the mean of y for each bin in x, with the error of the mean
/// (standard deviation of y divided by √n). Sums are exact.
#[derive(Clone, Debug)]
pub struct ProfileBlock {
    pub(super) axis: Axis,
    pub(super) channels: Channels,
    pub(super) cells: Vec<Cell>,
    /// Rows whose y is not finite, by page.
    pub(super) not_finite: Vec<u64>,
    pages: Vec<u32>,
    places: Vec<u32>,
}

impl ProfileBlock {
    /// Empty profiles, one per channel; no range is a single one.
    ///
    /// # Errors
    /// When there are more channels than are counted.
    pub fn new(axis: Axis, channels: Vec<ChannelRange>) -> Result<Self, BlockError> {
        Ok(Self {
            axis,
            channels: Channels::new(channels)?,
            cells: Vec::new(),
            not_finite: Vec::new(),
            pages: Vec::new(),
            places: Vec::new(),
        })
    }

    /// The axis of x.
    #[must_use]
    pub fn axis(&self) -> &Axis {
        &self.axis
    }

    /// The channel indices; none for a single profile.
    #[must_use]
    pub fn ranges(&self) -> &[ChannelRange] {
        self.channels.ranges()
    }

    /// Rows whose channel was outside of its range: in no profile.
    #[must_use]
    pub fn outside(&self) -> u64 {
        self.channels.outside
    }

    /// Rows whose y was not a finite number: in no cell.
    #[must_use]
    pub fn not_finite(&self) -> u64 {
        self.not_finite.iter().sum()
    }

    /// Rows of all channels with NaN as x.
    #[must_use]
    pub fn not_a_number(&self) -> u64 {
        let pages = self.cells.chunks_exact(self.axis.cells());
        pages
            .filter_map(<[Cell]>::last)
            .map(|cell| cell.entries)
            .sum()
    }

    pub(super) fn grow(&mut self) {
        let pages = self.channels.pages();
        self.cells
            .resize_with(pages * self.axis.cells(), Cell::default);
        self.not_finite.resize(pages, 0);
    }

    /// Adds rows: for each index of channels its numbers, then x and y. All have the same length.
    pub fn fill(&mut self, channels: &[&[i64]], x: &[f64], y: &[f64]) {
        let mut pages = std::mem::take(&mut self.pages);
        let mut places = std::mem::take(&mut self.places);
        self.channels.find(channels, x.len(), &mut pages);
        self.grow();
        self.axis.index_into(x, &mut places);
        let width = self.axis.cells();
        for ((&page, &place), &y) in pages.iter().zip(&places).zip(y) {
            if page == NOWHERE {
                continue;
            }
            if !y.is_finite() {
                self.not_finite[page as usize] += 1;
                continue;
            }
            let cell = &mut self.cells[page as usize * width + place as usize];
            cell.entries += 1;
            cell.sum.add(y);
            // A square beyond all numbers counts as the largest one.
            cell.squares.add((y * y).min(f64::MAX));
        }
        self.pages = pages;
        self.places = places;
    }

    /// Adds what another block holds; the order does not matter.
    ///
    /// # Errors
    /// When axes or channels differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
        if self.axis != other.axis || self.ranges() != other.ranges() {
            return Err(BlockError::Different);
        }
        let pages = self.channels.merge(&other.channels);
        self.grow();
        let width = self.axis.cells();
        for (theirs, ours) in pages.into_iter().enumerate() {
            let more = &other.cells[theirs * width..(theirs + 1) * width];
            let own = &mut self.cells[ours * width..(ours + 1) * width];
            own.iter_mut().zip(more).for_each(|(a, b)| a.merge(b));
            self.not_finite[ours] += other.not_finite[theirs];
        }
        Ok(())
    }

    /// Numbers of the channels that were filled, in order.
    #[must_use]
    pub fn filled(&self) -> Vec<Vec<i64>> {
        let sorted = self.channels.sorted();
        sorted.into_iter().map(|(numbers, _)| numbers).collect()
    }

    /// Entries, sum of y and sum of y² of each cell of a channel, empty if it was not filled;
    /// `None` if there is no such channel. Cells are underflow, bins, overflow, and NaN.
    #[must_use]
    pub fn cells_of(&self, numbers: &[i64]) -> Option<Vec<(u64, f64, f64)>> {
        let width = self.axis.cells();
        Some(match self.channels.lookup(numbers)? {
            None => vec![(0, 0.0, 0.0); width],
            Some(page) => self.cells[page * width..(page + 1) * width]
                .iter()
                .map(|cell| (cell.entries, cell.sum.value(), cell.squares.value()))
                .collect(),
        })
    }

    /// The profile of a channel as values with errors, empty if it was not filled; `None` if
    /// there is no such channel. Bins without entries have value and error 0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    pub fn histogram(&self, numbers: &[i64]) -> Option<Histogram> {
        let width = self.axis.cells();
        let empty = vec![Cell::default(); width];
        let cells = match self.channels.lookup(numbers)? {
            None => &empty,
            Some(page) => &self.cells[page * width..(page + 1) * width],
        };
        let (last, cells) = cells.split_last()?;
        let (values, errors): (Vec<f64>, Vec<f64>) = cells.iter().map(Cell::mean_and_error).unzip();
        let entries = cells.iter().map(|c| c.entries as f64).collect();
        let mut histogram = Histogram::of_values(self.axis.clone(), values, &errors, entries);
        histogram.not_a_number = last.entries as f64;
        Some(histogram)
    }
}

impl PartialEq for ProfileBlock {
    fn eq(&self, other: &Self) -> bool {
        let contents = |block: &Self| -> Vec<_> {
            let width = block.axis.cells();
            let pages = block.channels.sorted().into_iter();
            pages
                .map(|(numbers, page)| {
                    let cells = block.cells[page * width..(page + 1) * width].to_vec();
                    (numbers, cells, block.not_finite[page])
                })
                .filter(|(_, cells, bad)| *bad > 0 || cells.iter().any(|c| c.entries > 0))
                .collect()
        };
        self.axis == other.axis
            && self.ranges() == other.ranges()
            && self.outside() == other.outside()
            && contents(self) == contents(other)
    }
}

//! Counts in one or two dimensions, per channel.

use std::collections::BTreeMap;

use super::channels::{Channels, NOWHERE};
use super::moments::{Grid, Sums};
use super::{Axis, BlockError, ChannelRange, Histogram};

/// Histograms of counts in one or two dimensions, one per channel; only channels that were filled
/// take memory.
///
/// In one dimension each channel also keeps mean and standard deviation of the values before
/// binning, on a grid of 10⁻¹² of the range of the axis.
#[derive(Clone, Debug)]
pub struct CountBlock {
    pub(super) axes: Vec<Axis>,
    pub(super) channels: Channels,
    /// Pages of cells, the last axis running fastest.
    counts: Vec<u32>,
    /// Multiples of 2³² that did not fit in a cell.
    high: BTreeMap<usize, u64>,
    pub(super) sums: Vec<Sums>,
    grid: Grid,
    rows: Rows,
}

/// Memory for the rows at hand.
#[derive(Clone, Debug, Default)]
struct Rows {
    pages: Vec<u32>,
    cells: Vec<u32>,
    more: Vec<u32>,
}

impl CountBlock {
    /// Empty histograms with those axes, one or two, per channel; no range is a single one.
    ///
    /// # Errors
    /// When there are other than one or two axes, or more channels or cells than are counted.
    pub fn new(axes: Vec<Axis>, channels: Vec<ChannelRange>) -> Result<Self, BlockError> {
        let cells = axes
            .iter()
            .try_fold(1, |n: usize, a| n.checked_mul(a.cells()));
        if !(1..=2).contains(&axes.len()) {
            return Err(BlockError::Dimensions { given: axes.len() });
        }
        if cells.is_none_or(|c| u32::try_from(c).is_err()) {
            return Err(BlockError::Cells);
        }
        Ok(Self {
            grid: Grid::new(&axes[0]),
            axes,
            channels: Channels::new(channels)?,
            counts: Vec::new(),
            high: BTreeMap::new(),
            sums: Vec::new(),
            rows: Rows::default(),
        })
    }

    /// The axes.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The channel indices; none for a single histogram.
    #[must_use]
    pub fn ranges(&self) -> &[ChannelRange] {
        self.channels.ranges()
    }

    /// Rows whose channel was outside of its range: in no histogram.
    #[must_use]
    pub fn outside(&self) -> u64 {
        self.channels.outside
    }

    /// Rows of all channels with NaN instead of a number, on any axis.
    #[must_use]
    pub fn not_a_number(&self) -> u64 {
        let widths: Vec<usize> = self.axes.iter().map(Axis::cells).collect();
        let last = widths.last().copied().unwrap_or(1);
        let is_lost = |cell: usize| match widths.as_slice() {
            [_] => cell + 1 == last,
            [first, _] => (cell + 1).is_multiple_of(last) || cell / last + 1 == *first,
            _ => false,
        };
        let width = self.cells();
        let lost: Vec<usize> = (0..width).filter(|cell| is_lost(*cell)).collect();
        let pages = 0..self.channels.pages();
        let cells = pages.flat_map(|page| lost.iter().map(move |cell| page * width + cell));
        cells.map(|at| self.count_at(at)).sum()
    }

    /// Cells of one channel.
    pub(super) fn cells(&self) -> usize {
        self.axes.iter().map(Axis::cells).product()
    }

    /// Adds rows: for each index of channels its numbers, for each axis its values. All have the
    /// same length.
    pub fn fill(&mut self, channels: &[&[i64]], values: &[&[f64]]) {
        debug_assert_eq!(values.len(), self.axes.len(), "one value per axis");
        let Some(x) = values.first() else { return };
        let mut rows = std::mem::take(&mut self.rows);
        self.channels.find(channels, x.len(), &mut rows.pages);
        self.grow();
        self.axes[0].index_into(x, &mut rows.cells);
        if let ([_, axis], [_, y]) = (self.axes.as_slice(), values) {
            axis.index_into(y, &mut rows.more);
            // The number of cells fits in 32 bits, as checked in the beginning.
            let width = u32::try_from(axis.cells()).unwrap_or(u32::MAX);
            for (cell, more) in rows.cells.iter_mut().zip(&rows.more) {
                *cell = *cell * width + more;
            }
            self.count(&rows);
        } else {
            self.count(&rows);
            self.sum(&rows, x);
        }
        self.rows = rows;
    }

    /// Makes room for all pages.
    fn grow(&mut self) {
        let pages = self.channels.pages();
        self.counts.resize(pages * self.cells(), 0);
        if self.axes.len() == 1 {
            self.sums.resize(pages, Sums::default());
        }
    }

    fn count(&mut self, rows: &Rows) {
        let width = self.cells();
        for (&page, &cell) in rows.pages.iter().zip(&rows.cells) {
            if page == NOWHERE {
                continue;
            }
            let at = page as usize * width + cell as usize;
            let (sum, full) = self.counts[at].overflowing_add(1);
            self.counts[at] = sum;
            if full {
                *self.high.entry(at).or_default() += 1;
            }
        }
    }

    fn sum(&mut self, rows: &Rows, x: &[f64]) {
        let (grid, bins) = (self.grid, self.axes[0].bins());
        if let ([], [sums]) = (self.channels.ranges(), self.sums.as_mut_slice()) {
            // One channel: added up beside memory, where each addition would wait for the last.
            let mut batch = Sums::default();
            for (&cell, &x) in rows.cells.iter().zip(x) {
                if (cell as usize).wrapping_sub(1) < bins {
                    batch.add(grid.steps(x));
                }
            }
            sums.merge(&batch);
            return;
        }
        for ((&page, &cell), &x) in rows.pages.iter().zip(&rows.cells).zip(x) {
            if page != NOWHERE && (cell as usize).wrapping_sub(1) < bins {
                self.sums[page as usize].add(grid.steps(x));
            }
        }
    }

    /// Adds what another block counted; the order does not matter.
    ///
    /// # Errors
    /// When axes or channels differ.
    pub fn merge(&mut self, other: &Self) -> Result<(), BlockError> {
        if self.axes != other.axes || self.ranges() != other.ranges() {
            return Err(BlockError::Different);
        }
        let pages = self.channels.merge(&other.channels);
        self.grow();
        let width = self.cells();
        for (theirs, ours) in pages.into_iter().enumerate() {
            let (theirs_at, ours_at) = (theirs * width, ours * width);
            let more = &other.counts[theirs_at..theirs_at + width];
            let own = &mut self.counts[ours_at..ours_at + width];
            for (cell, (own, more)) in own.iter_mut().zip(more).enumerate() {
                let (sum, full) = own.overflowing_add(*more);
                *own = sum;
                if full {
                    *self.high.entry(ours_at + cell).or_default() += 1;
                }
            }
            for (at, high) in other.high.range(theirs_at..theirs_at + width) {
                *self.high.entry(at - theirs_at + ours_at).or_default() += high;
            }
            if let Some(sums) = other.sums.get(theirs) {
                self.sums[ours].merge(sums);
            }
        }
        Ok(())
    }

    pub(super) fn count_at(&self, at: usize) -> u64 {
        let high = if self.high.is_empty() {
            0
        } else {
            self.high.get(&at).copied().unwrap_or(0)
        };
        (high << 32) + u64::from(self.counts[at])
    }

    #[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
    pub(super) fn add_at(&mut self, at: usize, more: u64) {
        let sum = u64::from(self.counts[at]) + more;
        self.counts[at] = sum as u32;
        if sum >> 32 > 0 {
            *self.high.entry(at).or_default() += sum >> 32;
        }
    }

    /// A page for those channel numbers; `None` if there are no such channels.
    pub(super) fn page(&mut self, numbers: &[i64]) -> Option<usize> {
        let page = self.channels.ensure(numbers);
        self.grow();
        page
    }

    /// Numbers of the channels that were filled, in order.
    #[must_use]
    pub fn filled(&self) -> Vec<Vec<i64>> {
        let sorted = self.channels.sorted();
        sorted.into_iter().map(|(numbers, _)| numbers).collect()
    }

    /// All counts of a channel, including underflow, overflow and what is not a number, the last
    /// axis running fastest; zeros if it was not filled, `None` if there is no such channel.
    #[must_use]
    pub fn cells_of(&self, numbers: &[i64]) -> Option<Vec<u64>> {
        let width = self.cells();
        Some(match self.channels.lookup(numbers)? {
            None => vec![0; width],
            Some(page) => (page * width..(page + 1) * width)
                .map(|at| self.count_at(at))
                .collect(),
        })
    }

    /// The histogram of a channel in one dimension, empty if it was not filled; `None` if there
    /// is no such channel or there are two dimensions.
    #[must_use]
    pub fn histogram(&self, numbers: &[i64]) -> Option<Histogram> {
        if self.axes.len() != 1 {
            return None;
        }
        let axis = &self.axes[0];
        let Some(page) = self.channels.lookup(numbers)? else {
            return Some(Histogram::of_counts(axis.clone(), Vec::new()));
        };
        let width = self.cells();
        let cells = (page * width..(page + 1) * width).map(|at| self.count_at(at));
        Some(self.histogram_of(cells, self.sums.get(page), axis))
    }

    fn histogram_of(
        &self,
        cells: impl Iterator<Item = u64>,
        sums: Option<&Sums>,
        axis: &Axis,
    ) -> Histogram {
        let bins = axis.bins();
        let mut inside = 0;
        let mut numbers = Vec::with_capacity(bins + 3);
        #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
        for (cell, count) in cells.enumerate() {
            if (1..=bins).contains(&cell) {
                inside += count;
            }
            numbers.push(count as f64);
        }
        let not_a_number = numbers.pop().unwrap_or(0.0);
        let mut histogram = Histogram::of_counts(axis.clone(), numbers);
        histogram.not_a_number = not_a_number;
        histogram.moments = sums.and_then(|s| self.grid.moments(s, inside));
        histogram
    }

    /// In two dimensions, the counts of a channel along the second axis for one cell of the first
    /// (0 = underflow, 1 … n = bins, n + 1 = overflow, n + 2 = not a number).
    #[must_use]
    pub fn slice(&self, numbers: &[i64], cell: usize) -> Option<Histogram> {
        let [x, y] = self.axes.as_slice() else {
            return None;
        };
        let all = self.cells_of(numbers)?;
        let row = all
            .chunks(y.cells())
            .nth(cell)
            .filter(|_| cell < x.cells())?;
        Some(self.histogram_of(row.iter().copied(), None, y))
    }

    /// The sum over all channels, as a block without channels.
    #[must_use]
    pub fn sum_channels(&self) -> Self {
        let mut sum = Self {
            axes: self.axes.clone(),
            channels: self.channels.single(),
            counts: vec![0; self.cells()],
            high: BTreeMap::new(),
            sums: vec![Sums::default(); usize::from(self.axes.len() == 1)],
            grid: self.grid,
            rows: Rows::default(),
        };
        let width = self.cells();
        for page in 0..self.channels.pages() {
            for cell in 0..width {
                sum.add_at(cell, self.count_at(page * width + cell));
            }
            if let (Some(total), Some(sums)) = (sum.sums.first_mut(), self.sums.get(page)) {
                total.merge(sums);
            }
        }
        sum
    }
}

/// Same description and same contents; channels that were filled with nothing do not count.
impl PartialEq for CountBlock {
    fn eq(&self, other: &Self) -> bool {
        let contents = |block: &Self| -> Vec<_> {
            let filled = block.filled().into_iter();
            let cells = filled.map(|n| (block.cells_of(&n), n));
            cells
                .filter(|(c, _)| c.iter().flatten().any(|&count| count > 0))
                .collect()
        };
        let sums = |block: &Self| -> Vec<_> {
            let pages = block.channels.sorted().into_iter();
            pages
                .map(|(_, page)| block.sums.get(page).copied().unwrap_or_default())
                .filter(|s| *s != Sums::default())
                .collect()
        };
        self.axes == other.axes
            && self.ranges() == other.ranges()
            && self.outside() == other.outside()
            && contents(self) == contents(other)
            && sums(self) == sums(other)
    }
}

//! Cells of all channels as those of one histogram of ROOT.

use crate::hist::{Axis, ChannelRange};
use crate::root::HistogramAxis;

/// Most cells of a histogram: all wires of a drift chamber with 500 bins each.
const MOST_CELLS: usize = 1 << 23;

/// Channels and bins as axes, channels first.
pub(super) struct Grid {
    pub(super) axes: Vec<HistogramAxis>,
    pub(super) cells: usize,
    firsts: Vec<i64>,
    strides: Vec<usize>,
    /// Cell of a channel, and how far it is from the first cell of that channel.
    inner: Vec<(usize, usize)>,
}

impl Grid {
    /// `None` for more axes than `dimensions`, or too many cells.
    pub(super) fn new(ranges: &[ChannelRange], axes: &[Axis], dimensions: usize) -> Option<Self> {
        let mut all: Vec<HistogramAxis> = ranges.iter().map(channels).collect::<Option<_>>()?;
        all.extend(axes.iter().map(bins));
        if all.is_empty() {
            // A single number has a single bin.
            all.push(regular("", 1, 0.0, 1.0));
        }
        let mut strides = Vec::new();
        let mut cells = 1_usize;
        for axis in &all {
            strides.push(cells);
            cells = cells.checked_mul(axis.bins + 2)?;
        }
        if all.len() > dimensions || cells > MOST_CELLS {
            return None;
        }
        let own = &strides[ranges.len()..];
        let inner = inner_cells(axes)
            .into_iter()
            .map(|(cell, bins)| {
                (
                    cell,
                    bins.iter().zip(own).map(|(bin, step)| bin * step).sum(),
                )
            })
            .collect();
        Some(Self {
            inner: match axes {
                [] if ranges.is_empty() => vec![(0, 1)],
                _ => inner,
            },
            axes: all,
            cells,
            firsts: ranges.iter().map(|range| range.first).collect(),
            strides,
        })
    }

    /// For each cell of a channel, without that of NaN: its number there, and in the histogram.
    pub(super) fn places(&self, channel: &[i64]) -> impl Iterator<Item = (usize, usize)> {
        let steps = channel.iter().zip(&self.firsts).zip(&self.strides);
        let start: usize = steps
            .map(|((number, first), step)| (number.abs_diff(*first) as usize + 1) * step)
            .sum();
        self.inner.iter().map(move |(cell, at)| (*cell, start + at))
    }
}

/// Cells of one channel, without those of NaN: number, and bin on each axis.
pub(super) fn inner_cells(axes: &[Axis]) -> Vec<(usize, Vec<usize>)> {
    axes.iter().fold(vec![(0, Vec::new())], |before, axis| {
        let longer = |(cell, bins): &(usize, Vec<usize>)| {
            let (cell, bins) = (*cell, bins.clone());
            (0..axis.bins() + 2).map(move |bin| {
                let bins = bins.iter().copied().chain([bin]).collect();
                (cell * axis.cells() + bin, bins)
            })
        };
        before.iter().flat_map(longer).collect()
    })
}

#[expect(clippy::cast_precision_loss, reason = "a channel is less than 2^53")]
fn channels(range: &ChannelRange) -> Option<HistogramAxis> {
    let steps = range.last.checked_sub(range.first)?;
    let bins = usize::try_from(steps).ok()?.checked_add(1)?;
    let (low, high) = (range.first as f64 - 0.5, range.last as f64 + 0.5);
    (bins <= MOST_CELLS).then(|| regular(&range.name, bins, low, high))
}

fn bins(axis: &Axis) -> HistogramAxis {
    let mut regular = regular(axis.unit(), axis.bins(), axis.low(), axis.high());
    if let Axis::Variable { edges, .. } = axis {
        regular.edges.clone_from(edges);
    }
    regular
}

fn regular(title: &str, bins: usize, low: f64, high: f64) -> HistogramAxis {
    HistogramAxis {
        title: title.into(),
        bins,
        low,
        high,
        edges: Vec::new(),
    }
}

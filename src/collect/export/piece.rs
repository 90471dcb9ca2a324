//! An object of one run as a histogram, or as rows.

use crate::expr::{Column, Table};
use crate::hist::{
    Axis, Block, ChannelRange, CountBlock, Efficiency, EfficiencyBlock, EquationBlock,
    ProfileBlock, SumBlock,
};
use crate::root::Histogram;

use super::grid::{Grid, inner_cells};
use crate::collect::fill::Part;

/// What is written under one key.
pub(super) enum Piece {
    Histogram(Histogram),
    /// Columns with their names.
    Rows(Vec<(String, Column)>),
}

/// Entries, sum and sum of squares; counts have entries only.
type Cell = (u64, f64, f64);

/// What an object is called in the file: an efficiency is two objects.
pub(super) fn names(object: &str, part: &Part) -> Vec<String> {
    match part {
        Part::Block(block) if matches!(**block, Block::Efficiency(_)) => {
            vec![format!("{object}_passed"), format!("{object}_total")]
        }
        Part::Block(block) if matches!(**block, Block::Equations(_)) => {
            vec![format!("{object}_unknowns"), format!("{object}_sums")]
        }
        _ => vec![object.to_owned()],
    }
}

/// One piece for each of the [`names`].
pub(super) fn pieces(part: &Part) -> Vec<Piece> {
    let block = match part {
        Part::Table(table) => return vec![Piece::Rows(columns(table))],
        Part::Block(block) => block,
    };
    match &**block {
        Block::Counts(block) => vec![counts(block)],
        Block::Profile(block) => vec![profile(block)],
        Block::Efficiency(block) => vec![
            efficiency(block, |page| page.passed),
            efficiency(block, |page| page.total),
        ],
        Block::Sum(block) => vec![Piece::Rows(sums(block))],
        Block::Equations(block) => vec![unknowns(block), Piece::Rows(pairs(block))],
    }
}

/// Names of the columns that have no form in the file.
pub(super) fn left_out(part: &Part) -> Vec<&str> {
    let Part::Table(table) = part else {
        return Vec::new();
    };
    let texts = table.shown().filter(|(_, column)| is_text(column));
    texts.map(|(name, _)| name).collect()
}

fn is_text(column: &Column) -> bool {
    matches!(column, Column::Text(_))
}

fn columns(table: &Table) -> Vec<(String, Column)> {
    let kept = table.shown().filter(|(_, column)| !is_text(column));
    kept.map(|(name, column)| (name.to_owned(), column.clone()))
        .collect()
}

fn counts(block: &CountBlock) -> Piece {
    let filled = block.filled().into_iter().map(|channel| {
        let cells = block.cells_of(&channel).unwrap_or_default();
        let cells = cells.into_iter().map(|count| (count, 0.0, 0.0)).collect();
        (channel, cells)
    });
    put_together(block.ranges(), block.axes(), false, filled)
}

fn profile(block: &ProfileBlock) -> Piece {
    let axes = std::slice::from_ref(block.axis());
    let filled = block.filled().into_iter().map(|channel| {
        let cells = block.cells_of(&channel).unwrap_or_default();
        (channel, cells)
    });
    put_together(block.ranges(), axes, true, filled)
}

fn efficiency(block: &EfficiencyBlock, count: fn(&Efficiency) -> u64) -> Piece {
    let filled = block.filled().into_iter();
    let filled = filled.map(|(channel, page)| (channel, vec![(count(page), 0.0, 0.0)]));
    put_together(block.ranges(), &[], false, filled)
}

fn sums(block: &SumBlock) -> Vec<(String, Column)> {
    let pages: Vec<_> = match block.ranges() {
        // A single one has its row even if nothing was added.
        [] => block
            .get(&[])
            .map(|sum| (Vec::new(), sum))
            .into_iter()
            .collect(),
        _ => block
            .filled()
            .into_iter()
            .map(|(channel, sum)| (channel, sum.clone()))
            .collect(),
    };
    let channels = pages.iter().map(|(channel, _)| channel.as_slice());
    let mut columns = channel_columns(block.ranges(), channels);
    let ints = |of: fn(&crate::hist::Sum) -> u64| {
        Column::Int(pages.iter().map(|(_, sum)| of(sum).cast_signed()).collect())
    };
    let totals = pages.iter().map(|(_, sum)| sum.total.value()).collect();
    columns.push(("sum".into(), Column::Float(totals)));
    columns.push(("entries".into(), ints(|sum| sum.entries)));
    columns.push(("not_finite".into(), ints(|sum| sum.not_finite)));
    columns
}

/// Channel, number of equations and right side of each unknown.
fn unknowns(block: &EquationBlock) -> Piece {
    let sums = block.sums();
    Piece::Rows(vec![
        ("channel".into(), Column::Int(sums.channels)),
        ("entries".into(), Column::Int(sums.entries)),
        ("right".into(), Column::Float(sums.right)),
    ])
}

/// The sums of pairs of unknowns, each pair once.
fn pairs(block: &EquationBlock) -> Vec<(String, Column)> {
    let sums = block.sums().sums;
    let first = sums.iter().map(|(i, ..)| *i).collect();
    let second = sums.iter().map(|(_, j, _)| *j).collect();
    let values = sums.iter().map(|(.., value)| *value).collect();
    vec![
        ("i".into(), Column::Int(first)),
        ("j".into(), Column::Int(second)),
        ("value".into(), Column::Float(values)),
    ]
}

fn put_together(
    ranges: &[ChannelRange],
    axes: &[Axis],
    profile: bool,
    filled: impl Iterator<Item = (Vec<i64>, Vec<Cell>)>,
) -> Piece {
    match Grid::new(ranges, axes, if profile { 2 } else { 3 }) {
        Some(grid) => Piece::Histogram(histogram(grid, profile, filled)),
        None => Piece::Rows(filled_cells(ranges, axes, profile, filled)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
fn histogram(
    grid: Grid,
    profile: bool,
    filled: impl Iterator<Item = (Vec<i64>, Vec<Cell>)>,
) -> Histogram {
    let mut contents = vec![0.0; grid.cells];
    let wide = if profile { grid.cells } else { 0 };
    let (mut sumw2, mut bin_entries) = (vec![0.0; wide], vec![0.0; wide]);
    let mut entries = 0_u64;
    for (channel, cells) in filled {
        for (cell, at) in grid.places(&channel) {
            let (count, sum, squares) = cells[cell];
            entries += count;
            if profile {
                contents[at] = sum;
                sumw2[at] = squares;
                bin_entries[at] = count as f64;
            } else {
                contents[at] = count as f64;
            }
        }
    }
    let class = match (profile, grid.axes.len()) {
        (true, 1) => "TProfile",
        (true, _) => "TProfile2D",
        (false, 1) => "TH1D",
        (false, 2) => "TH2D",
        (false, _) => "TH3D",
    };
    Histogram {
        class: class.into(),
        title: String::new(),
        axes: grid.axes,
        contents,
        sumw2,
        bin_entries,
        entries: entries as f64,
    }
}

/// A row for each cell that is not empty: channel, bins as ROOT counts them (0 is underflow)
/// with their edges, contents.
fn filled_cells(
    ranges: &[ChannelRange],
    axes: &[Axis],
    profile: bool,
    filled: impl Iterator<Item = (Vec<i64>, Vec<Cell>)>,
) -> Vec<(String, Column)> {
    let inner = inner_cells(axes);
    let mut rows: Vec<(Vec<i64>, &[usize], Cell)> = Vec::new();
    for (channel, cells) in filled {
        let full = inner.iter().filter(|(cell, _)| cells[*cell].0 > 0);
        rows.extend(full.map(|(cell, bins)| (channel.clone(), bins.as_slice(), cells[*cell])));
    }
    let mut columns = channel_columns(ranges, rows.iter().map(|row| row.0.as_slice()));
    for (index, (axis, letter)) in axes.iter().zip(["x", "y"]).enumerate() {
        let bins = || rows.iter().map(|row| row.1[index]);
        let low = |bin: usize| match bin {
            0 => f64::NEG_INFINITY,
            bin => axis.edge(bin - 1),
        };
        let high = |bin: usize| match bin {
            bin if bin > axis.bins() => f64::INFINITY,
            bin => axis.edge(bin),
        };
        let numbers = bins().map(|bin| bin as i64).collect();
        columns.push((format!("bin_{letter}"), Column::Int(numbers)));
        columns.push((
            format!("low_{letter}"),
            Column::Float(bins().map(low).collect()),
        ));
        columns.push((
            format!("high_{letter}"),
            Column::Float(bins().map(high).collect()),
        ));
    }
    let counts = rows.iter().map(|row| row.2.0.cast_signed()).collect();
    columns.push(("entries".into(), Column::Int(counts)));
    if profile {
        let sums = rows.iter().map(|row| row.2.1).collect();
        let squares = rows.iter().map(|row| row.2.2).collect();
        columns.push(("sum".into(), Column::Float(sums)));
        columns.push(("sum_of_squares".into(), Column::Float(squares)));
    }
    columns
}

/// A column for each index of channels.
fn channel_columns<'c>(
    ranges: &[ChannelRange],
    channels: impl Iterator<Item = &'c [i64]> + Clone,
) -> Vec<(String, Column)> {
    let column = |(index, range): (usize, &ChannelRange)| {
        let numbers = channels.clone().map(|channel| channel[index]).collect();
        (range.name.clone(), Column::Int(numbers))
    };
    ranges.iter().enumerate().map(column).collect()
}

//! The cuts with the least total loss.

use super::TimelineError;
use super::atoms::Atom;
use crate::expr::{Column, Table};

/// Neighbouring atoms, as a loss sees them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// From the begin of the first to the end of the last.
    pub raw_time: f64,
    /// The same without the gaps.
    pub net_time: f64,
    /// The longest gap between two neighbours.
    pub max_gap: f64,
    /// Number of rows.
    pub rows: usize,
}

impl Block {
    /// What a loss may name: the time from first to last, the same without gaps, the longest gap, and
    /// the number of rows (upstream's names).
    pub const NAMES: [&str; 4] = ["rawTime", "netTime", "maxGap", "nEv"];

    /// Blocks as rows with the columns of [`Block::NAMES`].
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "rows are counted far below 2^53"
    )]
    pub fn table(blocks: &[Self]) -> Table {
        let columns: [fn(&Self) -> f64; 4] = [
            |block| block.raw_time,
            |block| block.net_time,
            |block| block.max_gap,
            |block| block.rows as f64,
        ];
        let mut table = Table::new();
        for (name, column) in Self::NAMES.into_iter().zip(columns) {
            let values = Column::Float(blocks.iter().map(column).collect());
            let pushed = table.push(name, values);
            debug_assert!(pushed.is_ok(), "names differ and lengths are equal");
        }
        table
    }
}

/// Ends of the blocks of atoms whose losses add up to the least, each with at least `fewest` rows; one block
/// where there are not so many.
///
/// Exact, by dynamic programming over all partitions: for each end the best begin of the last block.
/// Of equal sums the one with the longer last block is taken.
pub(super) fn partition(
    atoms: &[Atom],
    fewest: usize,
    mut loss: impl FnMut(&[Block]) -> Result<Vec<f64>, TimelineError>,
) -> Result<Vec<usize>, TimelineError> {
    let all: usize = atoms.iter().map(|atom| atom.rows.len()).sum();
    if all < fewest || atoms.len() < 2 {
        return Ok(vec![atoms.len()]);
    }
    // The least sum of losses for the first atoms, and where their last block begins.
    let mut best = vec![(0.0, 0)];
    for end in 1..=atoms.len() {
        let blocks = ending_at(atoms, end);
        let losses = loss(&blocks)?;
        let mut found = (f64::INFINITY, 0);
        for (begin, (block, loss)) in blocks.iter().zip(losses).enumerate() {
            if loss.is_nan() {
                return Err(TimelineError::Loss {
                    start: atoms[begin].start,
                    end: atoms[end - 1].end,
                    loss,
                });
            }
            let sum = best[begin].0 + loss;
            if block.rows >= fewest && sum < found.0 {
                found = (sum, begin);
            }
        }
        best.push(found);
    }
    let mut ends = Vec::new();
    let mut end = atoms.len();
    while end > 0 {
        ends.push(end);
        end = best[end].1;
    }
    ends.reverse();
    Ok(ends)
}

/// The blocks from each atom up to the one before `end`.
fn ending_at(atoms: &[Atom], end: usize) -> Vec<Block> {
    let last = &atoms[end - 1];
    let mut blocks = Vec::with_capacity(end);
    let mut block = Block {
        raw_time: 0.0,
        net_time: 0.0,
        max_gap: 0.0,
        rows: 0,
    };
    // Runs may overlap in time: the end is the latest one.
    let mut latest = last.end;
    for (number, atom) in atoms[..end].iter().enumerate().rev() {
        latest = latest.max(atom.end);
        if let Some(next) = atoms[..end].get(number + 1) {
            block.max_gap = block.max_gap.max(next.start - atom.end);
        }
        block.raw_time = latest - atom.start;
        block.net_time += atom.end - atom.start;
        block.rows += atom.rows.len();
        blocks.push(block);
    }
    blocks.reverse();
    blocks
}

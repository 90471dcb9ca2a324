//! What an object is, before anything is in it.

use super::part::Part;
use crate::collect::{Object, Storage};
use crate::expr::{Column, ORIGIN, Outputs, Table, Type};
use crate::hist::{
    Axis, Block, BlockError, ChannelRange, CountBlock, EfficiencyBlock, EquationBlock,
    EquationRows, ProfileBlock, SumBlock,
};

/// An object without contents.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Something that counts or sums.
    Block(Box<Block>),
    /// Rows of columns with these names and types.
    Table(Vec<(String, Type)>),
}

impl Kind {
    /// What an object is; `types` are those of its values, not needed for blocks, `names` those of
    /// columns that the file decides about.
    ///
    /// # Errors
    /// When its axes or channels are none.
    pub(super) fn new(
        object: &Object,
        types: Option<&[Type]>,
        names: &[String],
    ) -> Result<Self, BlockError> {
        let ranges: Vec<ChannelRange> = object
            .channels
            .iter()
            .map(|c| ChannelRange::new(c.name.clone(), c.first, c.last))
            .collect();
        let block = match &object.storage {
            Storage::Histogram(binnings) => {
                let axes = binnings.iter().map(|b| b.axis.clone()).collect();
                Block::Counts(CountBlock::new(axes, ranges)?)
            }
            Storage::Profile(binning, _) => {
                Block::Profile(ProfileBlock::new(binning.axis.clone(), ranges)?)
            }
            Storage::Efficiency(_) => Block::Efficiency(EfficiencyBlock::new(ranges)?),
            Storage::Sum(_) => Block::Sum(SumBlock::new(ranges)?),
            Storage::Equations(equations) => {
                let name = format!("unknown of {}", object.name);
                let range = ChannelRange::new(name, equations.first, equations.last);
                Block::Equations(EquationBlock::new(range)?)
            }
            Storage::Records => {
                let types = types.unwrap_or_default().iter().copied();
                return Ok(Self::Table(names.iter().cloned().zip(types).collect()));
            }
            Storage::Table(columns) => {
                let skipped = ranges.len();
                let kind = |n: usize| types.and_then(|types| types.get(skipped + n));
                let columns = columns.iter().enumerate();
                let typed = |(n, (name, _)): (usize, &(String, _))| {
                    (name.clone(), kind(n).copied().unwrap_or(Type::Float))
                };
                let declared = columns.len();
                let mut named: Vec<_> = columns.map(typed).collect();
                let all = types.map_or(0, |types| types.len() - skipped);
                // All of it, or the last of it for objects of one run.
                let origin =
                    &ORIGIN[ORIGIN.len() - all.saturating_sub(declared).min(ORIGIN.len())..];
                named.extend(origin.iter().map(|name| ((*name).to_owned(), Type::Int)));
                return Ok(Self::Table(named));
            }
        };
        Ok(Self::Block(Box::new(block)))
    }

    /// The object without rows.
    pub(super) fn empty(&self) -> Part {
        match self {
            Self::Block(block) => Part::Block(block.clone()),
            Self::Table(_) => Part::Table(self.table(self.columns())),
        }
    }

    /// Columns without rows; none for a block.
    pub(super) fn columns(&self) -> Vec<Column> {
        match self {
            Self::Block(_) => Vec::new(),
            Self::Table(columns) => columns
                .iter()
                .map(|(_, kind)| Column::empty(*kind))
                .collect(),
        }
    }

    /// Columns under their names.
    pub(super) fn table(&self, columns: Vec<Column>) -> Table {
        let mut table = Table::new();
        if let Self::Table(names) = self {
            for ((name, _), column) in names.iter().zip(columns) {
                let pushed = table.push(name.clone(), column);
                debug_assert!(pushed.is_ok(), "names differ and lengths are equal");
            }
        }
        table
    }

    /// Bytes of memory that the object may take when all channels are filled.
    pub(super) fn bytes(&self) -> u64 {
        let Self::Block(block) = self else {
            return 0;
        };
        // Counts are 4 bytes; a cell of a profile has a number and two exact sums.
        let (ranges, cell, cells) = match &**block {
            Block::Counts(b) => (b.ranges(), 4, b.axes().iter().map(Axis::cells).product()),
            Block::Profile(b) => (b.ranges(), 104, b.axis().cells()),
            Block::Efficiency(b) => (b.ranges(), 16, 1),
            Block::Sum(b) => (b.ranges(), 64, 1),
            // Threads cannot take turns: the rows of an event must stay together.
            Block::Equations(_) => return 0,
        };
        ranges
            .iter()
            .map(|range| range.last.abs_diff(range.first).saturating_add(1))
            .fold(cell * cells as u64, u64::saturating_mul)
    }
}

/// Adds rows to a block: first come the numbers of its channels, then its values.
pub(super) fn fill(block: &mut Block, values: &Outputs<'_>, entry: &dyn Fn(usize) -> u64) {
    let split = match &*block {
        Block::Counts(b) => b.ranges().len(),
        Block::Profile(b) => b.ranges().len(),
        Block::Efficiency(b) => b.ranges().len(),
        Block::Sum(b) => b.ranges().len(),
        Block::Equations(_) => 0,
    };
    let channels: Vec<&[i64]> = (0..split).map(|n| values.get(n).ints()).collect();
    let number = |n: usize| values.get(split + n).floats();
    match block {
        Block::Counts(b) => {
            let axes: Vec<&[f64]> = (0..b.axes().len()).map(number).collect();
            b.fill(&channels, &axes);
        }
        Block::Profile(b) => b.fill(&channels, number(0), number(1)),
        Block::Efficiency(b) => b.fill(&channels, values.get(split).bools()),
        Block::Sum(b) => b.fill(&channels, number(0)),
        Block::Equations(b) => {
            let rows = EquationRows {
                equations: values.get(0).ints(),
                channels: values.get(1).ints(),
                coefficients: number(2),
                targets: number(3),
            };
            b.fill(rows, entry);
        }
    }
}

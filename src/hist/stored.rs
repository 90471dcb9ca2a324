//! Blocks in JSON: channels in order, each with its cells from the first to the last that is not
//! empty. The same contents give the same bytes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::channels::Channels;
use super::moments::Sums;
use super::profile::Cell;
use super::simple::Pages;
use super::{
    Axis, BlockError, ChannelRange, CountBlock, Efficiency, EfficiencyBlock, ExactSum,
    ProfileBlock, Sum, SumBlock,
};

/// A block as it is stored; `D` describes the cells, `P` is what a channel holds.
#[derive(Serialize, Deserialize)]
struct Stored<D, P> {
    #[serde(flatten)]
    description: D,
    channels: Vec<ChannelRange>,
    outside: u64,
    filled: Vec<Filled<P>>,
}

#[derive(Serialize, Deserialize)]
struct Filled<P> {
    channel: Vec<i64>,
    #[serde(flatten)]
    content: P,
}

#[derive(Serialize, Deserialize)]
struct Axes {
    axes: Vec<Axis>,
}

#[derive(Serialize, Deserialize)]
struct OneAxis {
    axis: Axis,
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

/// Whole numbers of 128 bits do not survive all readers of JSON: texts.
#[derive(Serialize, Deserialize)]
struct Counts {
    first: usize,
    counts: Vec<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sums: Option<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Cells {
    first: usize,
    cells: Vec<(u64, ExactSum, ExactSum)>,
    #[serde(default, skip_serializing_if = "is_zero")]
    not_finite: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Serialize, Deserialize)]
struct StoredEfficiency {
    passed: u64,
    total: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredSum {
    total: ExactSum,
    entries: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    not_finite: u64,
}

fn damaged<T>(what: impl Into<String>) -> Result<T, BlockError> {
    Err(BlockError::Damaged { what: what.into() })
}

/// The part from the first to the last content.
fn trimmed<T>(all: &[T], is_content: impl Fn(&T) -> bool) -> (usize, &[T]) {
    let first = all.iter().position(&is_content).unwrap_or(0);
    let end = all
        .iter()
        .rposition(&is_content)
        .map_or(first, |last| last + 1);
    (first, &all[first..end])
}

/// Whether so many cells from that one on are cells of a page.
fn check_cells(first: usize, count: usize, width: usize) -> Result<(), BlockError> {
    match first.checked_add(count) {
        Some(end) if end <= width => Ok(()),
        _ => damaged(format!(
            "{count} cells from {first} on, where there are {width}"
        )),
    }
}

fn no_such(channel: &[i64]) -> BlockError {
    BlockError::Damaged {
        what: format!("channel {channel:?} is not in the range"),
    }
}

fn checked_axis(axis: Axis) -> Result<Axis, BlockError> {
    axis.checked().or_else(|error| damaged(error.to_string()))
}

/// Channels must come in order, each once: then the same contents have one form only.
fn check_order<P>(filled: &[Filled<P>]) -> Result<(), BlockError> {
    match filled.windows(2).find(|w| w[0].channel >= w[1].channel) {
        Some(w) => damaged(format!("channel {:?} is not in order", w[1].channel)),
        None => Ok(()),
    }
}

fn store<D, P>(
    description: D,
    channels: &Channels,
    content: impl Fn(usize) -> Option<P>,
) -> Stored<D, P> {
    let pages = channels.sorted().into_iter();
    Stored {
        description,
        channels: channels.ranges().to_vec(),
        outside: channels.outside,
        filled: pages
            .filter_map(|(channel, page)| content(page).map(|content| Filled { channel, content }))
            .collect(),
    }
}

impl Serialize for CountBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let width = self.cells();
        let axes = self.axes.clone();
        store(Axes { axes }, &self.channels, |page| {
            let all: Vec<u64> = (page * width..(page + 1) * width)
                .map(|at| self.count_at(at))
                .collect();
            let (first, counts) = trimmed(&all, |&c| c > 0);
            let sums = self.sums.get(page).filter(|s| **s != Sums::default());
            (!counts.is_empty()).then(|| Counts {
                first,
                counts: counts.to_vec(),
                sums: sums.map(|s| (s.first.to_string(), s.second.to_string())),
            })
        })
        .serialize(serializer)
    }
}

impl TryFrom<Stored<Axes, Counts>> for CountBlock {
    type Error = BlockError;

    fn try_from(stored: Stored<Axes, Counts>) -> Result<Self, BlockError> {
        let axes = stored.description.axes.into_iter();
        let axes = axes.map(checked_axis).collect::<Result<_, _>>()?;
        let mut block = Self::new(axes, stored.channels)?;
        check_order(&stored.filled)?;
        block.channels.outside = stored.outside;
        let width = block.cells();
        for Filled { channel, content } in stored.filled {
            check_cells(content.first, content.counts.len(), width)?;
            let page = block.page(&channel).ok_or_else(|| no_such(&channel))?;
            for (i, count) in content.counts.into_iter().enumerate() {
                if count > u64::from(u32::MAX) << 16 {
                    return damaged(format!("a count of {count}"));
                }
                block.add_at(page * width + content.first + i, count);
            }
            if let (Some((first, second)), Some(sums)) = (content.sums, block.sums.get_mut(page)) {
                let whole = |text: &str| match text.parse::<i128>() {
                    Ok(number) if number.unsigned_abs() < 1 << 126 => Ok(number),
                    _ => damaged(format!("a sum of {text}")),
                };
                (sums.first, sums.second) = (whole(&first)?, whole(&second)?);
            }
        }
        Ok(block)
    }
}

impl Serialize for ProfileBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let width = self.axis.cells();
        let axis = self.axis.clone();
        store(OneAxis { axis }, &self.channels, |page| {
            let all = &self.cells[page * width..(page + 1) * width];
            let (first, cells) = trimmed(all, |c| c.entries > 0);
            let not_finite = self.not_finite[page];
            let stored = |c: &Cell| (c.entries, c.sum.clone(), c.squares.clone());
            (!cells.is_empty() || not_finite > 0).then(|| Cells {
                first,
                cells: cells.iter().map(stored).collect(),
                not_finite,
            })
        })
        .serialize(serializer)
    }
}

impl TryFrom<Stored<OneAxis, Cells>> for ProfileBlock {
    type Error = BlockError;

    fn try_from(stored: Stored<OneAxis, Cells>) -> Result<Self, BlockError> {
        let axis = checked_axis(stored.description.axis)?;
        let mut block = Self::new(axis, stored.channels)?;
        check_order(&stored.filled)?;
        block.channels.outside = stored.outside;
        let width = block.axis.cells();
        for Filled { channel, content } in stored.filled {
            check_cells(content.first, content.cells.len(), width)?;
            let page = block.channels.ensure(&channel);
            let page = page.ok_or_else(|| no_such(&channel))?;
            block.grow();
            block.not_finite[page] = content.not_finite;
            for (i, (entries, sum, squares)) in content.cells.into_iter().enumerate() {
                block.cells[page * width + content.first + i] = Cell {
                    entries,
                    sum,
                    squares,
                };
            }
        }
        Ok(block)
    }
}

impl<'a> From<&'a Efficiency> for StoredEfficiency {
    fn from(page: &'a Efficiency) -> Self {
        Self {
            passed: page.passed,
            total: page.total,
        }
    }
}

impl TryFrom<StoredEfficiency> for Efficiency {
    type Error = BlockError;

    fn try_from(stored: StoredEfficiency) -> Result<Self, BlockError> {
        let StoredEfficiency { passed, total } = stored;
        if passed > total {
            return damaged(format!("{passed} passed of {total}"));
        }
        Ok(Self { passed, total })
    }
}

impl<'a> From<&'a Sum> for StoredSum {
    fn from(page: &'a Sum) -> Self {
        Self {
            total: page.total.clone(),
            entries: page.entries,
            not_finite: page.not_finite,
        }
    }
}

impl From<StoredSum> for Sum {
    fn from(stored: StoredSum) -> Self {
        Self {
            total: stored.total,
            entries: stored.entries,
            not_finite: stored.not_finite,
        }
    }
}

macro_rules! store_simple {
    ($block:ident, $page:ident, $stored:ident) => {
        impl Serialize for $block {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let pages = &self.0.pages;
                store(Nothing {}, &self.0.channels, |page| {
                    let page = &pages[page];
                    (*page != $page::default()).then(|| $stored::from(page))
                })
                .serialize(serializer)
            }
        }

        impl TryFrom<Stored<Nothing, $stored>> for $block {
            type Error = BlockError;

            fn try_from(stored: Stored<Nothing, $stored>) -> Result<Self, BlockError> {
                let mut pages: Pages<$page> = Pages::new(stored.channels)?;
                check_order(&stored.filled)?;
                pages.channels.outside = stored.outside;
                for Filled { channel, content } in stored.filled {
                    let page = pages.channels.ensure(&channel);
                    let page = page.ok_or_else(|| no_such(&channel))?;
                    pages.grow();
                    pages.pages[page] =
                        $page::try_from(content).or_else(|error| damaged(error.to_string()))?;
                }
                Ok(Self(pages))
            }
        }
    };
}

store_simple!(EfficiencyBlock, Efficiency, StoredEfficiency);
store_simple!(SumBlock, Sum, StoredSum);

macro_rules! read_checked {
    ($($block:ident: $description:ident, $content:ident;)*) => {
        $(impl<'de> Deserialize<'de> for $block {
            fn deserialize<R: Deserializer<'de>>(input: R) -> Result<Self, R::Error> {
                let stored = Stored::<$description, $content>::deserialize(input)?;
                Self::try_from(stored).map_err(serde::de::Error::custom)
            }
        })*
    };
}

read_checked! {
    CountBlock: Axes, Counts;
    ProfileBlock: OneAxis, Cells;
    EfficiencyBlock: Nothing, StoredEfficiency;
    SumBlock: Nothing, StoredSum;
}

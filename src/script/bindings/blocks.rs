//! Histograms, efficiencies and sums of many channels; the meaning is in the room `hist`.

use std::sync::Arc;

use rhai::Engine;

use super::super::raise::{Fallible, Raised, not_yet, raise};
use super::tables::{CHANNEL, Table, count};
use crate::expr;
use crate::hist::{Axis, Block, ChannelRange, Efficiency, ExactSum, Histogram, Sum, SumBlock};

/// Histograms, profiles or efficiencies per channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Histograms {
    /// What a channel is: `crystal`; empty for a single object.
    name: String,
    /// Numbers of the channels where those of the block only count them.
    channels: Option<Arc<Vec<i64>>>,
    block: Arc<Block>,
}

/// A channel with a histogram for each bin of the axis that is sliced.
pub(super) type Sliced = (i64, Vec<Histogram>);

/// Sums per channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Sums(Arc<SumBlock>);

impl Histograms {
    /// Those that were collected.
    pub(super) fn new(block: Block) -> Self {
        let name = ranges(&block).first().map(|range| range.name.clone());
        Self {
            name: name.unwrap_or_default(),
            channels: None,
            block: Arc::new(block),
        }
    }

    /// Those of the rows of a table: channel 0 of the block is the first of `channels`.
    pub(super) fn of_rows(name: String, channels: Vec<i64>, block: Block) -> Self {
        Self {
            name,
            channels: Some(Arc::new(channels)),
            block: Arc::new(block),
        }
    }

    /// What a channel is; empty for a single object.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The one histogram of an object that is not split.
    pub(super) fn single(&self) -> Option<Histogram> {
        let split = self.channels.is_some() || !ranges(&self.block).is_empty();
        if split { None } else { self.bins(&[]) }
    }

    /// Each channel and its histogram.
    pub(super) fn all(&self) -> Fallible<Vec<(i64, Histogram)>> {
        let numbers = self.numbers()?;
        let found = numbers.iter().map(|(n, at)| Some((*n, self.bins(at)?)));
        found.collect::<Option<_>>().ok_or_else(|| self.no_bins())
    }

    /// The axis that is sliced, and for each channel the histogram along the other axis in each of
    /// its bins.
    pub(super) fn slices(&self) -> Fallible<(Axis, Vec<Sliced>)> {
        if self.channels.is_none() && ranges(&self.block).len() > 1 {
            let message = "slices of histograms with several channel indices are not available";
            return Err(Raised::new("hist::no-slices", message)
                .hint("make one number of the indices in `per_channel`")
                .boxed());
        }
        let Block::Counts(block) = &*self.block else {
            return Err(no_slices());
        };
        let [axis, _] = block.axes() else {
            return Err(no_slices());
        };
        let slices = |at: &[i64]| -> Option<Vec<Histogram>> {
            let cells = 1..=axis.bins();
            cells.map(|cell| block.slice(at, cell)).collect()
        };
        let numbers = self.numbers()?;
        let all = numbers.iter().map(|(n, at)| Some((*n, slices(at)?)));
        let all = all.collect::<Option<Vec<_>>>().ok_or_else(no_slices)?;
        Ok((axis.clone(), all))
    }

    /// Numbers of the channels, and those under which the block knows them.
    fn numbers(&self) -> Fallible<Vec<(i64, Vec<i64>)>> {
        if let Some(channels) = &self.channels {
            return Ok(channels
                .iter()
                .copied()
                .zip((0..).map(|n| vec![n]))
                .collect());
        }
        match ranges(&self.block) {
            [] => Ok(vec![(0, Vec::new())]),
            [range] => Ok((range.first..=range.last).map(|n| (n, vec![n])).collect()),
            several => {
                // Combinations count from 0, the last index fastest.
                let mut all = Vec::new();
                each(several, |numbers| all.push(numbers.to_vec()));
                Ok((0..).zip(all).collect())
            }
        }
    }

    /// The columns that say which channel a row belongs to, beside `channel`: what a channel is,
    /// or each of several indices by its name.
    pub(super) fn index_columns(&self) -> Fallible<Vec<(String, expr::Column)>> {
        let numbers = self.numbers()?;
        let several = self.channels.is_none() && ranges(&self.block).len() > 1;
        if !several {
            if self.name.is_empty() || self.name == CHANNEL {
                return Ok(Vec::new());
            }
            let own = numbers.iter().map(|(n, _)| *n).collect();
            return Ok(vec![(self.name.clone(), expr::Column::Int(own))]);
        }
        let column = |(place, range): (usize, &ChannelRange)| {
            let values = numbers.iter().map(|(_, at)| at[place]).collect();
            (range.name.clone(), expr::Column::Int(values))
        };
        Ok(ranges(&self.block).iter().enumerate().map(column).collect())
    }

    fn bins(&self, numbers: &[i64]) -> Option<Histogram> {
        match &*self.block {
            Block::Counts(block) => block.histogram(numbers),
            Block::Profile(block) => block.histogram(numbers),
            _ => None,
        }
    }

    /// The histogram of two channel numbers.
    fn channel2(&self, first: i64, second: i64) -> Fallible<Histogram> {
        let [one, two] = ranges(&self.block) else {
            let message = "these histograms have one channel number, not two";
            return Err(Raised::new("hist::unknown-channel", message).boxed());
        };
        for (range, number) in [(one, first), (two, second)] {
            if !(range.first..=range.last).contains(&number) {
                let message = format!("there is no {} {number}", range.name);
                let hint = format!("they go from {} to {}", range.first, range.last);
                return Err(Raised::new("hist::unknown-channel", message)
                    .hint(hint)
                    .boxed());
            }
        }
        self.bins(&[first, second]).ok_or_else(|| self.no_bins())
    }

    fn no_bins(&self) -> Box<rhai::EvalAltResult> {
        let (what, hint) = match &*self.block {
            Block::Efficiency(_) => ("an efficiency has no bins", "ask for its `table()`"),
            _ => (
                "histograms of two dimensions are no curves",
                "they come with `slices`",
            ),
        };
        Raised::new("hist::no-bins", what).hint(hint).boxed()
    }

    fn channel(&self, number: i64) -> Fallible<Histogram> {
        if let (None, several @ [_, _, ..]) = (&self.channels, ranges(&self.block)) {
            let names: Vec<&str> = several.iter().map(|range| range.name.as_str()).collect();
            let message = format!("these histograms are split by {}", names.join(" and "));
            return Err(Raised::new("hist::unknown-channel", message)
                .hint("give a number of each: `channel(1, 2)`")
                .boxed());
        }
        let numbers = self.numbers()?;
        let Some((_, at)) = numbers.iter().find(|(n, _)| *n == number) else {
            let name = if self.name.is_empty() {
                CHANNEL
            } else {
                &self.name
            };
            let message = format!("there is no {name} {number}");
            let ends = numbers.first().zip(numbers.last());
            let hint = ends.map(|((low, _), (high, _))| format!("they go from {low} to {high}"));
            return Err(Raised::new("hist::unknown-channel", message)
                .maybe_hint(hint)
                .boxed());
        };
        self.bins(at).ok_or_else(|| self.no_bins())
    }

    fn sum_channels(&self) -> Fallible<Histogram> {
        match &*self.block {
            Block::Counts(block) => {
                let sum = block.sum_channels().histogram(&[]);
                sum.ok_or_else(|| self.no_bins())
            }
            Block::Profile(_) => not_yet("the sum of profiles"),
            _ => Err(self.no_bins()),
        }
    }

    fn table(&self) -> Fallible<Table> {
        if let Block::Efficiency(block) = &*self.block {
            let (table, found) = indexed(block.ranges(), |numbers| block.get(numbers))?;
            return efficiencies(table, &found);
        }
        let all = self.all()?;
        let channels = expr::Column::Int(all.iter().map(|(n, _)| *n).collect());
        let float = |of: fn(&Histogram) -> f64| {
            expr::Column::Float(all.iter().map(|(_, h)| of(h)).collect())
        };
        let mut table = expr::Table::new();
        match (&self.channels, ranges(&self.block)) {
            (None, [_, _, ..]) => {
                for (name, column) in self.index_columns()? {
                    push(&mut table, &name, column)?;
                }
            }
            _ => push(&mut table, CHANNEL, channels)?,
        }
        push(&mut table, "entries", float(Histogram::entries))?;
        push(&mut table, "mean", float(Histogram::mean))?;
        push(&mut table, "std", float(Histogram::std))?;
        Ok(Table::new(table))
    }

    fn len(&self) -> i64 {
        match &self.channels {
            Some(channels) => count(channels.len()),
            None => combinations(ranges(&self.block)),
        }
    }
}

fn no_slices() -> Box<rhai::EvalAltResult> {
    Raised::new(
        "hist::no-slices",
        "only histograms of two dimensions have slices",
    )
    .hint("make them with `histograms2`, or fit these with `fit_each`")
    .boxed()
}

impl Sums {
    pub(super) fn new(block: SumBlock) -> Self {
        Self(Arc::new(block))
    }

    fn total(&self) -> f64 {
        let mut total = ExactSum::default();
        for (_, sum) in self.0.filled() {
            total.merge(&sum.total);
        }
        total.value()
    }

    fn entries(&self) -> i64 {
        let all = self.0.filled();
        whole(all.iter().map(|(_, sum)| sum.entries).sum())
    }

    fn table(&self) -> Fallible<Table> {
        let (mut table, sums) = indexed(self.0.ranges(), |numbers| self.0.get(numbers))?;
        let values = sums.iter().map(|sum: &Sum| sum.total.value()).collect();
        push(&mut table, "value", expr::Column::Float(values))?;
        push(&mut table, "entries", counts(&sums, |sum| sum.entries))?;
        Ok(Table::new(table))
    }
}

fn ranges(block: &Block) -> &[ChannelRange] {
    match block {
        Block::Counts(block) => block.ranges(),
        Block::Profile(block) => block.ranges(),
        Block::Efficiency(block) => block.ranges(),
        Block::Sum(block) => block.ranges(),
        Block::Equations(block) => std::slice::from_ref(block.range()),
    }
}

/// All combinations of channels, in order; one without numbers for a single object.
fn each(ranges: &[ChannelRange], mut see: impl FnMut(&[i64])) {
    let mut numbers: Vec<i64> = ranges.iter().map(|range| range.first).collect();
    loop {
        see(&numbers);
        // The last index runs fastest.
        let next = (0..ranges.len()).rfind(|at| numbers[*at] < ranges[*at].last);
        let Some(next) = next else {
            return;
        };
        numbers[next] += 1;
        for at in next + 1..ranges.len() {
            numbers[at] = ranges[at].first;
        }
    }
}

/// How many combinations of channels there are.
fn combinations(ranges: &[ChannelRange]) -> i64 {
    let len = |range: &ChannelRange| range.last.saturating_sub(range.first).saturating_add(1);
    ranges.iter().map(len).fold(1, i64::saturating_mul)
}

/// A table with the channel indices: `channel` for one, their own names for several; and what
/// `get` finds for each.
fn indexed<T>(
    ranges: &[ChannelRange],
    get: impl Fn(&[i64]) -> Option<T>,
) -> Fallible<(expr::Table, Vec<T>)> {
    let mut columns = vec![Vec::new(); ranges.len()];
    let mut found = Vec::new();
    each(ranges, |numbers| {
        for (column, number) in columns.iter_mut().zip(numbers) {
            column.push(*number);
        }
        found.extend(get(numbers));
    });
    let mut table = expr::Table::new();
    for (column, range) in columns.into_iter().zip(ranges) {
        let single = ranges.len() == 1;
        let name = if single { CHANNEL } else { &range.name };
        push(&mut table, name, expr::Column::Int(column))?;
    }
    if ranges.is_empty() {
        push(&mut table, CHANNEL, expr::Column::Int(vec![0]))?;
    }
    Ok((table, found))
}

fn efficiencies(mut table: expr::Table, found: &[Efficiency]) -> Fallible<Table> {
    let value = found.iter().map(Efficiency::value).collect();
    let error = found.iter().map(Efficiency::error).collect();
    push(&mut table, "passed", counts(found, |e| e.passed))?;
    push(&mut table, "total", counts(found, |e| e.total))?;
    push(&mut table, "value", expr::Column::Float(value))?;
    push(&mut table, "error", expr::Column::Float(error))?;
    Ok(Table::new(table))
}

fn counts<T>(all: &[T], of: fn(&T) -> u64) -> expr::Column {
    expr::Column::Int(all.iter().map(|one| whole(of(one))).collect())
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Adds a column that may have the name of another one.
pub(super) fn push(table: &mut expr::Table, name: &str, column: expr::Column) -> Fallible<()> {
    let pushed = table.push(name, column);
    pushed.map_err(|error| raise("table::column")(&error))
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Histograms>("Histograms")
        .register_fn("table", |h: &mut Histograms| h.table())
        .register_fn("len", |h: &mut Histograms| h.len())
        .register_fn("channel", |h: &mut Histograms, n: i64| h.channel(n))
        .register_fn("channel", |h: &mut Histograms, n: i64, m: i64| {
            h.channel2(n, m)
        })
        .register_fn("sum_channels", |h: &mut Histograms| h.sum_channels())
        .register_type_with_name::<Sums>("Sums")
        .register_get("total", |s: &mut Sums| s.total())
        .register_get("entries", |s: &mut Sums| s.entries())
        .register_fn("table", |s: &mut Sums| s.table());
}

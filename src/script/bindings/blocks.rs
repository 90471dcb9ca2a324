//! Histograms, efficiencies and sums of many channels; the meaning is in the room `hist`.

use std::sync::Arc;

use rhai::Engine;

use super::super::raise::{Fallible, raise};
use super::tables::{CHANNEL, Table, count};
use crate::expr;
use crate::hist::{ChannelRange, EfficiencyBlock, Histogram, SumBlock};

/// Histograms or profiles per channel, or an efficiency per channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Histograms {
    /// What a channel is: `crystal`; empty for a single object.
    pub(super) name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Bins(Arc<Vec<(i64, Histogram)>>),
    Passed(Arc<EfficiencyBlock>),
}

/// Sums per channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Sums(Arc<SumBlock>);

impl Histograms {
    pub(super) fn of_channels(name: String, histograms: Vec<(i64, Histogram)>) -> Self {
        let content = Content::Bins(Arc::new(histograms));
        Self { name, content }
    }

    pub(super) fn of_efficiency(block: EfficiencyBlock) -> Self {
        let name = block.ranges().first().map(|range| range.name.clone());
        Self {
            name: name.unwrap_or_default(),
            content: Content::Passed(Arc::new(block)),
        }
    }

    /// The one histogram of an object that is not split.
    pub(super) fn single(&mut self) -> Option<Histogram> {
        match &self.content {
            Content::Bins(all) if self.name.is_empty() => all.first().map(|(_, h)| h.clone()),
            _ => None,
        }
    }

    fn table(&self) -> Fallible<Table> {
        match &self.content {
            Content::Passed(block) => efficiencies(block),
            Content::Bins(all) => {
                let mut table = expr::Table::new();
                let float = |of: fn(&Histogram) -> f64| {
                    expr::Column::Float(all.iter().map(|(_, h)| of(h)).collect())
                };
                let channels = expr::Column::Int(all.iter().map(|(n, _)| *n).collect());
                let columns = [
                    (CHANNEL, channels),
                    ("entries", float(Histogram::entries)),
                    ("mean", float(Histogram::mean)),
                    ("std", float(Histogram::std)),
                ];
                for (name, column) in columns {
                    push(&mut table, name, column)?;
                }
                Ok(Table::new(table))
            }
        }
    }

    fn len(&self) -> Fallible<i64> {
        match &self.content {
            Content::Bins(all) => Ok(count(all.len())),
            Content::Passed(block) => Ok(count(numbers(block.ranges()).len())),
        }
    }
}

impl Sums {
    pub(super) fn new(block: SumBlock) -> Self {
        Self(Arc::new(block))
    }

    fn total(&self) -> f64 {
        let mut total = crate::hist::ExactSum::default();
        for (_, sum) in self.0.filled() {
            total.merge(&sum.total);
        }
        total.value()
    }

    fn entries(&self) -> i64 {
        let all = self.0.filled();
        let entries: u64 = all.iter().map(|(_, sum)| sum.entries).sum();
        i64::try_from(entries).unwrap_or(i64::MAX)
    }

    fn table(&self) -> Fallible<Table> {
        let all = numbers(self.0.ranges());
        let sums: Vec<_> = all.iter().filter_map(|n| self.0.get(n)).collect();
        let mut table = indices(self.0.ranges(), &all)?;
        let values = sums.iter().map(|sum| sum.total.value()).collect();
        push(&mut table, "value", expr::Column::Float(values))?;
        push(&mut table, "entries", whole(sums.iter().map(|s| s.entries)))?;
        Ok(Table::new(table))
    }
}

/// All combinations of channels, in order; one without numbers for a single object.
fn numbers(ranges: &[ChannelRange]) -> Vec<Vec<i64>> {
    let mut all = vec![Vec::new()];
    for range in ranges {
        all = all
            .into_iter()
            .flat_map(|before: Vec<i64>| {
                (range.first..=range.last).map(move |number| {
                    let mut numbers = before.clone();
                    numbers.push(number);
                    numbers
                })
            })
            .collect();
    }
    all
}

/// A table with the channel indices: `channel` for one, their own names for several.
fn indices(ranges: &[ChannelRange], all: &[Vec<i64>]) -> Fallible<expr::Table> {
    let mut table = expr::Table::new();
    for (position, range) in ranges.iter().enumerate() {
        let column = expr::Column::Int(all.iter().map(|numbers| numbers[position]).collect());
        let name = if ranges.len() == 1 {
            CHANNEL
        } else {
            &range.name
        };
        push(&mut table, name, column)?;
    }
    if ranges.is_empty() {
        push(&mut table, CHANNEL, expr::Column::Int(vec![0]))?;
    }
    Ok(table)
}

fn efficiencies(block: &EfficiencyBlock) -> Fallible<Table> {
    let all = numbers(block.ranges());
    let found: Vec<_> = all.iter().filter_map(|n| block.get(n)).collect();
    let mut table = indices(block.ranges(), &all)?;
    let value = found.iter().map(|e| e.value()).collect();
    let error = found.iter().map(|e| e.error()).collect();
    push(&mut table, "passed", whole(found.iter().map(|e| e.passed)))?;
    push(&mut table, "total", whole(found.iter().map(|e| e.total)))?;
    push(&mut table, "value", expr::Column::Float(value))?;
    push(&mut table, "error", expr::Column::Float(error))?;
    Ok(Table::new(table))
}

fn whole(numbers: impl Iterator<Item = u64>) -> expr::Column {
    expr::Column::Int(
        numbers
            .map(|n| i64::try_from(n).unwrap_or(i64::MAX))
            .collect(),
    )
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
        .register_type_with_name::<Sums>("Sums")
        .register_get("total", |s: &mut Sums| s.total())
        .register_get("entries", |s: &mut Sums| s.entries())
        .register_fn("table", |s: &mut Sums| s.table());
}

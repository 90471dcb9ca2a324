//! Work across channels: what a script makes of all fits together, and payloads whose channels are
//! not those of the fits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::expr::{Column, Failure, Formula, Place, Table, Wanted};

use super::execution::Ended;
use super::in_force;
use super::words::{counted, listed};
use super::{Data, Declared, Execution, Input};

/// The column that `expand` is asked about.
const CHANNEL: &str = "channel";

/// Work across channels that a script wrote.
pub trait Combine: Send + Sync + fmt::Debug {
    /// Everything that decides what it does: its text and what it captured.
    fn source(&self) -> &str;

    /// Where it was written.
    fn place(&self) -> Place;

    /// The table of fits that payloads are made of.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn combine(&self, data: &Data, fits: &Table) -> Result<Table, Failure>;

    /// The columns of the fits that it takes, with the places where it says so, as far as its text
    /// shows them.
    fn columns(&self) -> &[(String, Place)] {
        &[]
    }

    /// The texts it names: what is not among them is no column that it makes.
    fn names(&self) -> Vec<&str> {
        self.source().split('"').skip(1).step_by(2).collect()
    }
}

/// A payload that has other channels than the fits.
#[derive(Clone, Debug)]
pub struct Expand {
    /// What a channel of the payload is: `crystal`.
    pub channel: String,
    /// First channel of the payload.
    pub first: i64,
    /// Last channel of the payload, included.
    pub last: i64,
    /// The channel of the fits that a channel takes, by the column `channel`.
    pub row: Formula,
    /// Where it was declared.
    pub place: Place,
}

/// What payloads are made of.
pub(super) struct Rows {
    pub(super) table: Table,
    /// What a channel is; empty for a single object.
    pub(super) channel_name: String,
    /// The columns that are not those of fits.
    pub(super) made: BTreeSet<String>,
}

impl Rows {
    /// The fits after all work across channels.
    pub(super) fn new(
        declared: &Declared,
        input: &Input,
        channel_name: &str,
        execution: &mut Execution,
    ) -> Result<Self, Ended> {
        let fits = execution.fits.clone().unwrap_or_default();
        let mut rows = Self {
            table: fits,
            channel_name: channel_name.to_owned(),
            made: BTreeSet::new(),
        };
        if let Some(combine) = &declared.combine {
            let known: BTreeSet<String> = names(&rows.table).collect();
            rows.table = combined(combine.as_ref(), input, &rows.table, execution)
                .map_err(|ended| ended.or_at(combine.place()))?;
            rows.made = names(&rows.table)
                .filter(|name| !known.contains(name))
                .collect();
            execution.fits = Some(rows.table.clone());
        }
        if let Some(expand) = &declared.expand {
            let table = expanded(expand, input, &rows.table, &mut execution.warnings);
            rows.table = table.map_err(|ended| ended.or_at(expand.place))?;
            rows.channel_name.clone_from(&expand.channel);
        }
        Ok(rows)
    }
}

fn names(table: &Table) -> impl Iterator<Item = String> {
    table.columns().map(|(name, _)| name.to_owned())
}

/// The table that a script made of the fits, in the order of their channels.
fn combined(
    combine: &dyn Combine,
    input: &Input,
    fits: &Table,
    execution: &mut Execution,
) -> Result<Table, Ended> {
    let data = Data::new(input.clone());
    let made = combine.combine(&data, fits);
    execution.notes.append(&mut data.take().notes);
    let made = made.map_err(|failure| Ended::rule("`combine` failed", failure))?;
    let key = match (made.column("channel"), made.column("ok")) {
        (Some(key @ Column::Int(_)), Some(Column::Bool(_))) => key.clone(),
        _ => {
            return Err(Ended::failure(
                "`combine` must give a table with the columns `channel` and `ok` of the fits",
            ));
        }
    };
    let made = made.sorted_by(&key);
    let (Some(Column::Int(have)), Some(Column::Int(want))) =
        (made.column("channel"), fits.column("channel"))
    else {
        return Err(Ended::failure("a table of fits has no channel"));
    };
    if have == want {
        return Ok(made);
    }
    if let Some(twice) = have.windows(2).find(|pair| pair[0] == pair[1]) {
        let channel = twice[0];
        return Err(Ended::failure(format!(
            "`combine` gives channel {channel} twice"
        )));
    }
    let missing = |all: &[i64], known: &[i64]| -> Vec<i64> {
        all.iter()
            .copied()
            .filter(|n| known.binary_search(n).is_err())
            .collect()
    };
    let (lost, new) = (missing(want, have), missing(have, want));
    let (verb, channels) = if lost.is_empty() {
        ("adds", new)
    } else {
        ("loses", lost)
    };
    Err(Ended::failure(format!(
        "`combine` {verb} {}: {}; every channel of the fits must have its row",
        counted(channels.len() as u64, "channel"),
        listed(&channels)
    )))
}

/// A row for each channel of the payload: that of the fits which it takes.
fn expanded(
    expand: &Expand,
    input: &Input,
    fits: &Table,
    warnings: &mut Vec<String>,
) -> Result<Table, Ended> {
    let numbers: Vec<i64> = (expand.first..=expand.last).collect();
    let mut asked = Table::new();
    push(&mut asked, CHANNEL, Column::Int(numbers.clone()))?;
    let words = ("`expand`", "`expand` failed");
    let taken = in_force::evaluate(&asked, &expand.row, Wanted::Number, words, input, warnings)?;
    let Some(Column::Int(channels)) = fits.column(CHANNEL) else {
        return Err(Ended::failure("a table of fits has no channel"));
    };
    let places: BTreeMap<i64, usize> = channels.iter().copied().zip(0..).collect();
    let taken = taken.to_floats().unwrap_or_default();
    let rows: Vec<Option<usize>> = taken
        .iter()
        .map(|n| places.get(&whole(*n)?).copied())
        .collect();
    let mut table = Table::new();
    for (name, column) in fits.columns() {
        let column = match (name, column) {
            (CHANNEL, _) => Column::Int(numbers.clone()),
            ("why", Column::Text(why)) => {
                let none: Arc<str> = "the fits have no row for it".into();
                Column::Text(spread(&rows, why, &none))
            }
            (_, Column::Bool(values)) => Column::Bool(spread(&rows, values, &false)),
            (_, Column::Int(values)) => Column::Int(spread(&rows, values, &0)),
            (_, Column::Float(values)) => Column::Float(spread(&rows, values, &f64::NAN)),
            (_, Column::Text(values)) => Column::Text(spread(&rows, values, &"".into())),
        };
        push(&mut table, name, column)?;
    }
    Ok(table)
}

/// A number as that of a channel, if it is one.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole numbers below 2^53 are exact"
)]
fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() < 9e15;
    exact.then_some(number as i64)
}

fn spread<T: Clone>(rows: &[Option<usize>], values: &[T], none: &T) -> Vec<T> {
    let value = |row: &Option<usize>| row.map_or(none, |row| &values[row]).clone();
    rows.iter().map(value).collect()
}

fn push(table: &mut Table, name: &str, column: Column) -> Result<(), Ended> {
    let pushed = table.push(name, column);
    pushed.map_err(|error| Ended::failure(error.to_string()))
}

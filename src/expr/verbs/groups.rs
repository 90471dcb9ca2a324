//! Rows that have the same key, taken together.

use std::collections::BTreeMap;

use crate::expr::{Column, Table, maths};

use super::Statistics;

/// The rows of a table by the value of a column, in rising order.
#[derive(Clone, Debug)]
pub struct Groups {
    keys: Vec<i64>,
    rows: Vec<Vec<usize>>,
}

impl Groups {
    /// The rows of `table` by the channels in a column: whole numbers, also among numbers; NaN is
    /// no channel, its rows are left out. `None` if there is no such column, or another number in it.
    #[must_use]
    pub fn new(table: &Table, key: &str) -> Option<Self> {
        let numbers = channels(table.column(key)?)?;
        let mut groups: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (row, number) in numbers.into_iter().enumerate() {
            if let Some(number) = number {
                groups.entry(number).or_default().push(row);
            }
        }
        let (keys, rows) = groups.into_iter().unzip();
        Some(Self { keys, rows })
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[i64] {
        &self.keys
    }

    /// Number of rows of each group.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    pub fn counts(&self) -> Vec<f64> {
        self.rows.iter().map(|rows| rows.len() as f64).collect()
    }

    /// Something about the values of each group, which are given per row of the table.
    #[must_use]
    pub fn of(&self, values: &[f64], what: impl Fn(&Statistics) -> f64) -> Vec<f64> {
        let group = |rows: &Vec<usize>| {
            let values = rows.iter().filter_map(|row| values.get(*row).copied());
            what(&Statistics::new(values))
        };
        self.rows.iter().map(group).collect()
    }

    /// Mean of each group with 1/error² as weights; rows where either is not finite, or the error
    /// not above 0, are left out; NaN without any.
    #[must_use]
    pub fn weighted_mean(&self, values: &[f64], errors: &[f64]) -> Vec<f64> {
        let group = |rows: &Vec<usize>| {
            let both = rows.iter().filter_map(|row| {
                let (value, error) = (*values.get(*row)?, *errors.get(*row)?);
                let usable = value.is_finite() && error.is_finite() && error > 0.0;
                usable.then(|| (value, 1.0 / (error * error)))
            });
            let both: Vec<(f64, f64)> = both.collect();
            let weights = Statistics::new(both.iter().map(|(_, weight)| *weight)).sum();
            Statistics::new(both.iter().map(|(value, weight)| value * weight)).sum() / weights
        };
        self.rows.iter().map(group).collect()
    }
}

/// The channels in a column of whole numbers, or of numbers that are whole; `None` for NaN.
#[must_use]
pub fn channels(column: &Column) -> Option<Vec<Option<i64>>> {
    match column {
        Column::Int(numbers) => Some(numbers.iter().map(|number| Some(*number)).collect()),
        Column::Float(numbers) => {
            let channel = |x: &f64| match maths::to_channel(*x)? {
                _ if x.is_nan() => Some(None),
                channel => Some(Some(channel)),
            };
            numbers.iter().map(channel).collect()
        }
        Column::Bool(_) | Column::Text(_) => None,
    }
}

//! From the rows of a collected table to records with global parameters.

use std::collections::{BTreeMap, BTreeSet};

use crate::expr::{Column, Table};
use crate::fit::systems::Records;

use super::super::execution::Ended;
use super::component::Label;
use super::parameters::{Parameter, Parameters};

/// Measurements, and the parameters they depend on.
pub(super) struct Measurements {
    pub(super) records: Records,
    pub(super) parameters: Parameters,
    /// Payloads whose parameters are left out, as they are not among the components.
    pub(super) others: BTreeSet<&'static str>,
}

/// Columns of the table by what they are.
struct Columns<'t> {
    /// What tells records apart: a new one begins where a count is 0, or where a number changes.
    hit: Option<&'t [i64]>,
    numbers: Vec<&'t [i64]>,
    residual: &'t [f64],
    error: &'t [f64],
    locals: Vec<&'t [f64]>,
    globals: Vec<(&'t [i64], &'t [f64])>,
}

fn floats<'t>(table: &'t Table, name: &str) -> Option<&'t [f64]> {
    match table.column(name) {
        Some(Column::Float(values)) => Some(values),
        _ => None,
    }
}

fn whole<'t>(table: &'t Table, name: &str) -> Option<&'t [i64]> {
    match table.column(name) {
        Some(Column::Int(values)) => Some(values),
        _ => None,
    }
}

impl<'t> Columns<'t> {
    fn of(table: &'t Table) -> Option<Self> {
        let numbered = |i: usize| {
            let label = whole(table, &format!("label{i}"))?;
            Some((label, floats(table, &format!("slope{i}"))?))
        };
        Some(Self {
            hit: whole(table, "hit"),
            numbers: ["event", "track"]
                .iter()
                .filter_map(|n| whole(table, n))
                .collect(),
            residual: floats(table, "residual")?,
            error: floats(table, "error")?,
            locals: (0..)
                .map_while(|i| floats(table, &format!("local{i}")))
                .collect(),
            globals: (0..).map_while(numbered).collect(),
        })
    }

    fn begins(&self, row: usize) -> bool {
        match self.hit {
            Some(hit) => hit[row] == 0,
            None => row == 0 || self.numbers.iter().any(|n| n[row] != n[row - 1]),
        }
    }
}

impl Measurements {
    /// The measurements of a table in its order.
    ///
    /// # Errors
    /// A label that stands for nothing, a measurement that is none.
    pub(super) fn of(table: &Table, components: &[String]) -> Result<Self, Ended> {
        let mut measurements = Self {
            records: Records::new(),
            parameters: Parameters::new(),
            others: BTreeSet::new(),
        };
        if table.is_empty() {
            return Ok(measurements);
        }
        let columns = Columns::of(table).ok_or_else(|| {
            Ended::failure("the object holds no records: `Collector.records` does")
        })?;
        // Labels that were met: whether they are fitted.
        let mut known: BTreeMap<i64, bool> = BTreeMap::new();
        let mut number = 0;
        for row in 0..table.len() {
            if columns.begins(row) {
                number += 1;
                measurements.records.begin(number);
            }
            let mut terms: Vec<(i64, f64)> = Vec::new();
            for (labels, slopes) in &columns.globals {
                let label = labels[row];
                if label == 0 || slopes[row] == 0.0 {
                    continue;
                }
                let fitted = match known.get(&label) {
                    Some(fitted) => *fitted,
                    None => {
                        let fitted = measurements.meet(label, components)?;
                        known.insert(label, fitted);
                        fitted
                    }
                };
                if fitted {
                    terms.push((label, slopes[row]));
                }
            }
            measurements.push(&columns, row, number, &terms)?;
        }
        Ok(measurements)
    }

    /// Takes a label in that was not met before; whether it is fitted.
    fn meet(&mut self, label: i64, components: &[String]) -> Result<bool, Ended> {
        let payload = &Label::of(label).map_err(Ended::failure)?.component.payload;
        if !components.contains(payload) {
            self.others.insert(payload);
            return Ok(false);
        }
        let parameter = Parameter::of(label).map_err(Ended::failure)?;
        self.parameters.insert(label, parameter);
        Ok(true)
    }

    fn push(
        &mut self,
        columns: &Columns<'_>,
        row: usize,
        record: i64,
        terms: &[(i64, f64)],
    ) -> Result<(), Ended> {
        let own: Vec<f64> = columns.locals.iter().map(|column| column[row]).collect();
        self.records
            .push(columns.residual[row], columns.error[row], &own, terms)
            .map_err(|error| Ended::failure(format!("record {record}: {error}")))?;
        let touched: BTreeSet<i64> = terms.iter().map(|(label, _)| *label).collect();
        for label in touched {
            if let Some(parameter) = self.parameters.get_mut(&label) {
                parameter.entries += 1;
            }
        }
        Ok(())
    }
}

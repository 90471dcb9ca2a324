//! The fits of many channels as rows, and as a table with a column per result.

use std::sync::Arc;

use rayon::prelude::*;

use crate::expr::{Column, Failure, Table, TableError};

use super::{Error, Errors, Fit, Minos, probability};

/// The fit of one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The channel.
    pub channel: i64,
    /// Entries of its histogram as it was given.
    pub entries: f64,
    /// Mean of its histogram as it was given; NaN without entries.
    pub data_mean: f64,
    /// Standard deviation of its histogram as it was given; NaN without entries.
    pub data_std: f64,
    /// The fit; `None` if it could not begin.
    pub fit: Option<Fit>,
    /// Whether the channel may be used: set when the fit is valid, cleared by later rules.
    pub ok: bool,
    /// Why it may not; empty when `ok`.
    pub why: String,
    /// What kept the fit from coming about, if it is that.
    pub error: Option<Error>,
}

/// A rule of the model that failed for every row with entries: it is wrong itself, not a channel.
/// `nouns` is what several rows are called, `channels`; the place is that of the first failure.
#[must_use]
pub fn failed_everywhere(rows: &[Row], nouns: &str) -> Option<Failure> {
    let mut asked = rows.iter().filter(|row| row.entries > 0.0).peekable();
    let first = *asked.peek()?;
    let rule = |row: &Row| matches!(row.error, Some(Error::Rule { .. }));
    let (failed, others): (Vec<_>, Vec<_>) = asked.partition(|row| rule(row));
    let Some(Error::Rule {
        model,
        what,
        failure,
    }) = &first.error
    else {
        return None;
    };
    if !others.is_empty() {
        return None;
    }
    let everywhere = match (failed.len(), failed.len() == rows.len()) {
        (1, _) => String::new(),
        (number, true) => format!(" for all {number} {nouns}, first for {}", first.channel),
        (number, false) => format!(
            " for all {number} {nouns} that have entries, first for {}",
            first.channel
        ),
    };
    Some(Failure {
        message: format!(
            "model {model}: the rule for {what} failed{everywhere}: {}",
            failure.message
        ),
        ..failure.clone()
    })
}

/// The rows as a table: `channel`, `entries`, `data_mean`, `data_std`, every parameter and
/// `PARAMETER_error`, `chi2`, `ndf`, `chi2_ndf`, `probability`, `low`, `high`, `refits`, the five
/// facts, `valid`, `ok`, `why`. What a channel without fit does not have is NaN, 0 or false.
/// With [`Errors::Minos`] there are `PARAMETER_lower` (not positive), `PARAMETER_upper` and the fact
/// `minos_valid` too; an error that was not found is NaN, and those of a fixed parameter are 0.
///
/// # Errors
/// A parameter that has the name of another column.
pub fn table(rows: &[Row], names: &[String], errors: Errors) -> Result<Table, TableError> {
    let mut table = Table::new();
    let float = |of: &dyn Fn(&Row) -> f64| Column::Float(rows.iter().map(of).collect());
    table.push(
        "channel",
        Column::Int(rows.iter().map(|row| row.channel).collect()),
    )?;
    table.push(
        "entries",
        Column::Int(rows.iter().map(|row| whole(row.entries)).collect()),
    )?;
    table.push("data_mean", float(&|row| row.data_mean))?;
    table.push("data_std", float(&|row| row.data_std))?;
    for (k, name) in names.iter().enumerate() {
        table.push(name, fitted(rows, &|fit| fit.values[k]))?;
        table.push(format!("{name}_error"), fitted(rows, &|fit| fit.errors[k]))?;
        if errors == Errors::Minos {
            for (side, of) in SIDES {
                let error = |fit: &Fit| by_profile(fit, k, of);
                table.push(format!("{name}_{side}"), fitted(rows, &error))?;
            }
        }
    }
    table.push("chi2", fitted(rows, &|fit| fit.chi2))?;
    let ndf = rows
        .iter()
        .map(|row| row.fit.as_ref().map_or(0, |fit| fit.ndf));
    table.push("ndf", Column::Int(ndf.collect()))?;
    table.push("chi2_ndf", fitted(rows, &Fit::chi2_ndf))?;
    table.push(
        "probability",
        fitted(rows, &|fit| probability(fit.chi2, fit.ndf)),
    )?;
    table.push("low", fitted(rows, &|fit| fit.low))?;
    table.push("high", fitted(rows, &|fit| fit.high))?;
    let refits = rows
        .iter()
        .map(|row| row.fit.as_ref().map_or(0, |fit| fit.refits));
    table.push("refits", Column::Int(refits.map(i64::from).collect()))?;
    table.push("minimum", fact(rows, |fit| fit.minimum))?;
    table.push("edm_reached", fact(rows, |fit| fit.edm_reached))?;
    table.push("at_limit", fact(rows, |fit| fit.at_limit))?;
    table.push("call_limit", fact(rows, |fit| fit.call_limit))?;
    table.push("accurate", fact(rows, |fit| fit.accurate))?;
    if errors == Errors::Minos {
        table.push("minos_valid", fact(rows, Fit::minos_valid))?;
    }
    table.push("valid", fact(rows, Fit::valid))?;
    table.push("ok", Column::Bool(rows.iter().map(|row| row.ok).collect()))?;
    let why = rows.iter().map(|row| Arc::from(row.why.as_str()));
    table.push("why", Column::Text(why.collect()))?;
    Ok(table)
}

type Side = fn(&Minos) -> Option<f64>;

const SIDES: [(&str, Side); 2] = [
    ("lower", |minos| minos.lower),
    ("upper", |minos| minos.upper),
];

/// One error of a parameter by profiling; NaN if it is not known, 0 for a fixed parameter.
fn by_profile(fit: &Fit, parameter: usize, side: Side) -> f64 {
    let mut known = fit.minos.iter();
    match known.find(|minos| minos.parameter == fit.names[parameter]) {
        Some(minos) => side(minos).unwrap_or(f64::NAN),
        None if fit.minos.is_empty() => f64::NAN,
        // each free parameter is there
        None => 0.0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, and no histogram has so many"
)]
fn whole(entries: f64) -> i64 {
    entries.round() as i64
}

fn fitted(rows: &[Row], of: &(dyn Fn(&Fit) -> f64 + Sync)) -> Column {
    let values = rows
        .par_iter()
        .map(|row| row.fit.as_ref().map_or(f64::NAN, of));
    Column::Float(values.collect())
}

fn fact(rows: &[Row], of: fn(&Fit) -> bool) -> Column {
    Column::Bool(
        rows.iter()
            .map(|row| row.fit.as_ref().is_some_and(of))
            .collect(),
    )
}

//! Declared algorithms: enough data, fits, acceptance, payloads.

use std::collections::BTreeSet;

use crate::expr::{Column, Table, Wanted};
use crate::fit::{self, Model, Pictures, Row, fit_each};

use super::across::Rows;
use super::execution::Ended;
use super::in_force;
use super::lack::{Lack, check_tolerance};
use super::payloads::{decides_itself, make_payloads};
use super::summary::summary;
use super::words::{counted, listed, plural};
use super::{Channels, Declared, Execution, FitStep, FitSummary, Input};

/// Executes a declared algorithm, filling `execution` as far as it comes.
pub(super) fn execute_declared(
    declared: &Declared,
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let [step] = declared.fits.as_slice() else {
        return Err(Ended::failure(format!(
            "an algorithm with {} fits is not available yet",
            declared.fits.len()
        )));
    };
    let channels = collected(step, input)?;
    let lack = Lack::find(declared, step, &channels)?;
    check_tolerance(declared, step, &channels, &lack).inspect_err(|_| {
        execution.summary = Some(summary(&channels.name, &lack.rows(&channels), &lack));
    })?;
    let model = in_force::model(&step.model, input)?;
    let mut rows = fitted(step, &model, &channels, &lack)?;
    let mut noted = Vec::new();
    accept(declared, step, &mut rows, input, &mut noted)?;
    let table = row_table(step, &rows)?;
    execution.pictures = seen(step, &model, &channels, &rows)?;
    let summary = summary(&channels.name, &rows, &lack);
    let none = summary.ok == 0;
    execution.summary = Some(summary.clone());
    execution.fits = Some(table);
    if none {
        execution.warnings = warnings(declared, &summary, &BTreeSet::new());
        execution.warnings.append(&mut noted);
        return Err(nothing_ok(&channels, &rows).at(step.place));
    }
    let rows = Rows::new(declared, input, &channels.name, execution);
    let made = rows
        .as_ref()
        .map(|rows| rows.made.clone())
        .unwrap_or_default();
    let mut said = warnings(declared, &summary, &made);
    said.append(&mut noted);
    said.append(&mut execution.warnings);
    execution.warnings = said;
    let warnings = &mut execution.warnings;
    execution.payloads = make_payloads(declared, input, &rows?, warnings)?;
    Ok(())
}

fn collected(step: &FitStep, input: &Input) -> Result<Channels, Ended> {
    let object = &step.object;
    let channels = input
        .objects
        .channels(object, &input.runs)
        .map_err(|reason| Ended::failure(format!("`{object}`: {reason}")).at(step.place))?;
    channels.ok_or_else(|| Ended::failure(format!("`{object}` was not collected")).at(step.place))
}

/// A row per channel: fitted where there is enough data.
fn fitted(
    step: &FitStep,
    model: &Model,
    channels: &Channels,
    lack: &Lack,
) -> Result<Vec<Row>, Ended> {
    let all = channels.histograms.len();
    let enough: Vec<usize> = (0..all).filter(|i| !lack.lacks(*i)).collect();
    let histograms: Vec<_> = enough
        .iter()
        .map(|i| {
            let (channel, histogram) = &channels.histograms[*i];
            (*channel, histogram)
        })
        .collect();
    let fits = fit_each(&histograms, model, &step.options)
        .map_err(|error| Ended::failure(error.to_string()).at(step.place))?;
    if let Some(failure) = fit::failed_everywhere(&fits, &plural(&channels.name)) {
        return Err(Ended::rule("no fit", failure));
    }
    if fits.len() == all {
        return Ok(fits);
    }
    let mut rows = lack.rows(channels);
    for (position, row) in enough.into_iter().zip(fits) {
        rows[position] = row;
    }
    Ok(rows)
}

/// What the fits look like.
fn seen(
    step: &FitStep,
    model: &Model,
    channels: &Channels,
    rows: &[Row],
) -> Result<Option<Pictures>, Ended> {
    let histograms = channels.histograms.iter();
    let histograms: Vec<_> = histograms.map(|(channel, one)| (*channel, one)).collect();
    fit::pictures(&step.object, &histograms, rows, model, &step.options)
        .map(Some)
        .map_err(|error| Ended::failure(error.to_string()).at(step.place))
}

fn row_table(step: &FitStep, rows: &[Row]) -> Result<Table, Ended> {
    fit::table(rows, &step.model.names(), step.options.errors)
        .map_err(|error| Ended::failure(format!("the fits make no table: {error}")).at(step.place))
}

/// Asks the acceptance rule of each valid fit.
fn accept(
    declared: &Declared,
    step: &FitStep,
    rows: &mut [Row],
    input: &Input,
    noted: &mut Vec<String>,
) -> Result<(), Ended> {
    let Some(formula) = &declared.accept else {
        return Ok(());
    };
    let valid: Vec<usize> = (0..rows.len()).filter(|i| rows[*i].ok).collect();
    let table = row_table(step, rows)?;
    let keep: Vec<bool> = rows.iter().map(|row| row.ok).collect();
    let what = ("the rule `accept`", "the rule `accept` failed");
    let rows_left = table.filtered(&keep);
    let answers = in_force::evaluate(&rows_left, formula, Wanted::Condition, what, input, noted)?;
    let Column::Bool(answers) = answers else {
        return Err(Ended::failure("the rule `accept` must give true or false"));
    };
    for (position, accepted) in valid.into_iter().zip(answers) {
        if !accepted {
            rows[position].ok = false;
            rows[position].why = "not accepted".into();
        }
    }
    Ok(())
}

fn warnings(declared: &Declared, summary: &FitSummary, made: &BTreeSet<String>) -> Vec<String> {
    let kept = if declared.payloads.is_empty() {
        ""
    } else if declared
        .payloads
        .iter()
        .all(|rule| decides_itself(rule, made))
    {
        ", written as the payload closure says"
    } else {
        ", previous constants kept"
    };
    let mut warnings = Vec::new();
    let mut warn = |channels: &[i64], what: &str| {
        if channels.is_empty() || summary.channel_name.is_empty() {
            return;
        }
        let count = counted(channels.len() as u64, &summary.channel_name);
        warnings.push(format!("{count} {what}{kept}: {}", listed(channels)));
    };
    warn(&summary.lacking, "without enough data");
    warn(&summary.not_accepted, "not accepted");
    warnings
}

/// Not one usable fit: payloads would consist of old constants only.
fn nothing_ok(channels: &Channels, rows: &[Row]) -> Ended {
    let first = rows.iter().find(|row| row.fit.is_some()).or(rows.first());
    let why = first.map_or("there are no channels", |row| row.why.as_str());
    if channels.name.is_empty() {
        return Ended::failure(format!("the fit cannot be used: {why}"));
    }
    let channel = first.map_or(0, |row| row.channel);
    Ended::failure(format!(
        "none of {} has a fit that can be used; {} {channel}: {why}",
        counted(rows.len() as u64, &channels.name),
        channels.name,
    ))
}

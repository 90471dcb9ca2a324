//! Experiment, run and number of events.

use super::columns::Layout;
use super::files::Input;
use crate::collect::Error;
use crate::collect::rows::{Batch, Runs};
use crate::collect::schema::FieldId;
use crate::expr::Type;
use crate::iov::ExpRun;

/// Whose entries a batch holds.
#[derive(Debug)]
pub(crate) struct Ids {
    /// Their runs.
    pub(crate) runs: Runs,
    /// Their numbers, if they were asked for.
    pub(crate) events: Option<Vec<u64>>,
}

/// Experiment and run of the entries of a batch, and their numbers if `numbered`.
///
/// # Errors
/// Numbers that are no run, or a run outside of the interval of the file.
pub(crate) fn read_ids(
    layout: &Layout,
    input: &Input,
    batch: &mut Batch<'_>,
    numbered: bool,
) -> Result<Ids, Error> {
    let events = match layout.run.event.filter(|_| numbered) {
        Some(field) => {
            let convert = |value: i64| u64::try_from(value).ok();
            Some(numbers(layout, batch, field, &convert)?)
        }
        None => None,
    };
    let (low, high) = (input.iov.low(), input.iov.high());
    let no_run = || Error::NoRun {
        file: input.path.clone(),
        iov: input.iov,
    };
    let number = |value: i64| i32::try_from(value).ok().filter(|n| *n >= 0);
    let mut column = |field: Option<FieldId>| match field {
        Some(field) => numbers(layout, batch, field, &number).map(Some),
        None => Ok(None),
    };
    let (experiments, runs) = (column(layout.run.experiment)?, column(layout.run.run)?);
    let single = |low: i32, high: i32| Some(low).filter(|_| low == high && low >= 0);
    let runs = match (experiments, runs) {
        (Some(experiments), Some(runs)) => {
            let pairs = experiments.into_iter().zip(runs);
            shortened(pairs.map(|(exp, run)| ExpRun::new(exp, run)).collect())
        }
        (None, Some(runs)) => {
            let exp = single(low.exp, high.exp).ok_or_else(no_run)?;
            shortened(runs.into_iter().map(|run| ExpRun::new(exp, run)).collect())
        }
        (_, None) => {
            let exp = single(low.exp, high.exp).ok_or_else(no_run)?;
            Runs::One(ExpRun::new(
                exp,
                single(low.run, high.run).ok_or_else(no_run)?,
            ))
        }
    };
    inside(input, batch, &runs)?;
    Ok(Ids { runs, events })
}

/// Most batches are of one run.
fn shortened(runs: Vec<ExpRun>) -> Runs {
    match runs.first() {
        Some(first) if runs.iter().all(|run| run == first) => Runs::One(*first),
        _ => Runs::Several(runs),
    }
}

fn inside(input: &Input, batch: &Batch<'_>, runs: &Runs) -> Result<(), Error> {
    let outside = |position: usize, run: ExpRun| Error::OutsideInterval {
        file: input.path.clone(),
        entry: batch.first() + position as u64,
        run,
        iov: input.iov,
    };
    match runs {
        Runs::One(run) if batch.len() > 0 && !input.iov.contains_run(*run) => Err(outside(0, *run)),
        Runs::One(_) => Ok(()),
        Runs::Several(runs) => match runs.iter().position(|run| !input.iov.contains_run(*run)) {
            Some(position) => Err(outside(position, runs[position])),
            None => Ok(()),
        },
    }
}

/// Whole numbers of a column; some ntuples keep them as numbers with fractions.
fn numbers<T>(
    layout: &Layout,
    batch: &mut Batch<'_>,
    field: FieldId,
    convert: &dyn Fn(i64) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let (entries, first, path) = (batch.len(), batch.first(), batch.path().to_path_buf());
    let chunk = batch.chunk(field)?;
    let wrong = |position: usize, value: String| Error::NotARun {
        file: path.clone(),
        entry: first + position as u64,
        column: layout.field(field).path(),
        value,
    };
    let whole = if layout.field(field).kind == Type::Float {
        let mut values = vec![0.0; entries];
        chunk.fill_f64(0, &mut values).map_err(Error::file(&path))?;
        let whole = |(position, value): (usize, &f64)| {
            // Beyond 2^53 not every whole number is told apart.
            let exact = value.fract() == 0.0 && value.abs() < 9.007e15;
            exact
                .then_some(*value as i64)
                .ok_or_else(|| wrong(position, value.to_string()))
        };
        values
            .iter()
            .enumerate()
            .map(whole)
            .collect::<Result<Vec<i64>, _>>()?
    } else {
        let mut values = vec![0; entries];
        chunk.fill_i64(0, &mut values).map_err(Error::file(&path))?;
        values
    };
    let checked = |(position, value): (usize, i64)| {
        convert(value).ok_or_else(|| wrong(position, value.to_string()))
    };
    whole.into_iter().enumerate().map(checked).collect()
}

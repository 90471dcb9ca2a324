//! A table cut into intervals of time.

use super::atoms::{Atom, atoms};
use super::partition::partition;
use super::{TimelineError, partition::Block};
use crate::expr::{Column, ORIGIN, Table};
use crate::iov::{ExpRun, IoV};

/// An event of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Experiment and run.
    pub run: ExpRun,
    /// Number of the event within the run.
    pub event: u32,
}

/// Rows of a table that belong to one time.
#[derive(Clone, Debug)]
pub struct Interval {
    /// The rows, in the order of the table.
    pub rows: Table,
    /// Time of the first row.
    pub start: f64,
    /// Time of the last row.
    pub end: f64,
}

impl Interval {
    /// The events of its rows, rising, each once.
    ///
    /// # Errors
    /// [`TimelineError::NoOrigin`] when the rows do not say.
    pub fn events(&self) -> Result<Vec<Event>, TimelineError> {
        let mut events = origins(&self.rows).ok_or(TimelineError::NoOrigin)?;
        events.sort_unstable();
        events.dedup();
        Ok(events)
    }

    /// The runs it lies in, from first to last.
    ///
    /// # Errors
    /// [`TimelineError::NoOrigin`] when the rows do not say.
    pub fn iov(&self) -> Result<IoV, TimelineError> {
        let events = self.events()?;
        let runs: Vec<ExpRun> = events.iter().map(|event| event.run).collect();
        IoV::of_runs(&runs).map_err(|_| TimelineError::NoOrigin)
    }
}

/// From which event each row comes; `None` if the table does not say.
fn origins(table: &Table) -> Option<Vec<Event>> {
    let [exps, runs, events] = ORIGIN.map(|name| match table.column(name) {
        Some(Column::Int(numbers)) => Some(numbers),
        _ => None,
    });
    let numbers = exps?.iter().zip(runs?).zip(events?);
    let event = |((exp, run), event): ((&i64, &i64), &i64)| {
        Some(Event {
            run: ExpRun::new(i32::try_from(*exp).ok()?, i32::try_from(*run).ok()?),
            event: u32::try_from(*event).ok()?,
        })
    };
    numbers.map(event).collect()
}

/// How a table is cut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intervals {
    /// Length of the atoms that runs are cut into, in the unit of the time.
    pub atom: f64,
    /// Runs that are shorter have no say; their rows go to the nearest interval.
    pub shortest_run: f64,
    /// Rows of an interval at least.
    pub min_rows: usize,
}

impl Default for Intervals {
    /// Three minutes, two minutes (in hours) and one row.
    fn default() -> Self {
        Self {
            atom: 0.05,
            shortest_run: 2.0 / 60.0,
            min_rows: 1,
        }
    }
}

impl Intervals {
    /// Most atoms: each pair of them is a block whose loss is asked.
    const MOST: usize = 20_000;

    /// The intervals of time with the least total loss, in their order; none without rows.
    ///
    /// `loss` gives the loss of each of some blocks of neighbouring atoms.
    ///
    /// # Errors
    /// Lengths that are none, a row without a time, more than 20 000 atoms, and a loss that fails or
    /// is NaN.
    pub fn of(
        self,
        table: &Table,
        times: &[f64],
        loss: impl FnMut(&[Block]) -> Result<Vec<f64>, TimelineError>,
    ) -> Result<Vec<Interval>, TimelineError> {
        self.check(times)?;
        if times.is_empty() {
            return Ok(Vec::new());
        }
        let runs = match origins(table) {
            Some(events) => events.iter().map(|event| Some(event.run)).collect(),
            None => vec![None; times.len()],
        };
        let atoms = atoms(times, &runs, self.atom, self.shortest_run);
        if atoms.long.len() > Self::MOST {
            return Err(TimelineError::TooMany {
                atoms: atoms.long.len(),
                most: Self::MOST,
            });
        }
        let ends = partition(&atoms.long, self.min_rows, loss)?;
        let mut begin = 0;
        let mut parts: Vec<Atom> = Vec::new();
        for end in ends {
            parts.push(joined(&atoms.long[begin..end]));
            begin = end;
        }
        for short in atoms.short {
            if let Some(near) = nearest(&parts, &short) {
                parts[near].rows.extend(short.rows);
            }
        }
        Ok(parts
            .iter()
            .map(|part| interval(table, times, part))
            .collect())
    }

    fn check(self, times: &[f64]) -> Result<(), TimelineError> {
        if !(self.atom > 0.0 && self.atom.is_finite()) {
            let (name, value) = ("atom", self.atom);
            return Err(TimelineError::Length { name, value });
        }
        if !(self.shortest_run >= 0.0 && self.shortest_run.is_finite()) {
            let (name, value) = ("shortest_run", self.shortest_run);
            return Err(TimelineError::Length { name, value });
        }
        match times.iter().position(|time| !time.is_finite()) {
            Some(row) => Err(TimelineError::NoTime {
                row,
                value: times[row],
            }),
            None => Ok(()),
        }
    }
}

fn joined(atoms: &[Atom]) -> Atom {
    let fold = |values: Vec<f64>, of: fn(f64, f64) -> f64| values.into_iter().reduce(of);
    let starts = atoms.iter().map(|atom| atom.start).collect();
    let ends = atoms.iter().map(|atom| atom.end).collect();
    Atom {
        start: fold(starts, f64::min).unwrap_or(f64::NAN),
        end: fold(ends, f64::max).unwrap_or(f64::NAN),
        rows: atoms.iter().flat_map(|atom| atom.rows.clone()).collect(),
    }
}

/// The part that is nearest in time, the earlier one of two.
fn nearest(parts: &[Atom], short: &Atom) -> Option<usize> {
    let distance = |part: &Atom| {
        let (before, after) = (part.start - short.end, short.start - part.end);
        before.max(after).max(0.0)
    };
    let all = parts.iter().enumerate();
    let near = all.min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
    near.map(|(number, _)| number)
}

fn interval(table: &Table, times: &[f64], part: &Atom) -> Interval {
    let mut keep = vec![false; table.len()];
    for row in &part.rows {
        keep[*row] = true;
    }
    let of_part = part.rows.iter().map(|row| times[*row]);
    Interval {
        rows: table.filtered(&keep),
        start: of_part.clone().fold(f64::INFINITY, f64::min),
        end: of_part.fold(f64::NEG_INFINITY, f64::max),
    }
}

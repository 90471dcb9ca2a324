//! Runs cut into atoms: the shortest times that can be told apart.

use std::collections::BTreeMap;

use crate::iov::ExpRun;

/// A short time with rows in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Atom {
    pub(super) start: f64,
    pub(super) end: f64,
    /// Numbers of its rows.
    pub(super) rows: Vec<usize>,
}

/// The atoms of all runs in the order of time, and those of runs that are too short to count.
pub(super) struct Atoms {
    pub(super) long: Vec<Atom>,
    pub(super) short: Vec<Atom>,
}

/// Cuts each run into pieces of equal length, as near to `length` as can be.
///
/// Pieces without rows are gaps, not atoms. Runs shorter than `shortest` are kept apart, unless
/// there are no others.
pub(super) fn atoms(times: &[f64], runs: &[Option<ExpRun>], length: f64, shortest: f64) -> Atoms {
    let mut by_run: BTreeMap<Option<ExpRun>, Vec<usize>> = BTreeMap::new();
    for (row, run) in runs.iter().enumerate() {
        by_run.entry(*run).or_default().push(row);
    }
    let mut all = Atoms {
        long: Vec::new(),
        short: Vec::new(),
    };
    for rows in by_run.into_values() {
        let of_run = rows.iter().map(|row| times[*row]);
        let start = of_run.clone().fold(f64::INFINITY, f64::min);
        let end = of_run.fold(f64::NEG_INFINITY, f64::max);
        if end - start < shortest {
            all.short.push(Atom { start, end, rows });
        } else {
            all.long.extend(pieces(times, rows, start, end, length));
        }
    }
    if all.long.is_empty() {
        std::mem::swap(&mut all.long, &mut all.short);
    }
    let in_time = |a: &Atom, b: &Atom| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end));
    all.long.sort_by(in_time);
    all.short.sort_by(in_time);
    all
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of pieces are small and not negative"
)]
fn pieces(times: &[f64], rows: Vec<usize>, start: f64, end: f64, length: f64) -> Vec<Atom> {
    let count = ((end - start) / length).round().clamp(1.0, 1e9);
    let edge = |number: f64| start + (end - start) * (number / count);
    let mut found: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for row in rows {
        let number = if end > start {
            ((times[row] - start) / (end - start) * count).floor()
        } else {
            0.0
        };
        found
            .entry(number.min(count - 1.0) as u64)
            .or_default()
            .push(row);
    }
    let atom = |(number, rows): (u64, Vec<usize>)| Atom {
        start: edge(number as f64),
        end: edge(number as f64 + 1.0),
        rows,
    };
    found.into_iter().map(atom).collect()
}

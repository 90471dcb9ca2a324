//! One record: its local parameters, fitted and eliminated.

use super::records::Record;

/// Less of a local derivative than this is rounding, not a parameter of its own.
const INDEPENDENT: f64 = 1e-10;

/// Times that measurements of a record change their weight at given global parameters.
const MOST_WEIGHTINGS: usize = 10;

/// Whether a record is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Used,
    Singular,
    NoFreedom,
    Chi2,
}

/// How measurements are weighted and records judged.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    pub(super) scale: f64,
    pub(super) huber: Option<f64>,
    pub(super) chi2_cut: Option<f64>,
}

/// A record at given global parameters.
pub(super) struct Seen {
    pub(super) status: Status,
    pub(super) chi2: f64,
    /// Measurements less local parameters.
    pub(super) freedom: usize,
    /// Weights of its measurements as fractions of 1/σ²; empty for all 1.
    pub(super) weights: Vec<f64>,
}

/// An orthonormal basis of what local parameters can explain.
struct Basis {
    /// Columns, one after the other, each as long as the record.
    columns: Vec<f64>,
    size: usize,
}

impl Basis {
    /// For measurements multiplied by `roots`; a parameter without derivatives is none. `None` if
    /// the others are not independent.
    fn new(record: &Record<'_>, roots: &[f64]) -> Option<Self> {
        let size = record.size;
        let mut columns: Vec<f64> = Vec::with_capacity(size * record.locals);
        for local in 0..record.locals {
            let slopes = (0..size).map(|at| record.locals(at)[local] * roots[at]);
            let mut column: Vec<f64> = slopes.collect();
            let length = norm(&column);
            if length == 0.0 {
                continue;
            }
            column.iter_mut().for_each(|v| *v /= length);
            // a second time for what rounding left
            for _ in 0..2 {
                for other in columns.chunks_exact(size) {
                    let share = dot(other, &column);
                    column
                        .iter_mut()
                        .zip(other)
                        .for_each(|(v, o)| *v -= share * o);
                }
            }
            let left = norm(&column);
            if !(left > INDEPENDENT) {
                return None;
            }
            columns.extend(column.iter().map(|v| v / left));
        }
        Some(Self { columns, size })
    }

    /// Number of local parameters.
    fn locals(&self) -> usize {
        self.columns.len().checked_div(self.size).unwrap_or(0)
    }

    /// Takes away what local parameters explain.
    fn project(&self, residuals: &mut [f64]) {
        for column in self.columns.chunks_exact(self.size.max(1)) {
            let share = dot(column, residuals);
            residuals
                .iter_mut()
                .zip(column)
                .for_each(|(r, c)| *r -= share * c);
        }
    }
}

/// Fits the local parameters of a record at given global parameters and judges what is left.
pub(super) fn look_at(record: &Record<'_>, rules: &Rules, value: impl Fn(i64) -> f64) -> Seen {
    let size = record.size;
    let mut seen = Seen {
        status: Status::Used,
        chi2: 0.0,
        freedom: 0,
        weights: Vec::new(),
    };
    let inverse: Vec<f64> = (0..size)
        .map(|at| 1.0 / (record.error(at) * rules.scale))
        .collect();
    let residual = |at: usize| {
        let globals = record.globals(at).iter();
        let moved = globals.filter(|(_, slope)| *slope != 0.0);
        let moved: f64 = moved.map(|(label, slope)| slope * value(*label)).sum();
        record.residual(at) - moved
    };
    let residuals: Vec<f64> = (0..size).map(residual).collect();
    let mut weights = vec![1.0; size];
    for _ in 0..MOST_WEIGHTINGS {
        let both = inverse.iter().zip(&weights);
        let roots: Vec<f64> = both
            .map(|(i, weight): (&f64, &f64)| i * weight.sqrt())
            .collect();
        let Some(basis) = Basis::new(record, &roots) else {
            seen.status = Status::Singular;
            return seen;
        };
        seen.freedom = size - basis.locals();
        if seen.freedom == 0 {
            seen.status = Status::NoFreedom;
            return seen;
        }
        let both = residuals.iter().zip(&roots);
        let mut left: Vec<f64> = both.map(|(r, root)| r * root).collect();
        basis.project(&mut left);
        let Some(bound) = rules.huber else {
            seen.chi2 = dot(&left, &left);
            break;
        };
        seen.chi2 = 0.0;
        let mut change = 0.0_f64;
        for (left, weight) in left.iter().zip(&mut weights) {
            let distance = (left / weight.sqrt()).abs();
            let (loss, new) = if distance <= bound {
                (distance * distance, 1.0)
            } else {
                (bound * (2.0 * distance - bound), bound / distance)
            };
            seen.chi2 += loss;
            change = change.max((new - *weight).abs());
            *weight = new;
        }
        if change < 1e-9 {
            break;
        }
    }
    if rules.huber.is_some() {
        seen.weights = weights;
    }
    let freedom = seen.freedom as f64;
    let above = |cut: f64| !(seen.chi2 / freedom <= 1.0 + cut * (2.0 / freedom).sqrt());
    if rules.chi2_cut.is_some_and(above) {
        seen.status = Status::Chi2;
    }
    seen
}

/// A record without its local parameters: what it says about global ones.
pub(super) struct Eliminated {
    /// Global parameters, rising.
    pub(super) columns: Vec<usize>,
    /// Σ wr of each, with residuals that local parameters do not explain.
    pub(super) right: Vec<f64>,
    /// Σ w of each before local parameters were eliminated.
    pub(super) raw: Vec<f64>,
    /// Weighted derivatives of each parameter with the number of the measurement.
    by_column: Vec<Vec<(usize, f64)>>,
    /// The same for each measurement, with the number of the column.
    by_row: Vec<Vec<(usize, f64)>>,
    /// What local parameters explain of each parameter: as many numbers as there are of them.
    explained: Vec<f64>,
    locals: usize,
}

impl Eliminated {
    /// Eliminates local parameters; `weights` as in [`Seen`]. `None` if they are not independent.
    pub(super) fn new(
        record: &Record<'_>,
        scale: f64,
        weights: &[f64],
        place: impl Fn(i64) -> Option<usize>,
    ) -> Option<Self> {
        let size = record.size;
        let weight = |at: usize| weights.get(at).map_or(1.0, |weight| weight.sqrt());
        let root = |at: usize| weight(at) / (record.error(at) * scale);
        let roots: Vec<f64> = (0..size).map(root).collect();
        let basis = Basis::new(record, &roots)?;
        let mut residuals: Vec<f64> = (0..size)
            .map(|at| record.residual(at) * roots[at])
            .collect();
        basis.project(&mut residuals);
        let mut all: Vec<(usize, usize, f64)> = Vec::new();
        for at in 0..size {
            let globals = record.globals(at).iter();
            let globals = globals.filter_map(|(label, slope)| Some((place(*label)?, slope)));
            all.extend(globals.map(|(column, slope)| (column, at, slope * roots[at])));
        }
        all.sort_by_key(|(column, at, _)| (*column, *at));
        let mut columns: Vec<usize> = all.iter().map(|(column, ..)| *column).collect();
        columns.dedup();
        let locals = basis.locals();
        let mut eliminated = Self {
            right: vec![0.0; columns.len()],
            raw: vec![0.0; columns.len()],
            by_column: vec![Vec::new(); columns.len()],
            by_row: vec![Vec::new(); size],
            explained: vec![0.0; columns.len() * locals],
            locals,
            columns,
        };
        for (number, same) in all.chunk_by(|a, b| a.0 == b.0).enumerate() {
            for same in same.chunk_by(|a, b| a.1 == b.1) {
                let (at, slope) = (same[0].1, same.iter().map(|(.., slope)| slope).sum());
                eliminated.put(number, at, slope, &basis);
                eliminated.right[number] += slope * residuals[at];
            }
        }
        Some(eliminated)
    }

    fn put(&mut self, column: usize, row: usize, slope: f64, basis: &Basis) {
        self.by_column[column].push((row, slope));
        self.by_row[row].push((column, slope));
        self.raw[column] += slope * slope;
        let explained = &mut self.explained[column * self.locals..(column + 1) * self.locals];
        for (sum, direction) in explained
            .iter_mut()
            .zip(basis.columns.chunks_exact(basis.size))
        {
            *sum += direction[row] * slope;
        }
    }

    /// The elements of the normal matrix of one column, for all columns up to it.
    pub(super) fn elements(&self, column: usize, into: &mut Vec<f64>) {
        into.clear();
        into.resize(column + 1, 0.0);
        for (row, slope) in &self.by_column[column] {
            let others = self.by_row[*row].iter();
            for (other, other_slope) in others.take_while(|(other, _)| *other <= column) {
                into[*other] += slope * other_slope;
            }
        }
        let explained = |at: usize| &self.explained[at * self.locals..(at + 1) * self.locals];
        let own = explained(column);
        for (at, sum) in into.iter_mut().enumerate() {
            *sum -= dot(explained(at), own);
        }
    }
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

//! Sums of parameters with given values.
//!
//! Reflections turn the parameters so that the first of them are what constraints determine; the
//! others are free and remain a positive definite system.

use rayon::prelude::*;

use crate::fit::systems::{Matrix, SystemError};

/// Less of a constraint than this is rounding, not a condition of its own.
const INDEPENDENT: f64 = 1e-10;

/// A weighted sum of global parameters that has a given value.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// Its name, for messages.
    pub name: String,
    /// Labels and their weights; weights of the same label are added up.
    pub terms: Vec<(i64, f64)>,
    /// The value of the sum.
    pub value: f64,
}

/// Constraints on the free parameters.
pub(super) struct Conditions {
    /// Weights of each, dense.
    rows: Vec<Vec<f64>>,
    values: Vec<f64>,
}

impl Conditions {
    /// Looks up labels; parameters without a place are held at 0.
    ///
    /// # Errors
    /// A constraint without a free parameter, one that contradicts or repeats others.
    pub(super) fn new(
        constraints: &[Constraint],
        size: usize,
        place: impl Fn(i64) -> Option<usize>,
    ) -> Result<Self, SystemError> {
        let mut conditions = Self {
            rows: Vec::new(),
            values: Vec::new(),
        };
        for constraint in constraints {
            let name = &constraint.name;
            let numbers = constraint.terms.iter().map(|(_, weight)| *weight);
            if let Some(bad) = numbers.chain([constraint.value]).find(|v| !v.is_finite()) {
                return Err(SystemError::wrong(format!(
                    "constraint `{name}`: {bad} among its weights and value, all must be finite"
                )));
            }
            let mut row = vec![0.0; size];
            for (label, weight) in &constraint.terms {
                if let Some(at) = place(*label) {
                    row[at] += weight;
                }
            }
            if row.iter().all(|weight| *weight == 0.0) {
                return Err(SystemError::wrong(format!(
                    "constraint `{name}` chooses no free parameter: the {} it names are fixed, \
                     have too few entries, or have weight 0; take it away or correct its labels",
                    constraint.terms.len()
                )));
            }
            conditions.rows.push(row);
            conditions.values.push(constraint.value);
        }
        conditions.check(constraints)?;
        Ok(conditions)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Each constraint must say something that those before it do not.
    fn check(&self, constraints: &[Constraint]) -> Result<(), SystemError> {
        // orthonormal rows with their values, and how they are made of the constraints
        let mut basis: Vec<(Vec<f64>, f64, Vec<f64>)> = Vec::new();
        for (number, constraint) in constraints.iter().enumerate() {
            let length = norm(&self.rows[number]);
            let mut row: Vec<f64> = self.rows[number].iter().map(|w| w / length).collect();
            let mut value = self.values[number] / length;
            let mut size = value.abs();
            let mut made = vec![0.0; constraints.len()];
            made[number] = 1.0 / length;
            // a second time for what rounding left
            for _ in 0..2 {
                for (other, known, parts) in &basis {
                    let share = dot(&row, other);
                    row.iter_mut().zip(other).for_each(|(r, o)| *r -= share * o);
                    value -= share * known;
                    size = size.max((share * known).abs());
                    made.iter_mut()
                        .zip(parts)
                        .for_each(|(m, p)| *m -= share * p);
                }
            }
            let left = norm(&row);
            if left > INDEPENDENT {
                row.iter_mut().for_each(|r| *r /= left);
                made.iter_mut().for_each(|m| *m /= left);
                basis.push((row, value / left, made));
                continue;
            }
            let largest = (0..number).map(|at| (made[at] * norm(&self.rows[at])).abs());
            let limit = 1e-6 * largest.fold(0.0, f64::max);
            let involved =
                (0..number).filter(|&at| (made[at] * norm(&self.rows[at])).abs() > limit);
            let involved: Vec<String> = involved
                .map(|at| format!("`{}`", constraints[at].name))
                .collect();
            let what = if value.abs() > 1e-9 * size {
                "contradicts"
            } else {
                "repeats"
            };
            return Err(SystemError::wrong(format!(
                "constraint `{}` {what} {}: on the free parameters its sum is a combination of \
                 theirs; take one of them away",
                constraint.name,
                involved.join(", ")
            )));
        }
        Ok(())
    }
}

/// Parameters turned so that constraints determine the first of them.
pub(super) struct Turned {
    mirrors: Vec<Mirror>,
    /// The first parameters after the turn.
    pub(super) known: Vec<f64>,
}

/// A reflection x − factor v (v·x) of what begins at its number.
struct Mirror {
    vector: Vec<f64>,
    factor: f64,
}

impl Turned {
    /// For parameters in given units.
    pub(super) fn new(conditions: &Conditions, units: &[f64]) -> Self {
        let (size, number) = (units.len(), conditions.len());
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(number);
        let mut right = Vec::with_capacity(number);
        for (row, value) in conditions.rows.iter().zip(&conditions.values) {
            let column: Vec<f64> = row.iter().zip(units).map(|(w, unit)| w * unit).collect();
            let length = norm(&column);
            columns.push(column.iter().map(|w| w / length).collect());
            right.push(value / length);
        }
        let mut turned = Self {
            mirrors: Vec::with_capacity(number),
            known: Vec::with_capacity(number),
        };
        for k in 0..number.min(size) {
            let (column, later) = columns[k..].split_at_mut(1);
            let mut vector = column[0][k..].to_vec();
            let length = norm(&vector);
            let alpha = if vector[0] > 0.0 { -length } else { length };
            vector[0] -= alpha;
            let factor = if alpha == 0.0 {
                0.0
            } else {
                -1.0 / (alpha * vector[0])
            };
            let mirror = Mirror { vector, factor };
            for other in later {
                mirror.apply(&mut other[k..]);
            }
            turned.mirrors.push(mirror);
            // the constraint is now a sum of the parameters up to this one
            let before: f64 = dot(&columns[k][..k], &turned.known);
            turned.known.push((right[k] - before) / alpha);
        }
        turned
    }

    /// A vector in turned parameters.
    pub(super) fn forward(&self, vector: &mut [f64]) {
        for (k, mirror) in self.mirrors.iter().enumerate() {
            mirror.apply(&mut vector[k..]);
        }
    }

    /// A vector in parameters as they were.
    pub(super) fn backward(&self, vector: &mut [f64]) {
        for (k, mirror) in self.mirrors.iter().enumerate().rev() {
            mirror.apply(&mut vector[k..]);
        }
    }

    /// A symmetric matrix in turned parameters.
    pub(super) fn forward_matrix(&self, matrix: &mut Matrix) {
        for (k, mirror) in self.mirrors.iter().enumerate() {
            mirror.apply_both(matrix, k);
        }
    }

    /// A symmetric matrix in parameters as they were.
    pub(super) fn backward_matrix(&self, matrix: &mut Matrix) {
        for (k, mirror) in self.mirrors.iter().enumerate().rev() {
            mirror.apply_both(matrix, k);
        }
    }
}

impl Mirror {
    fn apply(&self, vector: &mut [f64]) {
        let share = self.factor * dot(&self.vector, vector);
        for (x, v) in vector.iter_mut().zip(&self.vector) {
            *x -= share * v;
        }
    }

    /// From the left and from the right of a symmetric matrix, on rows and columns from `first`.
    fn apply_both(&self, matrix: &mut Matrix, first: usize) {
        let size = matrix.rows();
        let v = &self.vector;
        // w = factor A v for all rows
        let columns = matrix.values().par_chunks_exact(size);
        let mut image: Vec<f64> = columns
            .map(|column| self.factor * dot(&column[first..], v))
            .collect();
        let half = 0.5 * self.factor * dot(&image[first..], v);
        for (w, v) in image[first..].iter_mut().zip(v) {
            *w -= half * v;
        }
        let columns = matrix.values_mut().par_chunks_exact_mut(size);
        columns.enumerate().for_each(|(j, column)| {
            let (above, below) = column.split_at_mut(first);
            if j < first {
                for (a, v) in below.iter_mut().zip(v) {
                    *a -= image[j] * v;
                }
                return;
            }
            let (vj, wj) = (v[j - first], image[j]);
            for (a, w) in above.iter_mut().zip(&image) {
                *a -= w * vj;
            }
            for ((a, v), w) in below.iter_mut().zip(v).zip(&image[first..]) {
                *a -= v * wj + w * vj;
            }
        });
    }
}

fn norm(vector: &[f64]) -> f64 {
    dot(vector, vector).sqrt()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

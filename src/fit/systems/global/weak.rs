//! Combinations of parameters that nothing determines.

use super::constraints::Turned;
use super::result::{Component, WeakMode};
use crate::fit::systems::{Cholesky, Matrix, SystemError};

/// Steps towards the smallest and the largest eigenvalue.
const STEPS: usize = 12;

/// Parameters of a combination that are told.
const TOLD: usize = 12;

/// How parameters of the reduced system belong to labels.
pub(super) struct Names<'a> {
    pub(super) turned: &'a Turned,
    pub(super) units: &'a [f64],
    pub(super) labels: &'a [i64],
}

impl Names<'_> {
    /// Parameters as they were from those of the reduced system and the constraints.
    pub(super) fn unfolded(&self, known: &[f64], free: &[f64]) -> Vec<f64> {
        let mut all = [known, free].concat();
        self.turned.backward(&mut all);
        all
    }

    /// A combination by the labels that matter most in it.
    pub(super) fn mode(&self, eigenvalue: f64, direction: &[f64]) -> WeakMode {
        let constraints = self.labels.len() - direction.len();
        let all = self.unfolded(&vec![0.0; constraints], direction);
        let largest = all.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        // in order of importance, those that are equal but for rounding in the order of labels
        let mut order: Vec<(i64, usize)> = Vec::new();
        for (at, share) in all.iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "a number up to a million")]
            let share = (share.abs() / largest * 1e6).round() as i64;
            if share > 1000 {
                order.push((-share, at));
            }
        }
        order.sort_unstable();
        order.truncate(TOLD);
        let unit = order
            .first()
            .map_or(1.0, |(_, at)| all[*at] * self.units[*at]);
        let components = order.iter().map(|(_, at)| Component {
            label: self.labels[*at],
            factor: all[*at] * self.units[*at] / unit,
        });
        WeakMode {
            eigenvalue,
            components: components.collect(),
        }
    }

    /// That nothing determines a combination, and what to do.
    pub(super) fn undetermined(&self, eigenvalue: f64, direction: &[f64]) -> SystemError {
        let mode = self.mode(eigenvalue, direction);
        SystemError::wrong(format!(
            "the records do not determine all global parameters: the combination {} of labels can \
             change without changing χ² (eigenvalue {eigenvalue:.1e} of the largest); fix one of \
             them, add a constraint that holds the combination, or give presigmas. The method \
             \"diagonalization\" finds all such combinations and leaves them out",
            mode.text()
        ))
    }
}

/// The smallest eigenvalue and its direction by repeated solution.
pub(super) fn smallest(
    matrix: &Matrix,
    solve: impl Fn(&[f64]) -> Result<Vec<f64>, SystemError>,
) -> Result<(f64, Vec<f64>), SystemError> {
    let mut direction = beginning(matrix.rows());
    for _ in 0..STEPS {
        let next = solve(&direction)?;
        let Some(next) = normalised(next) else { break };
        direction = next;
    }
    let image = matrix.times(&direction)?;
    Ok((dot(&direction, &image), direction))
}

/// The largest eigenvalue, about.
pub(super) fn largest(matrix: &Matrix) -> Result<f64, SystemError> {
    let mut direction = beginning(matrix.rows());
    let mut value = 0.0;
    for _ in 0..STEPS {
        let image = matrix.times(&direction)?;
        value = dot(&direction, &image);
        let Some(next) = normalised(image) else { break };
        direction = next;
    }
    Ok(value)
}

/// The weakest direction of a matrix that cannot be factorised as it is.
pub(super) fn weakest(matrix: &Matrix, largest: f64) -> Result<(f64, Vec<f64>), SystemError> {
    let mut failed = SystemError::wrong("the matrix of the global parameters is empty");
    for ridge in [1e-10, 1e-8, 1e-6, 1e-3] {
        let mut raised = matrix.clone();
        for at in 0..raised.rows() {
            raised.set(at, at, raised.at(at, at) + ridge * largest);
        }
        match Cholesky::new(raised) {
            Ok(cholesky) => return smallest(matrix, |right| cholesky.solve(right)),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// A direction with a share of every other, the same one each time.
fn beginning(size: usize) -> Vec<f64> {
    let mut state = 1_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        if state >> 63 == 0 { 1.0 } else { -1.0 }
    };
    let length = (size.max(1) as f64).sqrt();
    (0..size).map(|_| next() / length).collect()
}

fn normalised(mut vector: Vec<f64>) -> Option<Vec<f64>> {
    let largest = vector.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    vector.iter_mut().for_each(|v| *v /= largest);
    let length = dot(&vector, &vector).sqrt();
    vector.iter_mut().for_each(|v| *v /= length);
    vector.iter().all(|v| v.is_finite()).then_some(vector)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

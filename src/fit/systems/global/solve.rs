//! Solution of the normal equations of global parameters under constraints.

use super::constraints::{Conditions, Turned};
use super::options::{GlobalFit, GlobalMethod};
use super::result::WeakMode;
use super::sums::Sums;
use super::weak::{Names, largest, smallest, weakest};
use crate::fit::systems::{Cholesky, Lu, Matrix, Spectrum, SystemError};

/// Part of a variance that is rounding.
const ROUNDING: f64 = 1e-14;

/// The free global parameters.
pub(super) struct Solved {
    pub(super) values: Vec<f64>,
    /// NaN if not asked for.
    pub(super) errors: Vec<f64>,
    /// NaN if not asked for.
    pub(super) correlations: Vec<f64>,
    /// Their errors if all others were known.
    pub(super) units: Vec<f64>,
    pub(super) condition: f64,
    pub(super) weak: Vec<WeakMode>,
}

/// The unknowns that constraints leave, and the inverse if it is needed.
struct Free {
    values: Vec<f64>,
    inverse: Option<Matrix>,
    condition: f64,
    weak: Vec<WeakMode>,
}

/// Solves for the free parameters.
pub(super) fn solve(
    sums: Sums,
    conditions: &Conditions,
    labels: &[i64],
    options: &GlobalFit,
) -> Result<Solved, SystemError> {
    let size = labels.len();
    let units = units(&sums.raw, labels)?;
    let diagonal = sums.matrix.diagonal();
    let mut matrix = sums.matrix;
    for j in 0..size {
        let column = matrix.column_mut(j).iter_mut();
        column
            .zip(&units)
            .for_each(|(a, unit)| *a *= unit * units[j]);
    }
    let mut right: Vec<f64> = sums
        .right
        .iter()
        .zip(&units)
        .map(|(b, unit)| b * unit)
        .collect();
    let turned = Turned::new(conditions, &units);
    turned.forward_matrix(&mut matrix);
    turned.forward(&mut right);
    let known = turned.known.len();
    for (j, value) in turned.known.iter().enumerate() {
        let column = matrix.column(j).iter();
        right
            .iter_mut()
            .zip(column)
            .for_each(|(b, a)| *b -= a * value);
    }
    if let Some(bad) = right.iter().position(|value| !value.is_finite()) {
        let label = labels[bad];
        return Err(SystemError::wrong(format!(
            "the sums around label {label} leave the range of numbers: look at the sizes of \
             derivatives, errors and constraints"
        )));
    }
    let left = size - known;
    let reduced = Matrix::from_fn(left, left, |i, j| matrix.at(known + i, known + j));
    drop(matrix);
    let names = Names {
        turned: &turned,
        units: &units,
        labels,
    };
    let free = free_ones(reduced, &right[known..], &names, options)?;
    let mut values = names.unfolded(&turned.known, &free.values);
    values
        .iter_mut()
        .zip(&units)
        .for_each(|(value, unit)| *value *= unit);
    let (mut errors, mut correlations) = (vec![f64::NAN; size], vec![f64::NAN; size]);
    if let Some(inverse) = free.inverse {
        let variances = variances(&inverse, &turned, size);
        for at in 0..size {
            errors[at] = units[at] * variances[at].max(0.0).sqrt();
            // information alone times variance with all others
            let product = diagonal[at] * errors[at] * errors[at];
            let shared = 1.0 - 1.0 / product;
            // a share of rounding is none
            correlations[at] = if shared > ROUNDING {
                shared.sqrt()
            } else {
                0.0
            };
        }
    }
    Ok(Solved {
        values,
        errors,
        correlations,
        condition: free.condition,
        weak: free.weak,
        units,
    })
}

fn units(raw: &[f64], labels: &[i64]) -> Result<Vec<f64>, SystemError> {
    let units: Vec<f64> = raw.iter().map(|weight| 1.0 / weight.sqrt()).collect();
    match units
        .iter()
        .position(|unit| !(unit.is_finite() && *unit > 0.0))
    {
        Some(at) => Err(SystemError::wrong(format!(
            "the weights of label {} sum up to {}: its derivatives are too small or too large \
             beside the errors",
            labels[at], raw[at]
        ))),
        None => Ok(units),
    }
}

/// The diagonal of the inverse in parameters as they were.
fn variances(inverse: &Matrix, turned: &Turned, size: usize) -> Vec<f64> {
    let known = size - inverse.rows();
    if known == 0 {
        return inverse.diagonal();
    }
    let mut all = Matrix::from_fn(size, size, |i, j| {
        match (i.checked_sub(known), j.checked_sub(known)) {
            (Some(i), Some(j)) => inverse.at(i, j),
            _ => 0.0,
        }
    });
    turned.backward_matrix(&mut all);
    all.diagonal()
}

fn free_ones(
    matrix: Matrix,
    right: &[f64],
    names: &Names<'_>,
    options: &GlobalFit,
) -> Result<Free, SystemError> {
    if right.is_empty() {
        return Ok(Free {
            values: Vec::new(),
            inverse: options.wants_errors().then(|| Matrix::zeros(0, 0)),
            condition: 1.0,
            weak: Vec::new(),
        });
    }
    match options.method {
        GlobalMethod::Diagonalization => by_eigenvalues(matrix, right, names, options),
        GlobalMethod::Decomposition => {
            let factors = Lu::new(matrix.clone());
            let inverse = |lu: &Lu| symmetric(lu.inverse());
            by_factors(
                &matrix,
                right,
                (names, options),
                (factors, Lu::solve, inverse),
            )
        }
        GlobalMethod::Inversion | GlobalMethod::Cholesky => {
            let factors = Cholesky::new(matrix.clone());
            let how = (factors, Cholesky::solve, Cholesky::inverse);
            by_factors(&matrix, right, (names, options), how)
        }
    }
}

fn by_factors<F>(
    matrix: &Matrix,
    right: &[f64],
    (names, options): (&Names<'_>, &GlobalFit),
    (factors, solve, inverse): (
        Result<F, SystemError>,
        impl Fn(&F, &[f64]) -> Result<Vec<f64>, SystemError>,
        impl Fn(&F) -> Matrix,
    ),
) -> Result<Free, SystemError> {
    let largest = largest(matrix)?;
    let Ok(factors) = factors else {
        let (value, direction) = weakest(matrix, largest)?;
        return Err(names.undetermined(value / largest, &direction));
    };
    let (value, direction) = smallest(matrix, |right| solve(&factors, right))?;
    if !(value > options.weak_cut * largest) {
        return Err(names.undetermined(value / largest, &direction));
    }
    let mut values = solve(&factors, right)?;
    let have = matrix.times(&values)?;
    let left: Vec<f64> = right
        .iter()
        .zip(have)
        .map(|(want, have)| want - have)
        .collect();
    let steps = solve(&factors, &left)?;
    values
        .iter_mut()
        .zip(steps)
        .for_each(|(value, step)| *value += step);
    Ok(Free {
        values,
        inverse: options.wants_errors().then(|| inverse(&factors)),
        condition: largest / value,
        weak: Vec::new(),
    })
}

fn by_eigenvalues(
    matrix: Matrix,
    right: &[f64],
    names: &Names<'_>,
    options: &GlobalFit,
) -> Result<Free, SystemError> {
    let spectrum = Spectrum::new(matrix)?;
    let size = right.len();
    let largest = spectrum.values[size - 1];
    let strong = |value: f64| value > options.weak_cut * largest;
    let first = spectrum.values.iter().position(|value| strong(*value));
    let first = first
        .filter(|_| largest > 0.0)
        .ok_or_else(|| SystemError::wrong("the records determine none of the global parameters"))?;
    let mut free = Free {
        values: vec![0.0; size],
        inverse: None,
        condition: largest / spectrum.values[first],
        weak: Vec::new(),
    };
    for (number, value) in spectrum.values.iter().enumerate() {
        let direction = spectrum.vectors.column(number);
        if number < first {
            free.weak.push(names.mode(value / largest, direction));
            continue;
        }
        let along: f64 = direction.iter().zip(right).map(|(v, b)| v * b).sum();
        let shares = free.values.iter_mut().zip(direction);
        shares.for_each(|(x, v)| *x += v * along / value);
    }
    if options.wants_errors() {
        let root = |j: usize| spectrum.values[first + j].sqrt();
        let vectors = &spectrum.vectors;
        let half = Matrix::from_fn(size, size - first, |i, j| {
            vectors.at(i, first + j) / root(j)
        });
        free.inverse = Some(symmetric(half.product(&half.transposed())?));
    }
    Ok(free)
}

/// Exactly symmetric, where rounding made a difference.
fn symmetric(matrix: Matrix) -> Matrix {
    let mean = |i: usize, j: usize| 0.5 * (matrix.at(i, j) + matrix.at(j, i));
    Matrix::from_fn(matrix.rows(), matrix.columns(), mean)
}

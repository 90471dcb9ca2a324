//! Least squares over the rows of a table, for predictions that are linear in their parameters.

use super::equation::{Ready, Reduced};
use super::matrix::count;
use super::{Equation, SystemError};
use crate::expr::{Column, Scratch, Table};
use crate::fit::Fit;

/// Turns at most, where predictions hold products of parameters.
const MOST_TURNS: u32 = 100;

/// Less of a column than this is rounding.
const INDEPENDENT: f64 = 1e-11;

/// Equations that share parameters and hold for each row of a table.
///
/// Predictions that are linear in all parameters together are solved at once. Products of
/// parameters are taken at the previous solution, which is repeated until it settles at the least
/// sum of squares (Gauss and Newton, with exact slopes, starting where all parameters are 0). What
/// is not linear in a parameter alone is refused.
#[derive(Clone, Debug, Default)]
pub struct LinearModel {
    /// Names of the parameters.
    pub parameters: Vec<String>,
    /// The equations.
    pub equations: Vec<Equation>,
}

/// Errors of the measured values of one equation.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sigma {
    /// One for all rows of the equation, so that its χ² per degree of freedom is 1: the spread of
    /// its own residuals. χ² says nothing about the quality then.
    #[default]
    Spread,
    /// One per row.
    Rows(Vec<f64>),
}

/// The solution around given parameters.
struct Step {
    step: Vec<f64>,
    /// Inverse of the upper triangle, by columns.
    inverse: Vec<f64>,
    chi2: f64,
}

impl LinearModel {
    /// Fits the parameters to a table; `sigmas` has one entry per equation.
    ///
    /// # Errors
    /// Values that are no finite numbers, with the row; a prediction that is not linear; fewer
    /// measurements than parameters; the first parameter that nothing determines.
    pub fn fit(
        &self,
        table: &Table,
        sigmas: Vec<Sigma>,
        scratch: &mut Scratch,
    ) -> Result<Fit, SystemError> {
        let equations = self.ready(table, sigmas, scratch)?;
        let n = self.parameters.len();
        let measurements = table.len() * equations.len();
        if measurements < n || n == 0 {
            return Err(SystemError::wrong(format!(
                "{measurements} measurements cannot determine {n} parameters"
            )));
        }
        let linear = equations.iter().all(|equation| equation.linear);
        let mut p = vec![0.0; n];
        let mut scales = vec![1.0; equations.len()];
        let mut reduced = reduce(&equations, table, &p, scratch)?;
        let mut settled = false;
        let mut solved = self.solve(&equations, &reduced, &mut scales)?;
        for _ in 0..MOST_TURNS {
            let before = cost(&reduced, &scales);
            let mut share = 1.0;
            let next = loop {
                let next: Vec<f64> = p
                    .iter()
                    .zip(&solved.step)
                    .map(|(p, s)| p + share * s)
                    .collect();
                reduced = reduce(&equations, table, &next, scratch)?;
                if linear || cost(&reduced, &scales) <= before * (1.0 + 1e-9) || share < 1e-6 {
                    break next;
                }
                share *= 0.5;
            };
            p = next;
            solved = self.solve(&equations, &reduced, &mut scales)?;
            settled = linear || self.settled(&p, &solved);
            if settled {
                break;
            }
        }
        // the last step is smaller than rounding or a small part of the errors: taken as well
        p.iter_mut()
            .zip(&solved.step)
            .for_each(|(p, step)| *p += step);
        Ok(self.result(table, &equations, p, &solved, settled))
    }

    /// Measured less predicted, as columns `NAME_residual`, for a fit of this model.
    ///
    /// # Errors
    /// As [`LinearModel::fit`], and a name that the table has already.
    pub fn with_residuals(
        &self,
        table: &Table,
        fit: &Fit,
        scratch: &mut Scratch,
    ) -> Result<Table, SystemError> {
        let mut with = table.clone();
        let none = vec![Sigma::Spread; self.equations.len()];
        for (equation, ready) in self.equations.iter().zip(self.ready(table, none, scratch)?) {
            let residuals = ready.residuals(table, &fit.values, scratch)?;
            let name = format!("{}_residual", equation.name);
            let pushed = with.with(&name, Column::Float(residuals));
            with = pushed.map_err(|error| SystemError::wrong(error.to_string()))?;
        }
        Ok(with)
    }

    fn ready(
        &self,
        table: &Table,
        sigmas: Vec<Sigma>,
        scratch: &mut Scratch,
    ) -> Result<Vec<Ready>, SystemError> {
        let twice =
            |names: &[&String]| (1..names.len()).find(|&at| names[..at].contains(&names[at]));
        let names: Vec<&String> = self.parameters.iter().collect();
        if let Some(at) = twice(&names) {
            let message = format!("the parameter {} is declared twice", names[at]);
            return Err(SystemError::wrong(message));
        }
        let names: Vec<&String> = self.equations.iter().map(|e| &e.name).collect();
        if let Some(at) = twice(&names) {
            let message = format!("there are two equations called {}", names[at]);
            return Err(SystemError::wrong(message));
        }
        if names.is_empty() {
            return Err(SystemError::wrong("the model has no equation"));
        }
        let each = self.equations.iter().zip(sigmas);
        let ready = each.map(|(equation, sigma)| {
            let sigma = match sigma {
                Sigma::Spread => None,
                Sigma::Rows(rows) => Some(rows),
            };
            equation.ready(table, &self.parameters, sigma, scratch)
        });
        ready.collect()
    }

    /// Solves around given parameters; spreads and solution until they agree.
    fn solve(
        &self,
        equations: &[Ready],
        reduced: &[Reduced],
        scales: &mut [f64],
    ) -> Result<Step, SystemError> {
        let mut solved = self.solve_scaled(reduced, scales)?;
        for _ in 0..200 {
            let mut change: f64 = 0.0;
            for ((scale, equation), part) in scales.iter_mut().zip(equations).zip(reduced) {
                if equation.weighted() {
                    continue;
                }
                let used = part.used(&solved.inverse) / (*scale * *scale);
                let free = part.rows - used;
                let least = (1e-10 * equation.size()).max(f64::MIN_POSITIVE.sqrt());
                let spread = (part.left_over(&solved.step) / free.max(1e-6))
                    .sqrt()
                    .max(least);
                change = change.max((spread / *scale - 1.0).abs());
                *scale = spread;
            }
            solved = self.solve_scaled(reduced, scales)?;
            if change < 1e-10 {
                break;
            }
        }
        Ok(solved)
    }

    fn solve_scaled(&self, reduced: &[Reduced], scales: &[f64]) -> Result<Step, SystemError> {
        let n = self.parameters.len();
        let mut all = Reduced {
            triangle: vec![0.0; n * n],
            right: vec![0.0; n],
            rest: 0.0,
            rows: 0.0,
        };
        for (part, scale) in reduced.iter().zip(scales) {
            let over = |values: &[f64]| values.iter().map(|v| v / scale).collect::<Vec<f64>>();
            all.stack(
                n,
                |k| over(&part.triangle[k * n..(k + 1) * n]),
                &over(&part.right),
            );
            all.rest += part.rest / (scale * scale);
        }
        let r = |i: usize, j: usize| all.triangle[j * n + i];
        for k in 0..n {
            let length = all.triangle[k * n..=k * n + k]
                .iter()
                .map(|v| v * v)
                .sum::<f64>()
                .sqrt();
            if !(r(k, k).abs() > INDEPENDENT * length && length.is_finite()) {
                return Err(SystemError::Dependent {
                    name: format!("parameter {}", self.parameters[k]),
                    row: k,
                });
            }
        }
        let mut inverse = vec![0.0; n * n];
        for j in 0..n {
            for i in (0..=j).rev() {
                let one = if i == j { 1.0 } else { 0.0 };
                let known: f64 = (i + 1..=j).map(|k| r(i, k) * inverse[j * n + k]).sum();
                inverse[j * n + i] = (one - known) / r(i, i);
            }
        }
        let mut step = all.right.clone();
        for i in (0..n).rev() {
            let known: f64 = (i + 1..n).map(|k| r(i, k) * step[k]).sum();
            step[i] = (step[i] - known) / r(i, i);
        }
        Ok(Step {
            step,
            inverse,
            chi2: all.rest,
        })
    }

    fn settled(&self, p: &[f64], solved: &Step) -> bool {
        let errors = (0..p.len()).map(|k| solved.covariance(k, k).sqrt());
        let steps = solved.step.iter().zip(p).zip(errors);
        let mut small = steps.map(|((step, p), e)| step.abs() <= 1e-12 * p.abs() + 1e-7 * e);
        small.all(|small| small)
    }

    fn result(
        &self,
        table: &Table,
        equations: &[Ready],
        p: Vec<f64>,
        solved: &Step,
        settled: bool,
    ) -> Fit {
        let n = p.len();
        let measurements = table.len() * equations.len();
        let covariance: Vec<f64> = (0..n * n)
            .map(|at| solved.covariance(at / n, at % n))
            .collect();
        // as many measurements as parameters have no spread to take errors from
        let known = equations.iter().all(Ready::weighted) || measurements > n;
        let covariance = if known {
            covariance
        } else {
            vec![f64::NAN; n * n]
        };
        let why = match (settled, known) {
            (true, true) => "",
            (true, false) => "as many measurements as parameters: errors need a sigma",
            (false, _) => "products of parameters did not settle",
        };
        Fit {
            names: self.parameters.clone(),
            values: p,
            errors: (0..n).map(|k| covariance[k * n + k].sqrt()).collect(),
            covariance,
            chi2: solved.chi2,
            ndf: i64::try_from(measurements - n).unwrap_or(i64::MAX),
            entries: count(table.len()),
            low: f64::NAN,
            high: f64::NAN,
            refits: 0,
            ranges: Vec::new(),
            edm: 0.0,
            minimum: settled,
            edm_reached: settled,
            at_limit: false,
            call_limit: !settled,
            accurate: known,
            why: why.to_owned(),
            minos: Vec::new(),
        }
    }
}

fn reduce(
    equations: &[Ready],
    table: &Table,
    p: &[f64],
    scratch: &mut Scratch,
) -> Result<Vec<Reduced>, SystemError> {
    let each = equations.iter();
    each.map(|equation| equation.reduce(table, p, scratch))
        .collect()
}

/// χ² where the equations were reduced.
fn cost(reduced: &[Reduced], scales: &[f64]) -> f64 {
    let each = reduced.iter().zip(scales);
    let chi2 =
        each.map(|(part, scale)| part.left_over(&vec![0.0; part.right.len()]) / (scale * scale));
    chi2.sum()
}

impl Step {
    fn covariance(&self, i: usize, j: usize) -> f64 {
        let n = self.step.len();
        let both = (i.max(j)..n).map(|k| self.inverse[k * n + i] * self.inverse[k * n + j]);
        both.sum()
    }
}

impl Reduced {
    /// Sum of squares after a step.
    fn left_over(&self, step: &[f64]) -> f64 {
        let n = self.right.len();
        let row = |i: usize| {
            let moved: f64 = (i..n).map(|k| self.triangle[k * n + i] * step[k]).sum();
            (self.right[i] - moved) * (self.right[i] - moved)
        };
        self.rest + (0..n).map(row).sum::<f64>()
    }

    /// How many degrees of freedom the parameters take from this equation.
    fn used(&self, inverse: &[f64]) -> f64 {
        let n = self.right.len();
        let mut sum = 0.0;
        for i in 0..n {
            for j in i..n {
                let value: f64 = (i..=j)
                    .map(|k| self.triangle[k * n + i] * inverse[j * n + k])
                    .sum();
                sum += value * value;
            }
        }
        sum
    }
}

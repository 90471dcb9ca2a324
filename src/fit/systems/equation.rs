//! One equation of a linear model over the rows of a table, with exact slopes.

use std::sync::Arc;

use super::SystemError;
use super::matrix::count;
use crate::expr::{
    Expr, Failure, Formula, Function, Program, Scratch, Slice, Table, Type, Wanted, build,
    derivative, mentions, parameters,
};
use crate::fit::algebra::triangularise;

/// Rows that are reduced together.
const ROWS: usize = 1024;

/// Each row of a table measures something that a formula predicts.
#[derive(Clone, Debug)]
pub struct Equation {
    /// Its name; residuals are called `NAME_residual`.
    pub name: String,
    /// The measured value of a row.
    pub measured: Formula,
    /// What is expected for given parameters; linear in each of them when the others are held.
    pub prediction: Expr,
}

/// An equation made ready for a table.
pub(super) struct Ready {
    name: String,
    program: Program,
    /// Whether the slopes do not depend on any parameter.
    pub(super) linear: bool,
    measured: Vec<f64>,
    /// Errors of the rows; `None` if they are to come out of the residuals.
    sigma: Option<Vec<f64>>,
}

/// An equation at given parameters, reduced to as many rows as there are parameters.
pub(super) struct Reduced {
    /// Upper triangle, by columns.
    pub(super) triangle: Vec<f64>,
    /// Residuals in its rows.
    pub(super) right: Vec<f64>,
    /// Sum of squares that no step can take away.
    pub(super) rest: f64,
    /// Rows of the table.
    pub(super) rows: f64,
}

impl Equation {
    fn failed(&self) -> impl Fn(Failure) -> SystemError + '_ {
        |failure| SystemError::Formula {
            equation: self.name.clone(),
            failure,
        }
    }

    /// Checks and compiles it for a table.
    pub(super) fn ready(
        &self,
        table: &Table,
        names: &[String],
        sigma: Option<Vec<f64>>,
        scratch: &mut Scratch,
    ) -> Result<Ready, SystemError> {
        let name = &self.name;
        if let Some(other) = parameters(&self.prediction)
            .iter()
            .find(|p| !names.contains(p))
        {
            return Err(SystemError::wrong(format!(
                "equation {name} uses p.{other}, which is not among the parameters {}",
                names.join(", ")
            )));
        }
        let mut outputs = vec![Arc::clone(&self.prediction)];
        let mut linear = true;
        for parameter in names {
            let slope = derivative(&self.prediction, parameter).map_err(self.failed())?;
            if mentions(&slope, parameter) {
                return Err(SystemError::wrong(format!(
                    "equation {name} is not linear in {parameter}, even when the other parameters \
                     are held: use a Model with fit(…)"
                )));
            }
            linear &= parameters(&slope).is_empty();
            outputs.push(slope);
        }
        let program = program(&outputs, table, names).map_err(self.failed())?;
        let measured = table.evaluate_in(&self.measured, Wanted::Number, scratch);
        let measured = measured
            .map_err(self.failed())?
            .to_floats()
            .unwrap_or_default();
        check(name, "measured value", &measured, f64::is_finite)?;
        if let Some(sigma) = &sigma {
            check(name, "sigma", sigma, |s| s.is_finite() && s > 0.0)?;
        }
        Ok(Ready {
            name: name.clone(),
            program,
            linear,
            measured,
            sigma,
        })
    }
}

fn check(
    name: &str,
    what: &str,
    values: &[f64],
    good: impl Fn(f64) -> bool,
) -> Result<(), SystemError> {
    match values.iter().position(|value| !good(*value)) {
        Some(row) => Err(SystemError::wrong(format!(
            "equation {name}: the {what} in row {row} is {}: leave such rows out with filter",
            values[row]
        ))),
        None => Ok(()),
    }
}

/// Prediction and slopes as numbers.
fn program(outputs: &[Expr], table: &Table, names: &[String]) -> Result<Program, Failure> {
    let schema = table.schema();
    let program = Program::with_parameters(outputs, &schema, names)?;
    if program.types().iter().all(|kind| *kind == Type::Float) {
        return Ok(program);
    }
    let float = |formula: &Expr| build::call(Function::ToFloat, formula);
    let floats: Vec<Expr> = outputs.iter().map(float).collect();
    Program::with_parameters(&floats, &schema, names)
}

impl Ready {
    /// Whether errors of its rows are given.
    pub(super) fn weighted(&self) -> bool {
        self.sigma.is_some()
    }

    /// Root of the mean square of what was measured.
    pub(super) fn size(&self) -> f64 {
        let squares: f64 = self.measured.iter().map(|v| v * v).sum();
        (squares / count(self.measured.len().max(1))).sqrt()
    }

    /// Asks the formulas for each row: first row of a part, its residuals, its slopes by columns.
    fn each_part(
        &self,
        table: &Table,
        p: &[f64],
        scratch: &mut Scratch,
        mut then: impl FnMut(usize, &[f64], &[&[f64]]),
    ) -> Result<(), SystemError> {
        let columns: Vec<_> = table.columns().map(|(_, column)| column).collect();
        for begin in (0..table.len()).step_by(ROWS) {
            let rows = ROWS.min(table.len() - begin);
            let slots = self.program.columns().iter();
            let inputs: Vec<Slice<'_>> = slots
                .map(|&slot| columns[slot].part(begin..begin + rows))
                .collect();
            let outputs = self.program.evaluate(&inputs, p, rows, scratch);
            let outputs = outputs.map_err(|failure| SystemError::Formula {
                equation: self.name.clone(),
                failure,
            })?;
            let measured = &self.measured[begin..begin + rows];
            let both = measured.iter().zip(outputs.get(0).floats());
            let residuals: Vec<f64> = both.map(|(m, f)| m - f).collect();
            let slopes: Vec<&[f64]> = (1..=p.len()).map(|k| outputs.get(k).floats()).collect();
            let bad = |values: &[f64]| values.iter().position(|v| !v.is_finite());
            let wrong = bad(&residuals).or_else(|| slopes.iter().find_map(|s| bad(s)));
            if let Some(row) = wrong {
                return Err(SystemError::wrong(format!(
                    "equation {}: the prediction for row {} is no finite number",
                    self.name,
                    begin + row
                )));
            }
            then(begin, &residuals, &slopes);
        }
        Ok(())
    }

    /// Residuals of all rows.
    pub(super) fn residuals(
        &self,
        table: &Table,
        p: &[f64],
        scratch: &mut Scratch,
    ) -> Result<Vec<f64>, SystemError> {
        let mut all = Vec::with_capacity(table.len());
        self.each_part(table, p, scratch, |_, residuals, _| all.extend(residuals))?;
        Ok(all)
    }

    /// The equation around given parameters, by reflections: exact to the last digits, whatever
    /// the units.
    pub(super) fn reduce(
        &self,
        table: &Table,
        p: &[f64],
        scratch: &mut Scratch,
    ) -> Result<Reduced, SystemError> {
        let n = p.len();
        let mut reduced = Reduced {
            triangle: vec![0.0; n * n],
            right: vec![0.0; n],
            rest: 0.0,
            rows: count(table.len()),
        };
        self.each_part(table, p, scratch, |begin, residuals, slopes| {
            let error = |row: usize| self.sigma.as_ref().map_or(1.0, |sigma| sigma[begin + row]);
            let scaled = |values: &[f64]| {
                let all = values.iter().enumerate();
                all.map(|(row, v)| v / error(row)).collect::<Vec<f64>>()
            };
            let slopes: Vec<Vec<f64>> = slopes.iter().map(|s| scaled(s)).collect();
            reduced.stack(residuals.len(), |k| slopes[k].clone(), &scaled(residuals));
        })?;
        Ok(reduced)
    }
}

impl Reduced {
    /// Takes more rows in.
    pub(super) fn stack(&mut self, rows: usize, slopes: impl Fn(usize) -> Vec<f64>, more: &[f64]) {
        let n = self.right.len();
        let mut matrix = Vec::with_capacity(n * (n + rows));
        for k in 0..n {
            matrix.extend(&self.triangle[k * n..(k + 1) * n]);
            matrix.extend(slopes(k));
        }
        let mut right = self.right.clone();
        right.extend(more);
        triangularise(&mut matrix, n + rows, n, &mut right);
        for k in 0..n {
            let column = &matrix[k * (n + rows)..][..=k];
            self.triangle[k * n..=k * n + k].copy_from_slice(column);
        }
        self.rest += right[n..].iter().map(|v| v * v).sum::<f64>();
        self.right.copy_from_slice(&right[..n]);
    }
}

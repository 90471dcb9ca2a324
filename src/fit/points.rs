//! Fits of points with errors.

use std::sync::Arc;

use crate::expr::build::{add, call, column, div, mul, sub};
use crate::expr::{Column, Columns, Expr, Function, Type, derivative_by_column};
use crate::hist::{Axis, Histogram};

use super::cost::Measure;
use super::objective::Objective;
use super::problem::{Extent, Part, Problem, Thread};
use super::single::Solved;
use super::{Compiled, Cost, Error, Fit, Model, Options};

/// Points with errors; columns of equal length.
#[derive(Clone, Copy, Debug, Default)]
pub struct Points<'a> {
    /// Places.
    pub x: &'a [f64],
    /// Values.
    pub y: &'a [f64],
    /// Errors of the values, positive; only errors of the places if empty.
    pub errors: &'a [f64],
    /// Errors of the places, not negative; none if empty.
    pub x_errors: &'a [f64],
}

/// Fits a model to points with symmetric errors of the values.
///
/// # Errors
/// As [`super::fit_histogram`]; columns of different length, errors that are not positive.
pub fn fit_points(
    x: &[f64],
    y: &[f64],
    errors: &[f64],
    model: &Model,
    options: &Options,
) -> Result<Fit, Error> {
    let points = Points {
        x,
        y,
        errors,
        x_errors: &[],
    };
    Compiled::new(model)?
        .solve_points(&points, options)
        .map(|solved| solved.fit)
}

impl Compiled {
    /// Fits points. With errors of the places, each point counts with the variance
    /// `error² + (x_error · ∂f/∂x)²`, taken at its place for the parameters at hand (the effective
    /// variance: J. Orear, Am. J. Phys. 50 (1982) 912).
    ///
    /// # Errors
    /// As [`fit_points`].
    pub fn solve_points(&self, points: &Points<'_>, options: &Options) -> Result<Solved, Error> {
        self.solve_points_with(points, options, &mut Thread::default())
    }

    pub(crate) fn solve_points_with(
        &self,
        points: &Points<'_>,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Solved, Error> {
        let (part, extent) = self.points(points, options)?;
        let unknowns = self.unknowns(points.shown().as_ref())?;
        let own = (0..unknowns.len()).collect();
        let name = self.model().name.clone();
        let problem = Problem::new(name, unknowns, vec![(part, own)], extent)?;
        let solved = problem.solve(options, thread)?;
        Ok(solved.with_errors(options, thread))
    }

    /// Points as a part of a fit.
    pub(crate) fn points(
        &self,
        points: &Points<'_>,
        options: &Options,
    ) -> Result<(Part, Extent), Error> {
        if let Some(cost) = options.cost.filter(|cost| *cost != Cost::Chi2) {
            return Err(Error::NoBins {
                cost,
                what: "points with errors",
                choice: "\"chi2\"",
            });
        }
        points.check()?;
        let (low, high) = options.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let inside: Vec<usize> = (0..points.x.len())
            .filter(|i| (low..=high).contains(&points.x[*i]))
            .collect();
        if inside.is_empty() {
            return Err(Error::Empty { low, high });
        }
        let kept = |column: &[f64]| -> Vec<f64> {
            let value = |i: &usize| column.get(*i).copied().unwrap_or(0.0);
            inside.iter().map(value).collect()
        };
        let (x, number) = (kept(points.x), inside.len());
        let ends = |f: fn(f64, f64) -> f64| x.iter().copied().reduce(f).unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "points are few")]
        let extent = Extent {
            low: ends(f64::min),
            high: ends(f64::max),
            entries: number as f64,
        };
        let errors = kept(points.errors);
        let part = Part {
            objective: Arc::clone(self.curve()),
            columns: vec![Column::Float(x.clone())],
            weights: vec![1.0],
            measure: Measure::Chi2,
            x: x.clone(),
            y: kept(points.y),
            weight: errors.iter().map(|error| 1.0 / error).collect(),
            widths: Vec::new(),
        };
        if points.x_errors.is_empty() {
            return Ok((part, extent));
        }
        let columns = [x, kept(points.y), errors, kept(points.x_errors)];
        let part = Part {
            objective: self.effective()?,
            columns: columns.into_iter().map(Column::Float).collect(),
            y: vec![0.0; number],
            weight: vec![1.0; number],
            ..part
        };
        Ok((part, extent))
    }

    /// The residual of a point in units of its effective error, as a formula of its own: so that
    /// its derivatives are exact too.
    fn effective(&self) -> Result<Arc<Objective>, Error> {
        let model = self.model();
        let failed = |failure| Error::Formula {
            model: model.name.clone(),
            failure,
        };
        let slope = derivative_by_column(&model.formula, "x").map_err(failed)?;
        let along = mul(&column("x_error"), &slope);
        let square = |a: &Expr| mul(a, a);
        let variance = add(&square(&column("error")), &square(&along));
        let distance = sub(&model.formula, &column("y"));
        let residual = div(&distance, &call(Function::Sqrt, &variance));
        let names = ["x", "y", "error", "x_error"];
        let columns = Columns::new(names.map(|name| (name, Type::Float)));
        let objective = Objective::new(&residual, &columns, self.names()).map_err(failed)?;
        Ok(Arc::new(objective))
    }
}

impl Points<'_> {
    /// The points as rules of a model see them: a bin round each place, nothing between them. `None` without
    /// two different places, and where they are too near to each other for bins.
    pub(super) fn shown(&self) -> Option<Histogram> {
        let mut points: Vec<(f64, f64, f64)> = (0..self.x.len())
            .map(|i| {
                (
                    self.x[i],
                    self.y[i],
                    self.errors.get(i).copied().unwrap_or(0.0),
                )
            })
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points.dedup_by_key(|point| point.0);
        let apart = points.windows(2).map(|pair| pair[1].0 - pair[0].0);
        let half = apart.reduce(f64::min)? / 4.0;
        let edges = points.iter().flat_map(|(x, ..)| [x - half, x + half]);
        let axis = Axis::variable(edges.collect(), "").ok()?;
        let last = points.len() - 1;
        // The cell below the axis comes first; behind each bin but the last is an empty one.
        let cells = |of: &dyn Fn(&(f64, f64, f64)) -> f64| -> Vec<f64> {
            let bins = points
                .iter()
                .enumerate()
                .flat_map(|(i, point)| std::iter::once(of(point)).chain((i < last).then_some(0.0)));
            std::iter::once(0.0).chain(bins).collect()
        };
        let (values, errors) = (cells(&|point| point.1), cells(&|point| point.2));
        let mut shown = Histogram::of_values(axis, values, &errors, cells(&|_| 1.0));
        shown.mask = Some((0..=2 * last).map(|bin| bin % 2 == 0).collect());
        Some(shown)
    }

    /// Columns that fit, finite numbers, errors that mean something.
    fn check(&self) -> Result<(), Error> {
        let (x, y) = (self.x.len(), self.y.len());
        let with_places = !self.x_errors.is_empty();
        let errors = if self.errors.is_empty() && with_places {
            self.x_errors.len()
        } else {
            self.errors.len()
        };
        if x != y || x != errors || (with_places && self.x_errors.len() != x) {
            return Err(Error::Lengths { x, y, errors });
        }
        for i in 0..x {
            let error = self.errors.get(i).copied();
            let x_error = self.x_errors.get(i).copied();
            let positive = match (error, x_error) {
                (Some(error), None) => error > 0.0,
                (error, Some(x_error)) => error.unwrap_or(0.0).max(x_error) > 0.0,
                (None, None) => true,
            };
            let values = [
                ("the place", Some(self.x[i])),
                ("the value", Some(self.y[i])),
                ("the error", error),
                ("the error of the place", x_error),
            ];
            let bad = |(_, value): &&(&str, Option<f64>)| value.is_some_and(|v| !v.is_finite());
            let negative = |(what, value): &&(&str, Option<f64>)| {
                what.contains("error") && value.is_some_and(|v| v < 0.0)
            };
            let wrong = values.iter().find(bad).or(values.iter().find(negative));
            let wrong = wrong.or(values.get(2).filter(|_| !positive));
            if let Some((what, value)) = wrong {
                return Err(Error::NotFinite {
                    what,
                    x: self.x[i],
                    value: value.unwrap_or(0.0),
                });
            }
        }
        Ok(())
    }
}

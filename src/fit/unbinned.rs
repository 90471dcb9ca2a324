//! Fits of single values and of rows of a table: nothing is counted in bins.

use std::sync::Arc;

use crate::expr::build::{mul, parameter};
use crate::expr::{Column, Columns, Table, Type, maths};

use super::cost::Measure;
use super::mesh::Mesh;
use super::objective::Objective;
use super::problem::{Extent, Part, Unknown};
use super::select::NODES;
use super::together::{Draft, Sample, solve_samples};
use super::{Compiled, Cost, Error, Fit, Model, Options};

/// Fits a density to single values inside of a range: by an unbinned likelihood, for which the
/// model is normalised over the range, or by an extended one, for which its integral is the
/// number of values expected.
///
/// # Errors
/// No range, values that are not finite, no value in the range; as [`super::fit_histogram`].
pub fn fit_values(
    values: &[f64],
    range: (f64, f64),
    model: &Model,
    options: &Options,
) -> Result<Fit, Error> {
    let options = Options {
        range: Some(range),
        ..options.clone()
    };
    solve_samples(&[(Sample::Values(values), model)], &options).map(|solved| solved.fit)
}

/// Fits a model that gives the logarithm of the density of each row of a table.
///
/// # Errors
/// No rows, a row for which the model has no value; as [`super::fit_histogram`].
pub fn fit_rows(table: &Table, model: &Model, options: &Options) -> Result<Fit, Error> {
    solve_samples(&[(Sample::Rows(table), model)], options).map(|solved| solved.fit)
}

/// The name of the parameter that normalises a density.
const SCALE: &str = "the scale of the density";

impl Compiled {
    /// Single values as parts of a fit: the density at each value, and its integral over the
    /// pieces of the range.
    ///
    /// A density is normalised by a factor of its own that is fitted along: at the minimum it is
    /// the number of values over the integral, and all other parameters and their errors are those
    /// of the normalised density.
    pub(crate) fn values(
        &self,
        values: &[f64],
        options: &Options,
        mesh: &Mesh,
    ) -> Result<Draft, Error> {
        let cost = density_cost(options)?;
        let (low, high) = range(options)?;
        let inside = inside(values, low, high)?;
        #[expect(clippy::cast_precision_loss, reason = "numbers of rows are below 2^53")]
        let entries = inside.len() as f64;
        let extent = Extent { low, high, entries };
        let mut unknowns = self.unknowns(None)?;
        let mut objective = Arc::clone(self.curve());
        let (nodes, widths) = (mesh.nodes(), mesh.widths());
        self.begin(&mut unknowns, cost, entries, &nodes, &widths);
        let mut constant = 0.0;
        if cost == Cost::Unbinned {
            let start: Vec<f64> = unknowns.iter().map(|u| u.start.unwrap_or(0.0)).collect();
            let integral = self.integral(&nodes, &widths, &start);
            objective = self.scaled()?;
            unknowns.push(Unknown {
                name: SCALE.to_owned(),
                start: Some(entries / integral).filter(|start| start.is_finite()),
                limits: (0.0, f64::INFINITY),
                fixed: false,
                hidden: true,
            });
            // with the scale at its best, the integral is the number of values
            constant = 2.0 * entries * (maths::ln(entries) - 1.0);
        }
        let own: Vec<usize> = (0..unknowns.len()).collect();
        let density = Part {
            objective: Arc::clone(&objective),
            columns: vec![Column::Float(inside.clone())],
            weights: vec![1.0],
            measure: Measure::Density,
            y: vec![0.0; inside.len()],
            weight: vec![1.0; inside.len()],
            x: inside,
            widths: Vec::new(),
        };
        let x = mesh.centres();
        let integral = Part {
            objective,
            columns: vec![Column::Float(nodes)],
            weights: NODES.iter().map(|(_, weight)| *weight).collect(),
            measure: Measure::Integral,
            y: vec![0.0; x.len()],
            weight: widths,
            x,
            widths: Vec::new(),
        };
        Ok(Draft {
            parts: vec![(density, own.clone()), (integral, own)],
            unknowns,
            extent,
            constant,
        })
    }

    /// Start values of parameters that have none: they share the values evenly, each by the
    /// integral of its own part, where the model is the sum of such parts.
    fn begin(
        &self,
        unknowns: &mut [Unknown],
        cost: Cost,
        entries: f64,
        nodes: &[f64],
        widths: &[f64],
    ) {
        let unset: Vec<usize> = (0..unknowns.len())
            .filter(|k| unknowns[*k].start.is_none())
            .collect();
        if cost != Cost::Extended || unset.is_empty() {
            return;
        }
        let start: Vec<f64> = unknowns.iter().map(|u| u.start.unwrap_or(0.0)).collect();
        let rest = self.integral(nodes, widths, &start);
        #[expect(clippy::cast_precision_loss, reason = "parameters are few")]
        let each = (entries - rest) / unset.len() as f64;
        for k in unset {
            let mut one = start.clone();
            one[k] = 1.0;
            let value = each / (self.integral(nodes, widths, &one) - rest);
            let (low, high) = unknowns[k].limits;
            let value = if value.is_finite() { value } else { 0.0 };
            unknowns[k].start = Some(value.max(low).min(high));
        }
    }

    /// Refuses what cannot be a normalised density.
    pub(crate) fn check_density(&self, values: &[f64], options: &Options) -> Result<(), Error> {
        let (cost, range) = (density_cost(options)?, range(options)?);
        if cost == Cost::Extended {
            return Ok(());
        }
        let nodes = Mesh::of(values, range).nodes();
        self.check_scale(&self.unknowns(None)?, &nodes)
    }

    /// The rows of a table as a part of a fit.
    pub(crate) fn rows(&self, table: &Table, options: &Options) -> Result<Draft, Error> {
        if let Some(cost) = options.cost.filter(|cost| *cost != Cost::LogLikelihood) {
            return Err(Error::NoBins {
                cost,
                what: "rows of a table",
                choice: "\"log_likelihood\"",
            });
        }
        let rows = table.len();
        if rows == 0 {
            return Err(Error::Empty {
                low: 0.0,
                high: 0.0,
            });
        }
        #[expect(clippy::cast_precision_loss, reason = "numbers of rows are below 2^53")]
        let number = |row: usize| row as f64;
        let unknowns = self.unknowns(None)?;
        let own = (0..unknowns.len()).collect();
        let part = Part {
            objective: Arc::clone(self.curve()),
            columns: table.columns().map(|(_, column)| column.clone()).collect(),
            weights: vec![1.0],
            measure: Measure::LogDensity,
            x: (0..rows).map(number).collect(),
            y: vec![0.0; rows],
            weight: vec![1.0; rows],
            widths: Vec::new(),
        };
        Ok(Draft {
            parts: vec![(part, own)],
            unknowns,
            extent: Extent {
                low: 0.0,
                high: number(rows - 1),
                entries: number(rows),
            },
            constant: 0.0,
        })
    }

    /// The model times the parameter that normalises it.
    fn scaled(&self) -> Result<Arc<Objective>, Error> {
        let formula = mul(&parameter(SCALE), &self.model().formula);
        let columns = Columns::new([("x", Type::Float)]);
        let mut names = self.names().to_vec();
        names.push(SCALE.to_owned());
        let objective = Objective::new(&formula, &columns, &names);
        let objective = objective.map_err(|failure| Error::Formula {
            model: self.model().name.clone(),
            failure,
        })?;
        Ok(Arc::new(objective))
    }

    /// The integral of the model over the range from its values at the nodes.
    fn integral(&self, nodes: &[f64], widths: &[f64], parameters: &[f64]) -> f64 {
        let pieces = nodes.chunks_exact(NODES.len()).zip(widths);
        let piece = |(nodes, width): (&[f64], &f64)| -> f64 {
            let places = nodes.iter().zip(&NODES);
            let values = places.map(|(x, (_, weight))| weight * self.value(*x, parameters));
            width * values.sum::<f64>()
        };
        pieces.map(piece).sum()
    }
}

/// What is made small for single values.
fn density_cost(options: &Options) -> Result<Cost, Error> {
    let cost = options.cost.unwrap_or(Cost::Unbinned);
    if matches!(cost, Cost::Unbinned | Cost::Extended) {
        return Ok(cost);
    }
    Err(Error::NoBins {
        cost,
        what: "single values",
        choice: "\"unbinned\" or \"extended\"",
    })
}

/// The range of single values, which must be given.
pub(crate) fn range(options: &Options) -> Result<(f64, f64), Error> {
    let (low, high) = options.range.ok_or(Error::NoRange)?;
    if low < high && low.is_finite() && high.is_finite() && (high - low).is_finite() {
        return Ok((low, high));
    }
    Err(Error::CrossedRange { low, high })
}

/// The values inside of the range.
fn inside(values: &[f64], low: f64, high: f64) -> Result<Vec<f64>, Error> {
    if let Some(row) = values.iter().position(|value| !value.is_finite()) {
        return Err(Error::BadValue {
            row,
            value: values[row],
        });
    }
    let inside = values.iter().copied();
    let inside: Vec<f64> = inside.filter(|x| (low..=high).contains(x)).collect();
    if inside.is_empty() {
        return Err(Error::Empty { low, high });
    }
    Ok(inside)
}

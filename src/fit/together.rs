//! Any data as parts of a fit, alone or together with others that share parameters.

use crate::expr::{Columns, Table, Type};
use crate::hist::Histogram;

use super::integrals::{self, Meshes};
use super::mesh::Mesh;
use super::points::Points;
use super::problem::{Extent, Part, Problem, Thread, Unknown};
use super::select::{measure, select};
use super::single::Solved;
use super::unbinned::range;
use super::{Compiled, Error, Model, Options};

/// What a model is fitted to.
#[derive(Clone, Copy, Debug)]
pub enum Sample<'a> {
    /// Bins.
    Histogram(&'a Histogram),
    /// Points with errors.
    Points(Points<'a>),
    /// Single values.
    Values(&'a [f64]),
    /// Rows of a table.
    Rows(&'a Table),
}

/// Parts of a fit with the parameters they need; positions count in `unknowns`.
pub(crate) struct Draft {
    pub(crate) parts: Vec<(Part, Vec<usize>)>,
    pub(crate) unknowns: Vec<Unknown>,
    pub(crate) extent: Extent,
    /// What is added to the cost, so that it is the one that was asked for.
    pub(crate) constant: f64,
}

/// Fits several models at once, each to its own data: parameters of the same name are one
/// parameter. It starts where the first model that says so starts it, keeps to the limits of all,
/// and is held if any of them holds it.
///
/// # Errors
/// As [`super::fit_histogram`], for any of them; a model that moves its range after a fit.
pub fn fit_together(samples: &[(Sample<'_>, &Model)], options: &Options) -> Result<Solved, Error> {
    if let Some((_, model)) = samples
        .iter()
        .find(|(_, model)| samples.len() > 1 && model.refit.is_some())
    {
        return Err(Error::MovingRange {
            model: model.name.clone(),
        });
    }
    if let [(Sample::Histogram(histogram), model)] = samples {
        return Compiled::new(model)?.solve(histogram, options);
    }
    solve_samples(samples, options)
}

/// A fit without moving ranges.
pub(crate) fn solve_samples(
    samples: &[(Sample<'_>, &Model)],
    options: &Options,
) -> Result<Solved, Error> {
    let compiled = samples
        .iter()
        .map(|(sample, model)| sample.compile(model))
        .collect::<Result<Vec<_>, _>>()?;
    if let ([(Sample::Values(values), _)], [model]) = (samples, compiled.as_slice()) {
        model.check_density(values, options)?;
    }
    let names: Vec<&str> = samples.iter().map(|(_, m)| m.name.as_str()).collect();
    let meshes = samples.iter().map(|(sample, _)| sample.mesh(options));
    let meshes = meshes.collect::<Result<Meshes, _>>()?;
    let solved = integrals::solve(&meshes, options, |meshes| {
        let drafts = samples.iter().zip(&compiled).zip(meshes);
        let drafts = drafts.map(|(((sample, _), model), mesh)| sample.draft(model, options, mesh));
        joined(&names.join(" and "), drafts.collect::<Result<_, _>>()?)
    })?;
    Ok(solved.with_errors(options, &mut Thread::default()))
}

impl Sample<'_> {
    fn compile(&self, model: &Model) -> Result<Compiled, Error> {
        let Self::Rows(table) = self else {
            return Compiled::new(model);
        };
        if !model.of_rows {
            return Err(Error::NotOfRows {
                model: model.name.clone(),
            });
        }
        let columns = table.columns().map(|(name, column)| (name, column.kind()));
        Compiled::over(model, &Columns::new(columns.collect::<Vec<(&str, Type)>>()))
    }

    /// Pieces of the range to begin with, if there is something to integrate.
    fn mesh(&self, options: &Options) -> Result<Option<Mesh>, Error> {
        let Self::Values(values) = self else {
            return Ok(None);
        };
        let (low, high) = range(options)?;
        Ok(Some(Mesh::of(values, (low, high))))
    }

    fn draft(
        &self,
        model: &Compiled,
        options: &Options,
        mesh: &Option<Mesh>,
    ) -> Result<Draft, Error> {
        let (part, extent, unknowns) = match (self, mesh) {
            (Self::Values(values), Some(mesh)) => return model.values(values, options, mesh),
            (Self::Values(_), None) => return Err(Error::NoRange),
            (Self::Rows(table), _) => return model.rows(table, options),
            (Self::Histogram(histogram), _) => {
                let prepared = model.prepare(histogram, options)?;
                let range = model.range(&prepared, options)?;
                let unknowns = model.unknowns(Some(&prepared))?;
                let selected = select(&prepared, options, range)?;
                let (part, extent) = model.part(selected, measure(&prepared, options)?);
                (part, extent, unknowns)
            }
            (Self::Points(points), _) => {
                let (part, extent) = model.points(points, options)?;
                (part, extent, model.unknowns(points.shown().as_ref())?)
            }
        };
        let own = (0..unknowns.len()).collect();
        Ok(Draft {
            parts: vec![(part, own)],
            unknowns,
            extent,
            constant: 0.0,
        })
    }
}

/// All drafts as one fit.
fn joined(name: &str, drafts: Vec<Draft>) -> Result<Problem, Error> {
    let mut unknowns: Vec<Unknown> = Vec::new();
    let mut parts = Vec::new();
    let mut extent: Option<Extent> = None;
    let mut constant = 0.0;
    for draft in drafts {
        constant += draft.constant;
        let places = draft.unknowns.into_iter();
        let places: Vec<usize> = places
            .map(|unknown| place(&mut unknowns, unknown))
            .collect();
        for (part, own) in draft.parts {
            parts.push((part, own.iter().map(|k| places[*k]).collect()));
        }
        extent = Some(match extent {
            None => draft.extent,
            Some(extent) => Extent {
                low: extent.low.min(draft.extent.low),
                high: extent.high.max(draft.extent.high),
                entries: extent.entries + draft.extent.entries,
            },
        });
    }
    for unknown in &unknowns {
        let (low, high) = unknown.limits;
        if !(low < high) {
            return Err(Error::Limits {
                model: name.to_owned(),
                parameter: unknown.name.clone(),
                low,
                high,
            });
        }
    }
    let extent = extent.unwrap_or_default();
    let mut problem = Problem::new(name.to_owned(), unknowns, parts, extent)?;
    problem.constant = constant;
    Ok(problem)
}

/// The position of a parameter among all; a known one is shared.
fn place(unknowns: &mut Vec<Unknown>, new: Unknown) -> usize {
    let known = |known: &Unknown| known.name == new.name && !new.hidden;
    let Some(at) = unknowns.iter().position(known) else {
        unknowns.push(new);
        return unknowns.len() - 1;
    };
    let shared = &mut unknowns[at];
    if new.fixed && !shared.fixed {
        (shared.start, shared.fixed) = (new.start, true);
    }
    shared.start = shared.start.or(new.start);
    let (low, high) = shared.limits;
    shared.limits = (low.max(new.limits.0), high.min(new.limits.1));
    at
}

impl Problem {
    /// Begins where another fit of the same parameters ended.
    pub(crate) fn start_at(&mut self, values: &[f64]) {
        for (unknown, value) in self.unknowns.iter_mut().zip(values) {
            unknown.start = Some(*value);
        }
    }
}

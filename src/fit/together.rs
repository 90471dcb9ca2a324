//! Any data as parts of a fit, alone or together with others that share parameters.

use crate::expr::{Columns, Table, Type};
use crate::hist::Histogram;

use super::cost::Measure;
use super::points::Points;
use super::problem::{Extent, Part, Problem, Thread, Unknown};
use super::select::{measure, select};
use super::single::Solved;
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

/// Pieces of the range over which a density is integrated at first, and at most.
const PANELS: (u32, u32) = (128, 1 << 14);
/// Change of the cost by finer pieces that is no change.
const INTEGRAL: f64 = 1e-7;

/// A fit without moving ranges. Integrals are taken in ever finer pieces, until that does not
/// matter any more.
pub(crate) fn solve_samples(
    samples: &[(Sample<'_>, &Model)],
    options: &Options,
) -> Result<Solved, Error> {
    let compiled = samples
        .iter()
        .map(|(sample, model)| sample.compile(model))
        .collect::<Result<Vec<_>, _>>()?;
    let draft = |panels: u32| {
        let drafts = samples.iter().zip(&compiled);
        let drafts = drafts.map(|((sample, _), model)| sample.draft(model, options, panels));
        let names: Vec<&str> = samples.iter().map(|(_, m)| m.name.as_str()).collect();
        joined(&names.join(" and "), drafts.collect::<Result<_, _>>()?)
    };
    let mut thread = Thread::default();
    let (mut panels, most) = PANELS;
    let mut solved = draft(panels)?.solve(options, &mut thread)?;
    while solved.problem.integrates() {
        panels *= 2;
        let mut finer = draft(panels)?;
        let before = solved.problem.integrals(&solved.values, &mut thread);
        let after = finer.integrals(&solved.values, &mut thread);
        if 2.0 * (after - before).abs() <= INTEGRAL {
            break;
        }
        if panels > most {
            solved.fit.accurate = false;
            solved
                .fit
                .add_reason("the integral of the model over the range is not known well enough");
            break;
        }
        finer.start_at(&solved.values);
        solved = finer.solve(options, &mut thread)?;
    }
    Ok(solved.with_errors(options, &mut thread))
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

    fn draft(&self, model: &Compiled, options: &Options, panels: u32) -> Result<Draft, Error> {
        let (part, extent, unknowns) = match self {
            Self::Values(values) => return model.values(values, options, panels),
            Self::Rows(table) => return model.rows(table, options),
            Self::Histogram(histogram) => {
                let prepared = model.prepare(histogram, options)?;
                let range = model.range(&prepared, options)?;
                let unknowns = model.unknowns(Some(&prepared))?;
                let selected = select(&prepared, options, range)?;
                let (part, extent) = model.part(selected, measure(&prepared, options)?);
                (part, extent, unknowns)
            }
            Self::Points(points) => {
                let (part, extent) = model.points(points, options)?;
                (part, extent, model.unknowns(None)?)
            }
        };
        let own = (0..unknowns.len()).collect();
        Ok(Draft {
            parts: vec![(part, own)],
            unknowns,
            extent,
        })
    }
}

/// All drafts as one fit.
fn joined(name: &str, drafts: Vec<Draft>) -> Result<Problem, Error> {
    let mut unknowns: Vec<Unknown> = Vec::new();
    let mut parts = Vec::new();
    let mut extent: Option<Extent> = None;
    for draft in drafts {
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
    Problem::new(name.to_owned(), unknowns, parts, extent.unwrap_or_default())
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
    /// Whether a density is integrated.
    fn integrates(&self) -> bool {
        let mut sections = self.data.sections.iter();
        sections.any(|section| section.measure == Measure::Integral)
    }

    /// The sum of all integrals of densities.
    fn integrals(&self, values: &[f64], thread: &mut Thread) -> f64 {
        let curve = self.curve_at(values, thread);
        let sections = self.data.ranges();
        let sections = sections.filter(|(section, _)| section.measure == Measure::Integral);
        let places = sections.flat_map(|(_, range)| range);
        places.map(|at| curve[at] * self.data.weight[at]).sum()
    }

    /// Begins where another fit of the same parameters ended.
    pub(crate) fn start_at(&mut self, values: &[f64]) {
        for (unknown, value) in self.unknowns.iter_mut().zip(values) {
            unknown.start = Some(*value);
        }
    }
}

//! The fit of one histogram: start values, the range and its iteration.

use std::borrow::Cow;
use std::sync::Arc;

use crate::expr::Column;
use crate::hist::Histogram;

use super::cost::Measure;
use super::problem::{Extent, Part, Problem, Thread, Unknown};
use super::select::{Selected, joined, measure, select};
use super::{Compiled, Error, Fit, Model, Options, Start};

/// Fits a model to a histogram: its rules are asked in the order `prepare`, `start`, `range`,
/// and `refit` after each fit. A fit that begins and ends badly comes back flagged, with `why`.
///
/// # Errors
/// What prevents a fit from beginning: nothing filled, contents that are not numbers, no start
/// value, a rule that failed.
pub fn fit_histogram(
    histogram: &Histogram,
    model: &Model,
    options: &Options,
) -> Result<Fit, Error> {
    Compiled::new(model)?.fit(histogram, options)
}

/// A fit with what was fitted, for questions about the neighbourhood of its minimum.
#[derive(Clone, Debug)]
pub struct Solved {
    /// The fit.
    pub fit: Fit,
    /// What was fitted: the data in the last range used.
    pub problem: Problem,
    /// Values of all parameters of the problem, those included that no result shows.
    pub(crate) values: Vec<f64>,
    /// Their errors; 0 where there are none.
    pub(crate) spread: Vec<f64>,
}

impl Compiled {
    /// As [`fit_histogram`].
    ///
    /// # Errors
    /// As [`fit_histogram`].
    pub fn fit(&self, histogram: &Histogram, options: &Options) -> Result<Fit, Error> {
        self.solve(histogram, options).map(|solved| solved.fit)
    }

    /// As [`fit_histogram`], with what was fitted.
    ///
    /// # Errors
    /// As [`fit_histogram`].
    pub fn solve(&self, histogram: &Histogram, options: &Options) -> Result<Solved, Error> {
        self.solve_from(histogram, None, options, &mut Thread::default())
    }

    /// The same from other start values than those of the model, in the order of its parameters;
    /// parameters that are held keep theirs.
    pub(crate) fn solve_from(
        &self,
        histogram: &Histogram,
        from: Option<&[f64]>,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Solved, Error> {
        let solved = self.fit_ranges(histogram, from, options, thread)?;
        Ok(solved.with_errors(options, thread))
    }

    fn fit_ranges(
        &self,
        histogram: &Histogram,
        from: Option<&[f64]>,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Solved, Error> {
        let prepared = self.prepare(histogram, options)?;
        if prepared.entries() == 0.0 {
            // before the rules for the start are asked, which have nothing to look at
            return Err(Error::Empty {
                low: prepared.low(),
                high: prepared.high(),
            });
        }
        let mut unknowns = self.unknowns(Some(&prepared))?;
        let free = unknowns.iter_mut().zip(from.unwrap_or_default());
        for (unknown, value) in free.filter(|(unknown, value)| !unknown.fixed && value.is_finite())
        {
            unknown.start = Some(*value);
        }
        let range = self.range(&prepared, options)?;
        let measure = measure(&prepared, options)?;
        let selected = select(&prepared, options, range)?;
        let mut bins = selected.bins;
        let problem = self.binned(selected, measure, unknowns)?;
        let mut solved = self.settle(problem, options, thread)?;
        let Some(refit) = &self.model().refit else {
            return Ok(solved);
        };
        let mut question = (prepared.into_owned(), solved.fit.clone());
        for refits in 1..=refit.times {
            if !solved.fit.valid() {
                break;
            }
            let answer = refit.rule.0.ask(&question);
            let answer = answer.map_err(|f| self.rule("refit", f))?;
            let Some(range) = answer else { break };
            let selected = select(&question.0, options, Some(range))?;
            if selected.bins == bins {
                // the same bins give the same fit
                break;
            }
            bins = selected.bins;
            solved.problem.start_at(&solved.values);
            let mut ranges = solved.fit.ranges;
            ranges.push((solved.fit.low, solved.fit.high));
            let problem = self.binned(selected, measure, solved.problem.unknowns)?;
            solved = self.settle(problem, options, thread)?;
            (solved.fit.refits, solved.fit.ranges) = (refits, ranges);
            question.1.clone_from(&solved.fit);
        }
        Ok(solved)
    }

    /// The fit of a problem; parameters that the model wants held at their limits are held there
    /// when the fit has ended at one.
    fn settle(
        &self,
        problem: Problem,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Solved, Error> {
        let mut solved = problem.solve(options, thread)?;
        while solved.fit.at_limit {
            let mut found = false;
            let unknowns = solved.problem.unknowns.iter_mut().zip(&solved.values);
            for (unknown, value) in unknowns {
                let (low, high) = unknown.limits;
                let at_limit = !unknown.fixed && (*value <= low || *value >= high);
                if at_limit && self.model().held_at_limit.contains(&unknown.name) {
                    unknown.fixed = true;
                    found = true;
                }
            }
            if !found {
                break;
            }
            solved.problem.start_at(&solved.values);
            solved = solved.problem.solve(options, thread)?;
        }
        Ok(solved)
    }

    /// The histogram that is fitted: prepared by the model's rule, sparse bins joined.
    pub(crate) fn prepare<'a>(
        &self,
        histogram: &'a Histogram,
        options: &Options,
    ) -> Result<Cow<'a, Histogram>, Error> {
        let mut prepared = match &self.model().prepare {
            Some(rule) => {
                let prepared = rule.0.ask(histogram);
                Cow::Owned(prepared.map_err(|f| self.rule("prepare", f))?)
            }
            None => Cow::Borrowed(histogram),
        };
        let entries = prepared.entries();
        if entries < options.min_entries {
            return Err(Error::TooFewEntries {
                entries,
                wanted: options.min_entries,
            });
        }
        let step = joined(prepared.bins(), entries, options.rebin_below);
        if step > 1 {
            let step = i64::try_from(step).unwrap_or(1);
            let joined = prepared.rebin(step).map_err(|e| Error::Rebin {
                message: e.to_string(),
            })?;
            prepared = Cow::Owned(joined);
        }
        Ok(prepared)
    }

    /// The range of the first fit: that of the options, or of the model's rule, or none.
    pub(crate) fn range(
        &self,
        prepared: &Histogram,
        options: &Options,
    ) -> Result<Option<(f64, f64)>, Error> {
        let (None, Some(rule)) = (options.range, &self.model().range) else {
            return Ok(options.range);
        };
        let range = rule.0.ask(prepared).map_err(|f| self.rule("range", f))?;
        Ok(Some(range))
    }

    /// The parameters with the start values for a histogram (other data have none to ask).
    pub(crate) fn unknowns(&self, histogram: Option<&Histogram>) -> Result<Vec<Unknown>, Error> {
        let parameters = self.model().parameters.iter().zip(self.limits());
        let unknown = |(parameter, limits): (&super::Parameter, &(f64, f64))| {
            let start = match (&parameter.start, histogram) {
                (Start::Unset, _) if parameter.fixed => Some(0.0),
                (Start::Unset, _) => None,
                (Start::Value(value), _) => Some(*value),
                (Start::Histogram(rule), Some(histogram)) => {
                    let start = rule.0.ask(histogram);
                    let what = || format!("start of {}", parameter.name);
                    Some(start.map_err(|f| self.rule(&what(), f))?)
                }
                (Start::Histogram(_), None) => Some(f64::NAN),
            };
            if let Some(value) = start.filter(|value| !value.is_finite()) {
                return Err(Error::BadStart {
                    model: self.model().name.clone(),
                    parameter: parameter.name.clone(),
                    value,
                });
            }
            Ok(Unknown {
                name: parameter.name.clone(),
                start,
                limits: *limits,
                fixed: parameter.fixed,
                hidden: false,
            })
        };
        parameters.map(unknown).collect()
    }

    /// A fit of selected bins.
    fn binned(
        &self,
        selected: Selected,
        measure: Measure,
        unknowns: Vec<Unknown>,
    ) -> Result<Problem, Error> {
        let own = (0..unknowns.len()).collect();
        let (part, extent) = self.part(selected, measure);
        Problem::new(
            self.model().name.clone(),
            unknowns,
            vec![(part, own)],
            extent,
        )
    }

    /// Selected bins as a part of a fit.
    pub(crate) fn part(&self, selected: Selected, measure: Measure) -> (Part, Extent) {
        let extent = Extent {
            low: selected.low,
            high: selected.high,
            entries: selected.entries,
        };
        let part = Part {
            objective: Arc::clone(self.curve()),
            columns: vec![Column::Float(selected.x)],
            weights: selected.weights,
            measure,
            x: selected.centres,
            y: selected.contents,
            weight: selected.factors,
            widths: selected.widths,
        };
        (part, extent)
    }

    fn rule(&self, what: &str, failure: crate::expr::Failure) -> Error {
        Error::Rule {
            model: self.model().name.clone(),
            what: what.to_owned(),
            failure,
        }
    }
}

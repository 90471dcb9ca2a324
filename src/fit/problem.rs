//! A fit put together: the data of all its parts, their formulas, and the parameters they share.

use std::sync::Arc;

use crate::expr::Column;

use super::cost::Measure;
use super::curve::{Curve, Slopes};
use super::minimise::{Begin, Outcome, Workspace, minimise};
use super::objective::{Memory, Objective, Region, Rows};
use super::resolution::unresolved;
use super::single::Solved;
use super::state::{Data, Section, Task};
use super::{Error, Fit, Options};

/// One formula over its own places.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The formula; its parameters are those of the part in order.
    pub(crate) objective: Arc<Objective>,
    /// All columns of its schema, `weights.len()` rows per place.
    pub(crate) columns: Vec<Column>,
    /// Weights of the rows of a place.
    pub(crate) weights: Vec<f64>,
    /// What is made small.
    pub(crate) measure: Measure,
    /// Where each place is, for messages.
    pub(crate) x: Vec<f64>,
    /// Content of each place.
    pub(crate) y: Vec<f64>,
    /// Weight of each place, as the measure has it.
    pub(crate) weight: Vec<f64>,
    /// Widths of bins; empty where places are none.
    pub(crate) widths: Vec<f64>,
}

/// A parameter of a fit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unknown {
    /// Its name; parts that name the same parameter share it.
    pub(crate) name: String,
    /// Where it starts; `None` is solved for.
    pub(crate) start: Option<f64>,
    /// Lower and upper limit, infinite if open.
    pub(crate) limits: (f64, f64),
    /// Whether it is held at its start value.
    pub(crate) fixed: bool,
    /// Whether it is a means that no result shows.
    pub(crate) hidden: bool,
}

/// What a result says about the data besides the fit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Extent {
    /// Low end of the range used.
    pub(crate) low: f64,
    /// High end of the range used.
    pub(crate) high: f64,
    /// Entries in the range.
    pub(crate) entries: f64,
}

/// A fit put together.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Name of the model (or models), for messages.
    pub(crate) name: String,
    pub(crate) unknowns: Vec<Unknown>,
    pub(crate) extent: Extent,
    pub(crate) parts: Vec<Formula>,
    pub(crate) data: Data,
    /// What is added to the cost, so that it is the one that was asked for.
    pub(crate) constant: f64,
    pub(crate) limits: Vec<(f64, f64)>,
    pub(crate) linear: Vec<bool>,
}

/// What a part leaves behind when its data have joined the others.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    pub(crate) objective: Arc<Objective>,
    columns: Vec<Column>,
    pub(crate) weights: Vec<f64>,
    pub(crate) widths: Vec<f64>,
}

/// Memory of one thread, used again from fit to fit.
#[derive(Default)]
pub(crate) struct Thread {
    pub(crate) work: Workspace,
    pub(crate) memory: Memory,
}

impl Problem {
    /// A fit of these parts; each comes with the position of each of its parameters in `unknowns`.
    ///
    /// # Errors
    /// Fewer places than free parameters.
    pub(crate) fn new(
        name: String,
        unknowns: Vec<Unknown>,
        parts: Vec<(Part, Vec<usize>)>,
        extent: Extent,
    ) -> Result<Self, Error> {
        let mut problem = Self {
            name,
            limits: unknowns.iter().map(|unknown| unknown.limits).collect(),
            linear: vec![true; unknowns.len()],
            unknowns,
            extent,
            parts: Vec::with_capacity(parts.len()),
            data: Data::default(),
            constant: 0.0,
        };
        for (part, parameters) in parts {
            problem.join(part, parameters);
        }
        let (bins, free) = (problem.measured(), problem.free());
        if bins < free {
            return Err(Error::TooFewBins {
                bins,
                parameters: free,
            });
        }
        Ok(problem)
    }

    fn join(&mut self, part: Part, parameters: Vec<usize>) {
        for (at, linear) in parameters.iter().zip(&part.objective.linear) {
            self.linear[*at] &= linear;
        }
        let data = &mut self.data;
        if data.y.is_empty() {
            (data.x, data.y, data.weight) = (part.x, part.y, part.weight);
        } else {
            data.x.extend(part.x);
            data.y.extend(part.y);
            data.weight.extend(part.weight);
        }
        data.sections.push(Section {
            end: data.y.len(),
            measure: part.measure,
            parameters,
        });
        self.parts.push(Formula {
            objective: part.objective,
            columns: part.columns,
            weights: part.weights,
            widths: part.widths,
        });
    }

    /// Places that were measured, not those over which is integrated.
    fn measured(&self) -> usize {
        let sections = self.data.ranges();
        let measured = sections.filter(|(section, _)| section.measure != Measure::Integral);
        measured.map(|(_, range)| range.len()).sum()
    }

    /// Number of parameters that are not held.
    fn free(&self) -> usize {
        self.unknowns
            .iter()
            .filter(|unknown| !unknown.fixed)
            .count()
    }

    /// Degrees of freedom; 0 for densities, which have none.
    fn ndf(&self) -> i64 {
        if !self
            .data
            .sections
            .iter()
            .all(|section| section.measure.of_squares())
        {
            return 0;
        }
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        count(self.measured()) - count(self.free())
    }

    /// Goes from the start values to the minimum, and says what was found there.
    ///
    /// # Errors
    /// As [`Problem::minimise`].
    pub(crate) fn solve(self, options: &Options, thread: &mut Thread) -> Result<Solved, Error> {
        let outcome = self.minimise(options, thread)?;
        let n = outcome.values.len();
        let variances = (0..n).map(|k| outcome.covariance[k * n + k]);
        Ok(Solved {
            spread: variances.map(|v| v.max(0.0).sqrt()).collect(),
            values: outcome.values.clone(),
            fit: self.facts(options, outcome),
            problem: self,
        })
    }

    /// The curves and their slopes at all places.
    pub(crate) fn slopes_at(&self, values: &[f64], thread: &mut Thread) -> Slopes {
        let mut slopes = Slopes::default();
        let mut curve = Evaluation {
            problem: self,
            memory: &mut thread.memory,
        };
        curve.evaluate(values, false, &mut slopes);
        slopes
    }

    /// Goes from the start values to the minimum.
    ///
    /// # Errors
    /// A start from which the model has no finite value, whatever is tried.
    pub(crate) fn minimise(
        &self,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Outcome, Error> {
        let fixed: Vec<bool> = self.unknowns.iter().map(|unknown| unknown.fixed).collect();
        let start: Vec<f64> = self
            .unknowns
            .iter()
            .map(|unknown| unknown.start.unwrap_or(0.0))
            .collect();
        let unset: Vec<bool> = self
            .unknowns
            .iter()
            .map(|unknown| unknown.start.is_none())
            .collect();
        let task = Task {
            data: &self.data,
            instead: None,
            limits: &self.limits,
            fixed: &fixed,
            max_calls: options.max_calls,
        };
        let mut curve = Evaluation {
            problem: self,
            memory: &mut thread.memory,
        };
        let begin = Begin {
            values: &start,
            unset: &unset,
            linear: &self.linear,
            errors: options.errors,
        };
        let outcome = minimise(&task, &mut curve, begin, &mut thread.work);
        let begun = match outcome {
            Ok(_) => Vec::new(),
            Err(_) => self.slopes_at(&start, thread).value,
        };
        let mut outcome = outcome.map_err(|x| {
            let start = self.unknowns.iter().zip(&start);
            let start = start.filter(|(unknown, _)| !unknown.hidden);
            let start = start.map(|(unknown, v)| format!("{} = {v}", unknown.name));
            let start = start.collect::<Vec<_>>().join(", ");
            let model = self.name.clone();
            match self.not_positive(x, &begun) {
                Some(value) => Error::NotPositive {
                    model,
                    value,
                    x,
                    start,
                },
                None => Error::StartNotFinite { model, x, start },
            }
        })?;
        outcome.cost += self.constant;
        outcome.coarse = unresolved(self, &outcome.values, &outcome.curve, &mut thread.memory);
        Ok(outcome)
    }

    /// The density at `x`, if that is a number, but none that a density can be.
    fn not_positive(&self, x: f64, curve: &[f64]) -> Option<f64> {
        let mut sections = self.data.ranges();
        let densities = sections.find(|(section, _)| section.measure == Measure::Density)?;
        let mut places = densities.1.filter(|at| self.data.x[*at] == x);
        let value = places.find_map(|at| curve.get(at).copied())?;
        (value <= 0.0).then_some(value)
    }

    /// The facts about an outcome.
    pub(crate) fn facts(&self, options: &Options, outcome: Outcome) -> Fit {
        let n = outcome.values.len();
        let shown: Vec<usize> = (0..n).filter(|k| !self.unknowns[*k].hidden).collect();
        let covariance = |k: &usize, l: &usize| outcome.covariance[k * n + l];
        let rows = shown.iter();
        let matrix = rows.flat_map(|k| shown.iter().map(move |l| covariance(k, l)));
        let error = |k: &usize| covariance(k, k).max(0.0).sqrt();
        let why = self.why(options, &outcome);
        let distance = outcome.edm.is_finite() && outcome.flat.is_none();
        let name = |k: &usize| self.unknowns[*k].name.clone();
        Fit {
            names: shown.iter().map(name).collect(),
            errors: shown.iter().map(error).collect(),
            covariance: matrix.collect(),
            values: shown.iter().map(|k| outcome.values[*k]).collect(),
            chi2: outcome.cost,
            ndf: self.ndf(),
            entries: self.extent.entries,
            low: self.extent.low,
            high: self.extent.high,
            refits: 0,
            ranges: Vec::new(),
            // a distance that nobody knows is the whole cost
            edm: if distance {
                outcome.edm
            } else {
                outcome.cost.abs().max(1.0)
            },
            minimum: distance && outcome.edm <= 1e-2 && outcome.negative.is_none(),
            edm_reached: distance && outcome.edm <= outcome.tolerance,
            at_limit: !outcome.at_limit.is_empty(),
            call_limit: outcome.exhausted,
            accurate: outcome.flat.is_none()
                && outcome.coarse.is_none()
                && outcome.away.is_none()
                && !outcome.doubtful(),
            why,
            minos: Vec::new(),
        }
    }

    /// What keeps the fit from being valid, in words; empty if nothing does.
    fn why(&self, options: &Options, outcome: &Outcome) -> String {
        let mut reasons: Vec<String> = Vec::new();
        if outcome.exhausted {
            reasons.push(format!(
                "the limit of {} evaluations was reached",
                options.max_calls
            ));
        }
        if let Some(k) = outcome.flat.filter(|k| self.unknowns[*k].hidden) {
            reasons.push(format!(
                "the data do not determine {}: parameters that only scale a normalised density \
                 must be held, as must those without influence",
                self.unknowns[k].name
            ));
        } else if let Some(k) = outcome.flat {
            reasons.push(format!(
                "the data do not determine {}: the Hessian is not positive definite there",
                self.unknowns[k].name
            ));
        } else if !(outcome.edm <= outcome.tolerance) {
            reasons.push(format!("the minimum is still {:.1e} away", outcome.edm));
        }
        if let Some(k) = outcome.away {
            let (name, value) = (&self.unknowns[k].name, outcome.values[k]);
            reasons.push(format!(
                "{name} ran away to {value:.1e}: the data ask for a value without bound"
            ));
        }
        if outcome.doubtful() {
            let reason = "the residuals shape this minimum more than the model does: a lower one is \
                          likely elsewhere";
            reasons.push(reason.into());
        }
        if let Some(x) = outcome.negative {
            reasons.push(format!(
                "the model is negative at x = {x}, where counts cannot be"
            ));
        }
        if let Some(x) = outcome.coarse {
            reasons.push(format!(
                "the model changes too much within the bin at x = {x}"
            ));
        }
        for k in &outcome.at_limit {
            let (name, value) = (&self.unknowns[*k].name, outcome.values[*k]);
            reasons.push(format!("{name} stands at its limit {value}"));
        }
        reasons.join("; ")
    }
}

/// The formulas of a fit with the memory to evaluate them.
pub(crate) struct Evaluation<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) memory: &'a mut Memory,
}

impl Curve for Evaluation<'_> {
    fn evaluate(&mut self, parameters: &[f64], second: bool, out: &mut Slopes) {
        let data = &self.problem.data;
        let places = data.y.len();
        let pairs = |n: usize| if second { n * (n + 1) / 2 } else { 0 };
        let seconds = data
            .ranges()
            .map(|(section, range)| pairs(section.parameters.len()) * range.len());
        out.value.resize(places, 0.0);
        out.first.resize(parameters.len() * places, 0.0);
        out.second.resize(seconds.sum(), 0.0);
        if self.problem.parts.len() > 1 {
            out.first.fill(0.0);
        }
        let mut at = 0;
        let mut own = Vec::new();
        for (part, (section, range)) in self.problem.parts.iter().zip(data.ranges()) {
            own.clear();
            own.extend(section.parameters.iter().map(|k| parameters[*k]));
            let rows = Rows {
                columns: &part.columns,
                weights: &part.weights,
                places: range.len(),
            };
            let region = Region {
                begin: range.start,
                second: at,
                parameters: &section.parameters,
            };
            part.objective
                .evaluate(rows, &own, second, self.memory, region, out);
            at += pairs(own.len()) * range.len();
        }
    }
}

//! One fit: start values, the range and its iteration, the facts about the result.

use crate::hist::Histogram;

use super::compiled::{Memory, Places};
use super::cost::Measure;
use super::minimise::{Begin, Outcome, Workspace, minimise};
use super::resolution::unresolved;
use super::select::{Selected, joined, measure, select};
use super::state::{Data, Task};
use super::{Compiled, Error, Fit, Model, Options, Start};

/// Memory of one thread, used again from fit to fit.
#[derive(Default)]
pub(crate) struct Thread {
    work: Workspace,
    memory: Memory,
}

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

/// Fits a model to points with symmetric errors.
///
/// # Errors
/// As [`fit_histogram`]; columns of different length, errors that are not positive.
pub fn fit_points(
    x: &[f64],
    y: &[f64],
    errors: &[f64],
    model: &Model,
    options: &Options,
) -> Result<Fit, Error> {
    let compiled = Compiled::new(model)?;
    let selected = points(x, y, errors)?;
    let start = starts(&compiled, None)?;
    one(
        &compiled,
        &selected,
        Measure::Chi2,
        options,
        &start,
        &mut Thread::default(),
    )
}

impl Compiled {
    /// As [`fit_histogram`].
    ///
    /// # Errors
    /// As [`fit_histogram`].
    pub fn fit(&self, histogram: &Histogram, options: &Options) -> Result<Fit, Error> {
        self.fit_with(histogram, options, &mut Thread::default())
    }

    pub(crate) fn fit_with(
        &self,
        histogram: &Histogram,
        options: &Options,
        thread: &mut Thread,
    ) -> Result<Fit, Error> {
        let model = self.model();
        let prepared = self.prepare(histogram, options)?;
        let start = starts(self, Some(&prepared))?;
        let range = match &model.range {
            Some(rule) => Some(rule.0.ask(&prepared).map_err(|f| self.rule("range", f))?),
            None => None,
        };
        let measure = measure(&prepared, options)?;
        let selected = select(&prepared, options, range)?;
        let fit = one(self, &selected, measure, options, &start, thread)?;
        let Some(refit) = &model.refit else {
            return Ok(fit);
        };
        let mut bins = selected.bins;
        let mut question = (prepared, fit);
        for refits in 1..=refit.times {
            if !question.1.valid() {
                break;
            }
            let answer = refit
                .rule
                .0
                .ask(&question)
                .map_err(|f| self.rule("refit", f))?;
            let Some(range) = answer else { break };
            let selected = select(&question.0, options, Some(range))?;
            if selected.bins == bins {
                // the same bins give the same fit
                break;
            }
            bins = selected.bins;
            let start = question.1.values.clone();
            question.1 = one(self, &selected, measure, options, &start, thread)?;
            question.1.refits = refits;
        }
        Ok(question.1)
    }

    /// The histogram that is fitted: prepared by the model's rule, sparse bins joined.
    fn prepare(&self, histogram: &Histogram, options: &Options) -> Result<Histogram, Error> {
        let mut prepared = match &self.model().prepare {
            Some(rule) => rule.0.ask(histogram).map_err(|f| self.rule("prepare", f))?,
            None => histogram.clone(),
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
            prepared = prepared.rebin(step).map_err(|e| Error::Rebin {
                message: e.to_string(),
            })?;
        }
        Ok(prepared)
    }

    fn rule(&self, what: &str, failure: crate::expr::Failure) -> Error {
        Error::Rule {
            model: self.model().name.clone(),
            what: what.to_owned(),
            failure,
        }
    }
}

/// The start values for a histogram (points have none to ask).
fn starts(compiled: &Compiled, histogram: Option<&Histogram>) -> Result<Vec<f64>, Error> {
    let model = compiled.model();
    let start = |parameter: &super::Parameter| {
        let value = match (&parameter.start, histogram) {
            (Start::Unset, _) => 0.0,
            (Start::Value(value), _) => *value,
            (Start::Histogram(rule), Some(histogram)) => rule
                .0
                .ask(histogram)
                .map_err(|f| compiled.rule(&format!("start of {}", parameter.name), f))?,
            (Start::Histogram(_), None) => f64::NAN,
        };
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::BadStart {
                model: model.name.clone(),
                parameter: parameter.name.clone(),
                value,
            })
        }
    };
    model.parameters.iter().map(start).collect()
}

fn points(x: &[f64], y: &[f64], errors: &[f64]) -> Result<Selected, Error> {
    if x.len() != y.len() || x.len() != errors.len() {
        return Err(Error::Lengths {
            x: x.len(),
            y: y.len(),
            errors: errors.len(),
        });
    }
    for ((x, y), error) in x.iter().zip(y).zip(errors) {
        let values = [("the place", *x), ("the value", *y), ("the error", *error)];
        let wrong = values.iter().find(|(_, value)| !value.is_finite());
        let wrong = wrong.or(values.last().filter(|(_, error)| *error <= 0.0));
        if let Some((what, value)) = wrong {
            return Err(Error::NotFinite {
                what,
                x: *x,
                value: *value,
            });
        }
    }
    let ends = |f: fn(f64, f64) -> f64| x.iter().copied().reduce(f).unwrap_or(0.0);
    #[expect(clippy::cast_precision_loss, reason = "points are few")]
    Ok(Selected {
        data: Data {
            x: x.to_vec(),
            y: y.to_vec(),
            weight: errors.iter().map(|error| 1.0 / error).collect(),
        },
        x: x.to_vec(),
        weights: vec![1.0],
        widths: Vec::new(),
        bins: (0, x.len()),
        low: ends(f64::min),
        high: ends(f64::max),
        entries: x.len() as f64,
    })
}

/// One fit of selected bins from given start values.
fn one(
    compiled: &Compiled,
    selected: &Selected,
    measure: Measure,
    options: &Options,
    start: &[f64],
    thread: &mut Thread,
) -> Result<Fit, Error> {
    let model = compiled.model();
    let fixed: Vec<bool> = model.parameters.iter().map(|p| p.fixed).collect();
    let unset: Vec<bool> = model
        .parameters
        .iter()
        .map(|p| matches!(p.start, Start::Unset))
        .collect();
    let free = fixed.iter().filter(|fixed| !**fixed).count();
    let bins = selected.data.y.len();
    if bins < free {
        return Err(Error::TooFewBins {
            bins,
            parameters: free,
        });
    }
    let task = Task {
        data: &selected.data,
        measure,
        limits: compiled.limits(),
        fixed: &fixed,
        max_calls: options.max_calls,
    };
    let mut curve = Places {
        compiled,
        x: &selected.x,
        weights: &selected.weights,
        memory: &mut thread.memory,
    };
    let begin = Begin {
        values: start,
        unset: &unset,
        linear: compiled.linear(),
        errors: options.errors,
    };
    let outcome = minimise(&task, &mut curve, begin, &mut thread.work);
    let mut outcome = outcome.map_err(|x| {
        let names = compiled.names().iter().zip(start);
        let start: Vec<String> = names.map(|(name, v)| format!("{name} = {v}")).collect();
        Error::StartNotFinite {
            model: model.name.clone(),
            x,
            start: start.join(", "),
        }
    })?;
    let memory = &mut thread.memory;
    outcome.coarse = unresolved(compiled, selected, &outcome.values, &outcome.curve, memory);
    Ok(facts(compiled, selected, options, outcome, bins, free))
}

fn facts(
    compiled: &Compiled,
    selected: &Selected,
    options: &Options,
    outcome: Outcome,
    bins: usize,
    free: usize,
) -> Fit {
    let n = outcome.values.len();
    let errors: Vec<f64> = (0..n)
        .map(|k| outcome.covariance[k * n + k].max(0.0).sqrt())
        .collect();
    let why = why(compiled, options, &outcome);
    let distance = outcome.edm.is_finite() && outcome.flat.is_none();
    Fit {
        names: compiled.names().to_vec(),
        errors,
        covariance: outcome.covariance,
        chi2: outcome.cost,
        ndf: i64::try_from(bins).unwrap_or(i64::MAX) - i64::try_from(free).unwrap_or(0),
        entries: selected.entries,
        low: selected.low,
        high: selected.high,
        refits: 0,
        // a distance that nobody knows is the whole cost
        edm: if distance {
            outcome.edm
        } else {
            outcome.cost.max(1.0)
        },
        minimum: distance && outcome.edm <= 1e-2 && outcome.negative.is_none(),
        edm_reached: distance && outcome.edm <= outcome.tolerance,
        at_limit: !outcome.at_limit.is_empty(),
        call_limit: outcome.exhausted,
        accurate: outcome.flat.is_none() && outcome.coarse.is_none(),
        values: outcome.values,
        why,
    }
}

/// What keeps the fit from being valid, in words; empty if nothing does.
fn why(compiled: &Compiled, options: &Options, outcome: &Outcome) -> String {
    let mut reasons: Vec<String> = Vec::new();
    if outcome.exhausted {
        reasons.push(format!(
            "the limit of {} evaluations was reached",
            options.max_calls
        ));
    }
    if let Some(k) = outcome.flat {
        reasons.push(format!(
            "the data do not determine {}: the Hessian is not positive definite there",
            compiled.names()[k]
        ));
    } else if !(outcome.edm <= outcome.tolerance) {
        reasons.push(format!("the minimum is still {:.1e} away", outcome.edm));
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
        let (name, value) = (&compiled.names()[*k], outcome.values[*k]);
        reasons.push(format!("{name} stands at its limit {value}"));
    }
    reasons.join("; ")
}

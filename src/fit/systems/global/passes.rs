//! The fit as a whole: records are looked at, eliminated and solved for until nothing changes.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::constraints::Conditions;
use super::eliminate::{Eliminated, Rules, Seen, Status, look_at};
use super::options::GlobalFit;
use super::records::Records;
use super::result::{GlobalParameter, GlobalResult, Rejected, State};
use super::solve::{Solved, solve};
use super::sums::Sums;
use crate::fit::systems::SystemError;

/// Changes below this, in units of errors if all others were known, are none.
const SETTLED: f64 = 1e-4;

/// Free parameters that a solution can hold: the system is dense, and takes 8 bytes for each pair of them.
const MOST_PARAMETERS: usize = 25_000;

/// All parameters that are named anywhere.
struct Parameters<'a> {
    options: &'a GlobalFit,
    records: &'a Records,
    /// Rising.
    labels: Vec<i64>,
    states: Vec<State>,
    values: Vec<f64>,
}

/// All records at given global parameters.
struct View {
    seen: Vec<Seen>,
    /// Measurements of used records that depend on each parameter.
    entries: Vec<usize>,
}

impl GlobalFit {
    /// Fits the global parameters of all records.
    ///
    /// The result has the same bytes for any number of threads.
    ///
    /// # Errors
    /// Options that make no sense; no record that can be used; a constraint that chooses nothing,
    /// contradicts or repeats others; a combination of parameters that nothing determines, with
    /// the parameters that move most in it (but for diagonalization, which leaves it out).
    pub fn solve(&self, records: &Records) -> Result<GlobalResult, SystemError> {
        self.check()?;
        let mut parameters = Parameters::new(self, records);
        let mut view = parameters.look(0, None);
        let mut iterations = 0;
        loop {
            parameters.check_used(&view)?;
            parameters.hold_few(&view);
            let solved = parameters.solved(&view)?;
            iterations += 1;
            let change = parameters.take(&solved);
            let next = parameters.look(iterations, Some(&view));
            let same = |(a, b): (&Seen, &Seen)| a.status == b.status;
            let least = self.chi2_cut.len().max(usize::from(self.huber.is_some()));
            let settled = iterations > least
                && change < SETTLED
                && view.seen.iter().zip(&next.seen).all(same);
            if settled || !self.repeats() || iterations == self.max_iterations {
                let converged = settled || !self.repeats();
                // what was rejected by this solution was still part of it
                parameters.check_used(&next)?;
                return Ok(parameters.result(&next, solved, iterations, converged));
            }
            view = next;
        }
    }
}

impl<'a> Parameters<'a> {
    fn new(options: &'a GlobalFit, records: &'a Records) -> Self {
        let mut labels: BTreeSet<i64> = records.labels().into_iter().collect();
        labels.extend(&options.fixed);
        labels.extend(options.presigmas.iter().map(|(label, _)| label));
        let terms = options.constraints.iter().flat_map(|c| &c.terms);
        labels.extend(terms.map(|(label, _)| label));
        let fixed: BTreeSet<i64> = options.fixed.iter().copied().collect();
        let state = |label: &i64| match fixed.contains(label) {
            true => State::Fixed,
            false => State::Free,
        };
        Self {
            options,
            records,
            states: labels.iter().map(state).collect(),
            values: vec![0.0; labels.len()],
            labels: labels.into_iter().collect(),
        }
    }

    fn find(&self, label: i64) -> Option<usize> {
        self.labels.binary_search(&label).ok()
    }

    /// Fits all local parameters. Before the first solution nothing is judged; in the second half
    /// of all iterations no record comes back.
    fn look(&self, iteration: usize, before: Option<&View>) -> View {
        let options = self.options;
        let known = iteration.checked_sub(1);
        let cut = |at: usize| options.chi2_cut.get(at).or(options.chi2_cut.last());
        let rules = Rules {
            scale: options.scale_errors,
            huber: options.huber.filter(|_| known.is_some()),
            chi2_cut: known.and_then(cut).copied(),
        };
        let value = |label: i64| self.find(label).map_or(0.0, |at| self.values[at]);
        let stay_out = 2 * iteration > options.max_iterations;
        let look = |number: usize| {
            let mut seen = look_at(&self.records.record(number), &rules, value);
            let was = before.map(|view| view.seen[number].status);
            if stay_out && was == Some(Status::Chi2) {
                seen.status = Status::Chi2;
            }
            seen
        };
        let seen: Vec<Seen> = (0..self.records.len()).into_par_iter().map(look).collect();
        let mut entries = vec![0; self.labels.len()];
        for (number, one) in seen.iter().enumerate() {
            if one.status != Status::Used {
                continue;
            }
            let record = self.records.record(number);
            for at in 0..record.size {
                let mut touched: Vec<usize> = Vec::new();
                for (label, _) in record.globals(at).iter().filter(|(_, slope)| *slope != 0.0) {
                    touched.extend(self.find(*label).filter(|place| !touched.contains(place)));
                }
                touched.into_iter().for_each(|place| entries[place] += 1);
            }
        }
        View { seen, entries }
    }

    fn check_used(&self, view: &View) -> Result<(), SystemError> {
        if view.seen.iter().any(|seen| seen.status == Status::Used) {
            return Ok(());
        }
        if self.records.is_empty() {
            return Err(SystemError::wrong(
                "a global fit needs records, there are none",
            ));
        }
        let Rejected {
            singular,
            no_freedom,
            chi2,
        } = rejected(view);
        Err(SystemError::wrong(format!(
            "none of {} records can be used: the measurements of {singular} do not determine their \
             local parameters, {no_freedom} have no more measurements than local parameters, \
             {chi2} are above chi2_cut",
            self.records.len()
        )))
    }

    /// Holds parameters with few measurements, for good.
    fn hold_few(&mut self, view: &View) {
        let least = self.options.min_entries.max(1);
        for (at, entries) in view.entries.iter().enumerate() {
            if self.states[at] == State::Free && *entries < least {
                self.states[at] = State::FewEntries;
                self.values[at] = 0.0;
            }
        }
    }

    /// Positions of the parameters that are fitted.
    fn free(&self) -> Vec<usize> {
        let all = 0..self.labels.len();
        all.filter(|&at| self.states[at] == State::Free).collect()
    }

    fn solved(&self, view: &View) -> Result<Solved, SystemError> {
        let free = self.free();
        if free.len() > MOST_PARAMETERS {
            return Err(SystemError::wrong(format!(
                "{} free parameters are more than a global fit can solve for, {MOST_PARAMETERS}: hold some of them, \
                 or ask for more entries",
                free.len()
            )));
        }
        let mut places = vec![None; self.labels.len()];
        for (place, at) in free.iter().enumerate() {
            places[*at] = Some(place);
        }
        let place = |label: i64| self.find(label).and_then(|at| places[at]);
        let options = self.options;
        let conditions = Conditions::new(&options.constraints, free.len(), place)?;
        let mut sums = Sums::new(free.len(), self.records.len(), |number| {
            let seen = &view.seen[number];
            if seen.status != Status::Used {
                return None;
            }
            let record = self.records.record(number);
            Eliminated::new(&record, options.scale_errors, &seen.weights, place)
        });
        for (label, sigma) in &options.presigmas {
            if let Some(at) = place(*label) {
                sums.add(at, 1.0 / (sigma * sigma));
            }
        }
        sums.mirror();
        let labels: Vec<i64> = free.iter().map(|at| self.labels[*at]).collect();
        solve(sums, &conditions, &labels, options)
    }

    /// Takes over a solution; the largest change.
    fn take(&mut self, solved: &Solved) -> f64 {
        let mut change = 0.0_f64;
        for (place, at) in self.free().into_iter().enumerate() {
            let step = (solved.values[place] - self.values[at]) / solved.units[place];
            change = change.max(step.abs());
            self.values[at] = solved.values[place];
        }
        change
    }

    fn result(
        &self,
        view: &View,
        solved: Solved,
        iterations: usize,
        converged: bool,
    ) -> GlobalResult {
        let used = || view.seen.iter().filter(|seen| seen.status == Status::Used);
        let mut chi2: f64 = used().map(|seen| seen.chi2).sum();
        let mut ndf = whole(used().map(|seen| seen.freedom).sum());
        for (label, sigma) in &self.options.presigmas {
            if let Some(at) = self
                .find(*label)
                .filter(|&at| self.states[at] == State::Free)
            {
                let distance = self.values[at] / sigma;
                chi2 += distance * distance;
                ndf += 1;
            }
        }
        let free = self.free();
        let fitted = free.len() - self.options.constraints.len() - solved.weak.len();
        ndf -= whole(fitted);
        let held = |at: usize| GlobalParameter {
            label: self.labels[at],
            value: 0.0,
            error: 0.0,
            entries: view.entries[at],
            correlation: 0.0,
            state: self.states[at],
        };
        let mut parameters: Vec<GlobalParameter> = (0..self.labels.len()).map(held).collect();
        for (place, at) in free.into_iter().enumerate() {
            parameters[at].value = solved.values[place];
            parameters[at].error = solved.errors[place];
            parameters[at].correlation = solved.correlations[place];
        }
        let weights = used().flat_map(|seen| &seen.weights);
        GlobalResult {
            parameters,
            chi2,
            ndf,
            records: used().count(),
            rejected: rejected(view),
            down_weighted: weights.filter(|weight| **weight < 1.0).count(),
            condition: solved.condition,
            weak_modes: solved.weak,
            iterations,
            converged,
        }
    }
}

fn rejected(view: &View) -> Rejected {
    let count = |status: Status| {
        view.seen
            .iter()
            .filter(|seen| seen.status == status)
            .count()
    };
    Rejected {
        singular: count(Status::Singular),
        no_freedom: count(Status::NoFreedom),
        chi2: count(Status::Chi2),
    }
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

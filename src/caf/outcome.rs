//! What came out: everything a report needs, as plain data.
//!
//! There are no times in it: equal input gives an equal outcome.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::calibrate::{AlgResult, Algorithm, Execution, FitSummary, StrategyOutcome};
use crate::expr::Place;
use crate::iov::{ExpRun, IoV};
use crate::plan::{Calibration, Problem};

use super::Error;

/// What came out of a plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Name in the settings of the script.
    pub name: String,
    /// The interval that was asked for.
    pub requested_iov: Option<IoV>,
    /// Fingerprint of the plan.
    pub fingerprint: String,
    /// One entry per calibration, in the order in which they ran.
    pub calibrations: Vec<CalibrationOutcome>,
    /// What should be known about the calibrations together, one sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// How a calibration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Constants were found.
    Completed,
    /// Something went wrong.
    Failed,
    /// Too little data, and nothing else is wrong.
    NotEnoughData,
    /// A calibration it waits for did not complete.
    Blocked,
}

/// What came out of one calibration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationOutcome {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub state: State,
    /// Why it did not complete; empty when it did.
    pub message: String,
    /// What should be known although it completed, one sentence each.
    pub warnings: Vec<String>,
    /// Passes that were made.
    pub iterations: u32,
    /// Whether its payloads are part of the result.
    pub save_payloads: bool,
    /// The samples it read, of the last pass.
    pub collections: Vec<CollectionOutcome>,
    /// The algorithms, of the last pass.
    pub algorithms: Vec<AlgorithmOutcome>,
    /// Payloads of the last pass, in the order in which they were written.
    pub payloads: Vec<PayloadOutcome>,
    /// What went wrong at which place of the script; not part of the written outcome.
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

/// What was read for one collection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectionOutcome {
    /// Name of the collection.
    pub name: String,
    /// Name of the collector.
    pub collector: String,
    /// Files read.
    pub files: u64,
    /// Events that were collected.
    pub events: u64,
    /// Rows per object of `each`; equals `events` without one.
    pub rows: u64,
    /// What a row is: `events`, or the name of an array.
    pub row_name: String,
    /// The cuts in their order.
    pub cuts: Vec<Cut>,
    /// What should be known about the data, one sentence each.
    pub warnings: Vec<String>,
}

/// How many rows came to a cut, and how many passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cut {
    /// Its name.
    pub name: String,
    /// Rows before it.
    pub before: u64,
    /// Rows after it.
    pub after: u64,
    /// Rows from the beginning of each file that were shown to this cut by itself, whatever the
    /// other cuts say; 0 where that cannot be done.
    #[serde(default)]
    pub alone_before: u64,
    /// Those of them that passed.
    #[serde(default)]
    pub alone_after: u64,
}

/// What one algorithm did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlgorithmOutcome {
    /// Its name.
    pub name: String,
    /// Its strategy.
    pub strategy: String,
    /// Its executions in their order.
    pub executions: Vec<ExecutionOutcome>,
    /// Runs inside of experiments that no payload covers.
    pub gaps: Vec<IoV>,
}

/// One execution of an algorithm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecutionOutcome {
    /// First and last run of the data.
    pub data: Option<(ExpRun, ExpRun)>,
    /// Number of runs with data.
    pub runs: u64,
    /// Interval of its payloads.
    pub iov: Option<IoV>,
    /// Whether its payloads took effect.
    pub committed: bool,
    /// How it ended.
    pub result: AlgResult,
    /// Why, if not well; why again, if another iteration is wanted.
    pub message: String,
    /// Where the script says what went wrong; not part of the written outcome.
    #[serde(skip)]
    pub place: Option<Place>,
    /// What should be known about the constants, one sentence each.
    pub warnings: Vec<String>,
    /// What a scripted algorithm said, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The fits in short.
    pub fits: Option<FitSummary>,
}

/// One payload that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadOutcome {
    /// Its name.
    pub name: String,
    /// Class of the object.
    pub class: String,
    /// Interval of validity.
    pub iov: IoV,
    /// Revision in the file name.
    pub revision: String,
    /// MD5 of the payload file.
    pub checksum: String,
    /// The payload file, relative to the output folder.
    pub file: PathBuf,
}

impl From<&Execution> for ExecutionOutcome {
    fn from(execution: &Execution) -> Self {
        let ends = (execution.runs.first(), execution.runs.last());
        Self {
            data: match ends {
                (Some(first), Some(last)) => Some((*first, *last)),
                _ => None,
            },
            runs: execution.runs.len() as u64,
            iov: execution.iov,
            committed: false,
            result: execution.result,
            message: execution.message.clone(),
            place: execution.place,
            warnings: execution.warnings.clone(),
            notes: execution.notes.clone(),
            fits: execution.summary.clone(),
        }
    }
}

impl AlgorithmOutcome {
    /// What an algorithm did with its strategy.
    pub(super) fn new(algorithm: &Algorithm, done: &StrategyOutcome) -> Self {
        let mut executions: Vec<_> = done.executions.iter().map(ExecutionOutcome::from).collect();
        for commit in &done.commits {
            if let Some(execution) = executions.get_mut(commit.execution) {
                execution.committed = true;
            }
        }
        Self {
            name: algorithm.name.clone(),
            strategy: algorithm.strategy.name().to_owned(),
            executions,
            gaps: done.gaps.clone(),
        }
    }
}

impl CalibrationOutcome {
    /// Whether its payloads are part of the result.
    pub(super) fn is_saved(&self) -> bool {
        self.save_payloads && self.state == State::Completed
    }

    /// The outcome of a calibration that has not begun.
    pub(super) fn new(calibration: &Calibration) -> Self {
        Self {
            name: calibration.name.clone(),
            state: State::Completed,
            message: String::new(),
            warnings: Vec::new(),
            iterations: 0,
            save_payloads: calibration.save_payloads,
            collections: Vec::new(),
            algorithms: Vec::new(),
            payloads: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// The outcome of a calibration that could not be brought to an end.
    pub(super) fn failed(calibration: &Calibration, error: &Error) -> Self {
        let problems = match error {
            Error::Plan(error) => error.problems().to_vec(),
            Error::Program { problem } => vec![problem.as_ref().clone()],
            _ => Vec::new(),
        };
        let messages = problems.iter().map(ToString::to_string);
        let message = messages.reduce(|all, one| format!("{all}; {one}"));
        Self {
            state: State::Failed,
            message: message.unwrap_or_else(|| error.to_string()),
            problems,
            ..Self::new(calibration)
        }
    }

    /// Takes note of where the script went wrong, if an execution failed there.
    pub(super) fn note_places(&mut self) {
        let executions = self.algorithms.iter().flat_map(|one| &one.executions);
        let failed = executions.filter(|one| one.result == AlgResult::Failure);
        self.problems = failed
            .filter_map(|one| Some((one.place?, &one.message)))
            .map(|(place, message)| Problem::new("calibrate::failed", place, message))
            .collect();
    }
}

impl Outcome {
    /// Calibrations that ended in `state`.
    #[must_use]
    pub fn count(&self, state: State) -> usize {
        self.calibrations
            .iter()
            .filter(|calibration| calibration.state == state)
            .count()
    }

    /// Whether every calibration completed.
    #[must_use]
    pub fn completed(&self) -> bool {
        self.count(State::Completed) == self.calibrations.len()
    }

    /// Whether too little data is all that is wrong: calibrations that wait for one without
    /// enough data do not count as something else.
    #[must_use]
    pub fn only_lacks_data(&self) -> bool {
        self.count(State::NotEnoughData) > 0 && self.count(State::Failed) == 0
    }

    /// Payloads that two calibrations saved for the same runs: only the later one counts there.
    pub(super) fn overlaps(&self) -> Vec<String> {
        let mut by_name: IndexMap<&str, Vec<(&IoV, &str)>> = IndexMap::new();
        for one in self.calibrations.iter().filter(|one| one.is_saved()) {
            for payload in &one.payloads {
                let of_name = by_name.entry(&payload.name).or_default();
                of_name.push((&payload.iov, &one.name));
            }
        }
        let overlap = |(name, all): (&str, Vec<(&IoV, &str)>)| {
            let pairs = all.iter().enumerate().flat_map(|(n, later)| {
                let earlier = all[..n].iter();
                earlier.map(move |earlier| (earlier, later))
            });
            let mut others = pairs.filter(|(a, b)| a.1 != b.1);
            let ((iov, first), (other, second)) = others.find(|(a, b)| a.0.overlaps(b.0))?;
            Some(format!(
                "{name} is saved by {first} ({iov}) and by {second} ({other}): where they overlap, that of {second} counts; give one of them save_payloads: false if that is not meant"
            ))
        };
        by_name.into_iter().filter_map(overlap).collect()
    }

    /// Payloads that are part of the result.
    pub fn payloads(&self) -> impl Iterator<Item = &PayloadOutcome> {
        self.calibrations
            .iter()
            .filter(|calibration| calibration.is_saved())
            .flat_map(|calibration| &calibration.payloads)
    }
}

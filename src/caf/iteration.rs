//! One iteration of a calibration: its algorithms, one after another.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::calibrate::{AlgResult, Algorithm, Objects, Saved, StrategyOutcome, Task, run_strategy};
use crate::conditions::{Chain, Payload, Store};
use crate::expr::Table;
use crate::iov::IoV;
use crate::plan::Calibration;

use super::folder::write_json;
use super::provenance::facts;
use super::run::Setting;
use super::{AlgorithmOutcome, Error, Event, ExecutionOutcome, Observer, State};

/// What one iteration found.
pub(super) struct Found {
    pub(super) algorithms: Vec<AlgorithmOutcome>,
    /// Payloads in the order of the algorithms, with interval and provenance.
    pub(super) payloads: Vec<(Payload, IoV, Value)>,
    /// How the first algorithm that did not end well ended, and why.
    pub(super) ended_badly: Option<(State, String)>,
    /// Whether any algorithm asks for another iteration.
    pub(super) iterate: bool,
}

/// What an algorithm leaves in its folder.
#[derive(Serialize)]
struct Written<'a> {
    execution: &'a ExecutionOutcome,
    fits: &'a Option<Table>,
}

/// Runs the algorithms over the objects; the first that does not end well is the last.
pub(super) fn iterate(
    setting: &Setting<'_>,
    calibration: &Calibration,
    number: u32,
    objects: &Arc<dyn Objects>,
    constants: &Chain,
    folder: &Path,
    observer: &mut dyn Observer,
) -> Result<Found, Error> {
    let folder = folder.join("algorithm_output");
    let mut found = Found {
        algorithms: Vec::new(),
        payloads: Vec::new(),
        ended_badly: None,
        iterate: false,
    };
    for algorithm in &calibration.algorithms {
        observer.event(&started(calibration, algorithm, number));
        let task = Task {
            algorithm: algorithm.clone(),
            objects: Arc::clone(objects),
            requested: setting.plan.requested_iov,
            ignored: Vec::new(),
            iteration: number,
            constants: constants.clone(),
            earlier: None,
        };
        let done = run_strategy(&task);
        let outcome = AlgorithmOutcome {
            name: algorithm.name.clone(),
            strategy: algorithm.strategy.name().to_owned(),
            executions: done.executions.iter().map(ExecutionOutcome::from).collect(),
        };
        let file = folder.join(format!("{}.json", algorithm.name));
        let both = outcome.executions.iter().zip(&done.executions);
        let written: Vec<Written<'_>> = both
            .map(|(execution, done)| Written {
                execution,
                fits: &done.fits,
            })
            .collect();
        write_json(&file, &written)?;
        observer.event(&Event::AlgorithmDone {
            calibration: calibration.name.clone(),
            algorithm: outcome.clone(),
        });
        found.algorithms.push(outcome);
        found.ended_badly = ended_badly(algorithm, &done);
        if found.ended_badly.is_some() {
            break;
        }
        found.iterate |= done.result == AlgResult::Iterate;
        commit(
            setting,
            calibration,
            number,
            algorithm,
            done,
            &folder,
            &mut found,
        )?;
    }
    Ok(found)
}

/// Stores the payloads of an execution that ended well in the folder of the iteration.
fn commit(
    setting: &Setting<'_>,
    calibration: &Calibration,
    number: u32,
    algorithm: &Algorithm,
    done: StrategyOutcome,
    folder: &Path,
    found: &mut Found,
) -> Result<(), Error> {
    let store = Store::new(folder.join("outputdb"));
    let mut commit = store.commit();
    for one in done.commits {
        let facts = facts(
            setting.plan,
            calibration,
            setting.options,
            number,
            &algorithm.name,
            &done.executions[one.execution],
        );
        for Saved { payload, iov } in one.payloads {
            commit.add(payload.clone(), iov, facts.clone())?;
            found.payloads.push((payload, iov, facts.clone()));
        }
    }
    commit.finish()?;
    Ok(())
}

fn started(calibration: &Calibration, algorithm: &Algorithm, number: u32) -> Event {
    Event::AlgorithmStarted {
        calibration: calibration.name.clone(),
        algorithm: algorithm.name.clone(),
        strategy: algorithm.strategy.name().to_owned(),
        iteration: number,
        max_iterations: calibration.max_iterations,
    }
}

fn ended_badly(algorithm: &Algorithm, done: &StrategyOutcome) -> Option<(State, String)> {
    let state = match done.result {
        AlgResult::Ok | AlgResult::Iterate => return None,
        AlgResult::NotEnoughData => State::NotEnoughData,
        AlgResult::Failure => State::Failed,
    };
    Some((state, format!("{}: {}", algorithm.name, done.message)))
}

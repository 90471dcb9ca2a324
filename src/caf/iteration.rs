//! One iteration of a calibration: its algorithms, one after another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::calibrate::{
    AlgResult, Algorithm, Objects, Saved, Strategy, StrategyOutcome, Task, run_strategy,
};
use crate::conditions::{Chain, InForce, Payload, Store};
use crate::iov::IoV;
use crate::plan::Calibration;

use super::memory::algorithm_key;
use super::provenance::facts;
use super::run::Setting;
use super::{AlgorithmOutcome, Error, Event, Observer, PastExecution, State};

/// What the algorithms of an iteration are given.
pub(super) struct Pass<'a> {
    pub(super) setting: &'a Setting<'a>,
    pub(super) calibration: &'a Calibration,
    pub(super) iteration: u32,
    pub(super) objects: Arc<dyn Objects>,
    /// Constants in force before the first algorithm.
    pub(super) constants: Chain,
    /// Constants that the collectors looked at.
    pub(super) looked_up: Vec<InForce>,
    /// The fingerprint of the objects, if there is one.
    pub(super) data: Option<String>,
    /// What the iteration before stored.
    pub(super) earlier: Option<Store>,
    /// Where they write.
    pub(super) folder: PathBuf,
}

/// What one iteration found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) algorithms: Vec<AlgorithmOutcome>,
    /// Payloads in the order of the algorithms, with interval and provenance.
    pub(super) payloads: Vec<(Payload, IoV, Value)>,
    /// How the first algorithm that did not end well ended, and why.
    pub(super) ended_badly: Option<(State, String)>,
    /// Whether any algorithm asks for another iteration.
    pub(super) iterate: bool,
}

/// Runs the algorithms over the objects; the first that does not end well is the last. Each sees
/// what those before it stored.
pub(super) fn run_algorithms(pass: &Pass<'_>, observer: &mut dyn Observer) -> Result<Found, Error> {
    let calibration = pass.calibration;
    let mut found = Found::default();
    let called = format!(
        "calibration {}, iteration {}",
        calibration.name,
        pass.iteration + 1
    );
    let folder = &pass.setting.folder;
    let store = folder.store(pass.folder.join("outputdb"));
    let store = store.called(&called);
    for algorithm in &calibration.algorithms {
        observer.event(&Event::AlgorithmStarted {
            calibration: calibration.name.clone(),
            algorithm: algorithm.name.clone(),
            strategy: algorithm.strategy.name().to_owned(),
            iteration: pass.iteration,
            max_iterations: calibration.max_iterations,
        });
        let began = Instant::now();
        pass.setting.options.go_on()?;
        let task = task(pass, algorithm, &store, !found.payloads.is_empty());
        let (done, reused) = done(pass, algorithm, &task)?;
        let outcome = AlgorithmOutcome::new(algorithm, &done);
        file(pass, algorithm, &outcome, &done)?;
        observer.event(&Event::AlgorithmDone {
            calibration: calibration.name.clone(),
            algorithm: outcome.clone(),
            reused,
            took: began.elapsed(),
        });
        found.algorithms.push(outcome);
        found.ended_badly = ended_badly(algorithm, &done);
        found.iterate |= done.result == AlgResult::Iterate;
        commit(pass, algorithm, &done, &store, &mut found)?;
        if found.ended_badly.is_some() {
            break;
        }
    }
    Ok(found)
}

/// What came of an algorithm, and whether an earlier run found it.
fn done(
    pass: &Pass<'_>,
    algorithm: &Algorithm,
    task: &Task,
) -> Result<(Arc<StrategyOutcome>, bool), Error> {
    let Some(memory) = &pass.setting.options.memory else {
        return Ok((Arc::new(run_strategy(task)), false));
    };
    let Some(key) = algorithm_key(pass, algorithm, &task.constants)? else {
        return Ok((Arc::new(run_strategy(task)), false));
    };
    if let Some(done) = memory.algorithm(&key) {
        return Ok((done, true));
    }
    let done = Arc::new(run_strategy(task));
    memory.keep_algorithm(key, &done);
    Ok((done, false))
}

fn task(pass: &Pass<'_>, algorithm: &Algorithm, store: &Store, stored: bool) -> Task {
    let constants = if stored {
        pass.constants.with_first(store.clone())
    } else {
        pass.constants.clone()
    };
    Task {
        algorithm: algorithm.clone(),
        objects: Arc::clone(&pass.objects),
        requested: pass.setting.plan.requested_iov,
        ignored: pass.calibration.ignored_runs.clone(),
        iteration: pass.iteration,
        constants,
        earlier: pass.earlier.clone(),
    }
}

/// Writes what an algorithm did beside its payloads.
fn file(
    pass: &Pass<'_>,
    algorithm: &Algorithm,
    outcome: &AlgorithmOutcome,
    done: &StrategyOutcome,
) -> Result<(), Error> {
    let name = &algorithm.name;
    let folder = &pass.setting.folder;
    let executions = Arc::new(PastExecution::of(outcome, done));
    if let Some(memory) = &pass.setting.options.memory {
        let key = (pass.calibration.name.clone(), pass.iteration, name.clone());
        memory.keep_executions(key, &executions);
    }
    folder.write_json_behind(pass.folder.join(format!("{name}.json")), executions)?;
    if algorithm.strategy == Strategy::SingleIOV {
        return Ok(());
    }
    let gaps = pass.folder.join(format!("{name}_iov_gaps.json"));
    folder.write_json(&gaps, &done.gaps)
}

/// Stores the payloads that take effect in the folder of the iteration.
fn commit(
    pass: &Pass<'_>,
    algorithm: &Algorithm,
    done: &StrategyOutcome,
    store: &Store,
    found: &mut Found,
) -> Result<(), Error> {
    let mut commit = store.commit();
    for one in &done.commits {
        let facts = facts(pass, &algorithm.name, &done.executions[one.execution]);
        for Saved { payload, iov } in &one.payloads {
            commit.add(payload.clone(), *iov, facts.clone())?;
            found.payloads.push((payload.clone(), *iov, facts.clone()));
        }
    }
    commit.finish()?;
    Ok(())
}

fn ended_badly(algorithm: &Algorithm, done: &StrategyOutcome) -> Option<(State, String)> {
    let state = match done.result {
        AlgResult::Ok | AlgResult::Iterate => return None,
        AlgResult::NotEnoughData => State::NotEnoughData,
        AlgResult::Failure => State::Failed,
    };
    Some((state, format!("{}: {}", algorithm.name, done.message)))
}

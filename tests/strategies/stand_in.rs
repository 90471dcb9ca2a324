//! The stand-in algorithm and its data, and what strategies make of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use b2caf::calibrate::{
    AlgResult, Algorithm, Answer, Channels, Data, Kind, Objects, Params, Scripted, Strategy,
    StrategyOutcome, Task, run_strategy,
};
use b2caf::conditions::{Chain, Payload};
use b2caf::expr::{Failure, Place};
use b2caf::iov::{ExpRun, IoV};
use indexmap::IndexMap;

use super::case::{self, Case, Done, Seen};

/// Events per run.
struct Events(BTreeMap<ExpRun, u64>);

impl Objects for Events {
    fn runs(&self) -> Vec<ExpRun> {
        self.0.keys().copied().collect()
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(&self, _: &str, _: &[ExpRun]) -> Result<Option<Channels>, String> {
        Ok(None)
    }

    fn rows(&self, _: &str, runs: &[ExpRun]) -> Result<Option<u64>, String> {
        Ok(Some(runs.iter().map(|run| self.0[run]).sum()))
    }
}

/// How an exception upstream is shown here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Throw {
    Error,
    Panic,
}

#[derive(Debug, Default)]
struct Calls {
    executed: Vec<u32>,
    set_up: Vec<u32>,
    asked: Vec<ExpRun>,
    experiments: Vec<i32>,
}

#[derive(Debug)]
struct StandIn {
    rules: case::Algorithm,
    throw: Throw,
    calls: Mutex<Calls>,
}

impl Scripted for StandIn {
    fn source(&self) -> String {
        "stand-in".into()
    }

    fn finds_boundaries(&self) -> bool {
        true
    }

    fn setup(&self, data: &Data) -> Result<(), Failure> {
        self.calls
            .lock()
            .unwrap()
            .set_up
            .push(data.input().iteration);
        Ok(())
    }

    fn experiment_settings(&self, data: &Data) -> Result<(), Failure> {
        self.calls
            .lock()
            .unwrap()
            .experiments
            .push(data.input().runs[0].exp);
        Ok(())
    }

    fn calibrate(&self, data: &Data) -> Result<Answer, Failure> {
        let (input, rules) = (data.input(), &self.rules);
        let any = |list: &[ExpRun]| input.runs.iter().any(|run| list.contains(run));
        self.calls.lock().unwrap().executed.push(input.iteration);
        let events = input.objects.rows("", &input.runs).unwrap().unwrap();
        if any(&rules.throw_runs) {
            assert_ne!(self.throw, Throw::Panic, "thrown");
            return Err(Failure {
                message: "thrown".into(),
                hint: None,
                place: Place::default(),
            });
        }
        let result = if any(&rules.fail_runs) || any(&rules.undefined_runs) {
            AlgResult::Failure
        } else if events < rules.min_events {
            AlgResult::NotEnoughData
        } else if rules.max_events.is_some_and(|most| events > most) {
            match rules.over_max_result {
                2 => AlgResult::NotEnoughData,
                3 => AlgResult::Failure,
                other => panic!("no rule for {other}"),
            }
        } else if any(&rules.iterate_runs) {
            AlgResult::Iterate
        } else {
            AlgResult::Ok
        };
        if !any(&rules.no_payload_runs) {
            data.save(payload(), None);
        }
        Ok(Answer {
            result,
            message: "as told".into(),
        })
    }

    fn boundary_required(&self, data: &Data) -> Result<bool, Failure> {
        let [run] = data.input().runs[..] else {
            panic!("one run at a time")
        };
        self.calls.lock().unwrap().asked.push(run);
        Ok(self.rules.boundary_runs.contains(&run))
    }
}

fn payload() -> Payload {
    Payload {
        name: "Constant".into(),
        class: "Constant".into(),
        channels: IndexMap::new(),
        members: IndexMap::from([("value".into(), vec![1.0])]),
        object: None,
    }
}

fn four(iov: IoV) -> case::Four {
    iov.into()
}

/// Runs the strategy of a case whose intervals are intervals to us.
pub(crate) fn run(case: &Case, throw: Throw) -> (Seen, StrategyOutcome) {
    let stand_in = Arc::new(StandIn {
        rules: case.algorithm.clone(),
        throw,
        calls: Mutex::default(),
    });
    let iov = |four: Option<case::Four>| four.map(|four| IoV::try_from(four).unwrap());
    let params = &case.params;
    let runs = case.data.runs.iter().filter(|_| case.input_files);
    let events = runs.map(|(exp, run, events)| (ExpRun::new(*exp, *run), *events));
    let outcome = run_strategy(&Task {
        algorithm: Algorithm {
            name: "StandIn".into(),
            kind: Kind::Scripted(stand_in.clone()),
            strategy: match case.strategy.as_str() {
                "SingleIOV" => Strategy::SingleIOV,
                "SimpleRunByRun" => Strategy::SimpleRunByRun,
                "SequentialRunByRun" => Strategy::SequentialRunByRun,
                "SequentialBoundaries" => Strategy::SequentialBoundaries,
                other => panic!("no strategy {other}"),
            },
            params: Params {
                apply_iov: iov(params.apply_iov),
                iov_coverage: iov(params.iov_coverage),
                payload_boundaries: params.payload_boundaries.clone(),
                step_size: params.step_size.map(|step| step.try_into().unwrap()),
                has_experiment_settings: params.has_experiment_settings,
            },
            place: Place::default(),
        },
        objects: Arc::new(Events(events.collect())),
        requested: iov(case.requested_iov).unwrap_or(IoV::EVERYTHING),
        ignored: case.ignored_runs.clone(),
        iteration: case.iteration,
        constants: Chain::default(),
        earlier: None,
    });
    let calls = std::mem::take(&mut *stand_in.calls.lock().unwrap());
    (seen(&outcome, calls), outcome)
}

fn seen(outcome: &StrategyOutcome, calls: Calls) -> Seen {
    let begun = outcome.executions.iter().zip(&calls.executed);
    let begun = begun.filter_map(|(execution, iteration)| {
        Some(Done {
            iteration: *iteration,
            runs: execution.runs.clone(),
            iov: four(execution.iov?),
            result: execution.result as u8,
        })
    });
    let executions: Vec<Done> = begun.collect();
    let reported = outcome.reported.iter().map(|number| &executions[*number]);
    let commits = &outcome.commits;
    let saved = commits.iter().flat_map(|commit| &commit.payloads);
    Seen {
        reported: reported.map(|one| (one.iov, one.result)).collect(),
        committed: saved.map(|saved| four(saved.iov)).collect(),
        empty_commits: commits.iter().filter(|c| c.payloads.is_empty()).count(),
        completed: matches!(outcome.result, AlgResult::Ok | AlgResult::Iterate),
        gaps: outcome.gaps.iter().map(|iov| four(*iov)).collect(),
        set_up: calls.set_up,
        asked: calls.asked,
        experiments: calls.experiments,
        state: outcome.state.name().into(),
        executions,
    }
}

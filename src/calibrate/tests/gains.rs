//! An algorithm and a strategy made of closures, over six runs.

use std::fmt;
use std::sync::{Arc, Mutex};

use indexmap::IndexMap;

use crate::calibrate::{
    AlgResult, Algorithm, Answer, Data, Kind, Params, Scripted, ScriptedStrategy, Strategy,
    StrategyOutcome, StrategyRun, Task, run_strategy,
};
use crate::conditions::{Chain, Payload};
use crate::expr::Failure;
use crate::iov::{ExpRun, IoV};

use super::toy::{Toy, place};

type Calibrate = dyn Fn(&Data) -> AlgResult + Send + Sync;
type Run = dyn Fn(&StrategyRun) -> Result<(), String> + Send + Sync;

/// An algorithm that saves `Gain` with its result, and counts what it is asked.
pub(super) struct Gains {
    pub(super) calibrate: Box<Calibrate>,
    pub(super) setup: fn(&Data) -> Result<(), Failure>,
    pub(super) boundaries: Option<fn(&Data) -> bool>,
    pub(super) calls: Mutex<Vec<String>>,
}

impl fmt::Debug for Gains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gains")
    }
}

pub(super) fn failure(message: &str) -> Failure {
    Failure {
        message: message.into(),
        hint: None,
        place: place(3),
    }
}

pub(super) fn payload(name: &str) -> Payload {
    Payload {
        name: name.into(),
        class: "Gain".into(),
        channels: IndexMap::new(),
        members: IndexMap::from([("gain".into(), vec![1.0])]),
        object: None,
    }
}

impl Gains {
    pub(super) fn new(calibrate: impl Fn(&Data) -> AlgResult + Send + Sync + 'static) -> Self {
        Self {
            calibrate: Box::new(calibrate),
            setup: |_| Ok(()),
            boundaries: None,
            calls: Mutex::default(),
        }
    }

    fn call(&self, what: &str, data: &Data) {
        let runs: Vec<String> = data
            .input()
            .runs
            .iter()
            .map(|r| r.run.to_string())
            .collect();
        self.calls
            .lock()
            .unwrap()
            .push(format!("{what} {}", runs.join(" ")));
    }
}

impl Scripted for Gains {
    fn source(&self) -> String {
        "gains".into()
    }

    fn finds_boundaries(&self) -> bool {
        self.boundaries.is_some()
    }

    fn setup(&self, data: &Data) -> Result<(), Failure> {
        self.call("setup", data);
        (self.setup)(data)
    }

    fn calibrate(&self, data: &Data) -> Result<Answer, Failure> {
        self.call("calibrate", data);
        let result = (self.calibrate)(data);
        data.save(payload("Gain"), None);
        Ok(Answer {
            result,
            message: "so it is".into(),
        })
    }

    fn boundary_required(&self, data: &Data) -> Result<bool, Failure> {
        self.call("boundary", data);
        self.boundaries
            .map(|boundaries| boundaries(data))
            .ok_or_else(|| failure("not asked"))
    }
}

struct Script(Box<Run>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl ScriptedStrategy for Script {
    fn name(&self) -> &str {
        "Own"
    }

    fn source(&self) -> String {
        "own".into()
    }

    fn run(&self, run: &StrategyRun) -> Result<(), Failure> {
        (self.0)(run).map_err(|message| failure(&message))
    }
}

pub(super) fn script(
    run: impl Fn(&StrategyRun) -> Result<(), String> + Send + Sync + 'static,
) -> Strategy {
    Strategy::Scripted(Arc::new(Script(Box::new(run))))
}

pub(super) fn exp_run(run: i32) -> ExpRun {
    ExpRun::new(7, run)
}

pub(super) fn iov(text: &str) -> IoV {
    text.parse().unwrap()
}

/// Runs 1 to 6 of experiment 7, of which 4 is ignored and 6 was not asked for.
pub(super) fn task(gains: &Arc<Gains>, strategy: Strategy) -> Task {
    Task {
        algorithm: Algorithm {
            name: "Gains".into(),
            kind: Kind::Scripted(Arc::clone(gains) as Arc<dyn Scripted>),
            strategy,
            params: Params::default(),
            place: place(1),
        },
        objects: Arc::new(Toy {
            runs: (1..=6).map(exp_run).collect(),
            ..Toy::default()
        }),
        requested: iov("7,0,7,5"),
        ignored: vec![exp_run(4)],
        iteration: 2,
        constants: Chain::default(),
        earlier: None,
    }
}

pub(super) fn run(gains: Gains, strategy: Strategy) -> (StrategyOutcome, Vec<String>) {
    let gains = Arc::new(gains);
    let outcome = run_strategy(&task(&gains, strategy));
    let calls = gains.calls.lock().unwrap().clone();
    (outcome, calls)
}

/// What takes effect: name and interval.
pub(super) fn effect(outcome: &StrategyOutcome) -> Vec<String> {
    let saved = outcome.commits.iter().flat_map(|commit| &commit.payloads);
    saved
        .map(|s| format!("{} {}", s.payload.name, s.iov))
        .collect()
}

pub(super) fn always(result: AlgResult) -> Gains {
    Gains::new(move |_| result)
}

//! What a strategy is given and what it gives.

use std::sync::Arc;

use crate::calibrate::contain::contained;
use crate::calibrate::execution::Ended;
use crate::calibrate::{
    AlgResult, Algorithm, AlgorithmState, Execution, Input, Objects, Opaque, Saved,
    ScriptedStrategy, Strategy, Used,
};
use crate::conditions::{Chain, Store};
use crate::expr::Place;
use crate::iov::{ExpRun, IoV};

use super::StrategyRun;
use super::ending::finish;
use super::selection::check;
use super::sequential_boundaries::sequential_boundaries;
use super::sequential_run_by_run::sequential_run_by_run;
use super::simple_run_by_run::simple_run_by_run;
use super::single_iov::single_iov;

/// What a strategy is given.
#[derive(Clone)]
pub struct Task {
    /// What is executed, with its strategy and params.
    pub algorithm: Algorithm,
    /// Collected objects.
    pub objects: Arc<dyn Objects>,
    /// The interval that was asked for; runs outside are left out.
    pub requested: IoV,
    /// Runs that are left out.
    pub ignored: Vec<ExpRun>,
    /// Number of the iteration, from 0.
    pub iteration: u32,
    /// Constants in force.
    pub constants: Chain,
    /// What the calibration saved in the iteration before; `None` in the first one.
    pub earlier: Option<Store>,
}

/// Payloads of one execution that take effect.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Position of the execution in [`StrategyOutcome::executions`].
    pub execution: usize,
    /// The payloads with their intervals.
    pub payloads: Vec<Saved>,
}

/// What came of a strategy.
#[derive(Clone, Debug)]
pub struct StrategyOutcome {
    /// All executions in their order; one that could not begin if there was none.
    pub executions: Vec<Execution>,
    /// Positions of those that are results of the strategy, in the order in which it was decided:
    /// all that were committed, and those without constants that no other one makes up for.
    pub reported: Vec<usize>,
    /// What takes effect, in the order in which it was decided. A strategy that did not end well
    /// has commits of the intervals that did, unless it was written in a script.
    pub commits: Vec<Commit>,
    /// Runs within experiments that lie between committed intervals of a payload, and have none.
    pub gaps: Vec<IoV>,
    /// How it ended: ok, iterate (if any committed execution wants it), or why it did not.
    pub result: AlgResult,
    /// Why it did not end well, or what to know if another iteration is wanted.
    pub message: String,
    /// Where the script says what went wrong.
    pub place: Option<Place>,
    /// Where the algorithm stands at the end.
    pub state: AlgorithmState,
}

impl Task {
    /// What an execution of `runs` is given.
    pub(super) fn input(&self, runs: Vec<ExpRun>, iov: IoV, options: Option<Opaque>) -> Input {
        Input {
            objects: Arc::clone(&self.objects),
            runs,
            iov,
            iteration: self.iteration,
            constants: self.constants.clone(),
            earlier: self.earlier.clone(),
            used: Used::default(),
            options,
        }
    }
}

/// Runs the strategy of an algorithm.
#[must_use]
pub fn run_strategy(task: &Task) -> StrategyOutcome {
    let run = StrategyRun::new(task);
    let ended = check(task, &run.runs()).and_then(|()| match &task.algorithm.strategy {
        Strategy::SingleIOV => single_iov(&run),
        Strategy::SimpleRunByRun => simple_run_by_run(&run),
        Strategy::SequentialRunByRun => sequential_run_by_run(&run),
        Strategy::SequentialBoundaries => sequential_boundaries(&run),
        Strategy::Scripted(strategy) => scripted(strategy.as_ref(), &run),
    });
    finish(&run, ended)
}

fn scripted(strategy: &dyn ScriptedStrategy, run: &StrategyRun) -> Result<(), Ended> {
    let what = format!("the strategy {}", strategy.name());
    contained(&what, || strategy.run(run))?
        .map_err(|failure| Ended::rule(&format!("{what} failed"), failure))
}

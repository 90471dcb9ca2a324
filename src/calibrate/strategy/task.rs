//! What a strategy is given and what it gives.

use std::sync::Arc;

use crate::calibrate::{AlgResult, Algorithm, Execution, Input, Objects, Opaque, Saved, Strategy};
use crate::conditions::{Chain, Store};
use crate::expr::Place;
use crate::iov::{ExpRun, IoV};

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
    /// All executions in their order.
    pub executions: Vec<Execution>,
    /// What takes effect, in the order in which it was decided.
    pub commits: Vec<Commit>,
    /// Runs inside of experiments that no commit covers.
    pub gaps: Vec<IoV>,
    /// How it ended: ok, iterate (if any committed execution wants it), or why it did not.
    pub result: AlgResult,
    /// Why it did not end well, or what to know if another iteration is wanted.
    pub message: String,
    /// Where the script says what went wrong.
    pub place: Option<Place>,
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
            options,
        }
    }
}

/// Runs the strategy of an algorithm.
#[must_use]
pub fn run_strategy(task: &Task) -> StrategyOutcome {
    match &task.algorithm.strategy {
        Strategy::SingleIOV => single_iov(task),
        other => StrategyOutcome {
            executions: Vec::new(),
            commits: Vec::new(),
            gaps: Vec::new(),
            result: AlgResult::Failure,
            message: format!("the strategy {} is not available yet", other.name()),
            place: None,
        },
    }
}

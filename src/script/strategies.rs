//! Strategies that a script wrote, as the room `calibrate` calls them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rhai::Dynamic;

use crate::calibrate::{ScriptedStrategy, StrategyRun};
use crate::expr::Failure;

use super::closures::Kept;
use super::worker::at_work;

/// A strategy of a script.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) closure: Kept,
}

/// A strategy under way, as its closure sees it.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    pub(super) run: StrategyRun,
    /// Whether the script has ended it.
    pub(super) ended: Arc<AtomicBool>,
}

impl ScriptedStrategy for Rule {
    fn name(&self) -> &str {
        &self.name
    }

    fn source(&self) -> String {
        self.closure.source().to_owned()
    }

    fn run(&self, run: &StrategyRun) -> Result<(), Failure> {
        let under_way = UnderWay {
            run: run.clone(),
            ended: Arc::default(),
        };
        let ended = Arc::clone(&under_way.ended);
        let done = at_work(None, || self.closure.call(Dynamic::from(under_way)));
        match done {
            // What was raised is only how the script was stopped.
            _ if ended.load(Ordering::Relaxed) => Ok(()),
            done => done.map(drop),
        }
    }
}

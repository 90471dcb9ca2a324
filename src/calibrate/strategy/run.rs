//! A strategy under way, as a script sees it.

use crate::calibrate::{AlgResult, Opaque, Params};
use crate::iov::{ExpRun, IoV};

/// One execution, as its strategy sees it.
#[derive(Clone, Debug)]
pub struct Executed {
    /// Position among the executions of the strategy.
    pub number: usize,
    /// Runs that were used.
    pub runs: Vec<ExpRun>,
    /// Interval of the payloads.
    pub iov: IoV,
    /// The result code.
    pub result: AlgResult,
    /// Why, if not well; what to know, if another iteration is wanted.
    pub message: String,
    /// What the algorithm handed back.
    pub answer: Option<Opaque>,
}

impl Executed {
    /// Whether constants were found: ok, or iterate.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.result, AlgResult::Ok | AlgResult::Iterate)
    }
}

/// A strategy under way; a second one made by `clone` is another name for the same.
#[derive(Clone, Debug)]
pub struct StrategyRun(());

impl StrategyRun {
    /// Runs with data in the requested interval, ignored ones taken out, sorted.
    #[must_use]
    pub fn runs(&self) -> Vec<ExpRun> {
        Vec::new()
    }

    /// `iov_coverage`, or first to last run; `None` without runs.
    #[must_use]
    pub fn coverage(&self) -> Option<IoV> {
        None
    }

    /// Parameters of the algorithm.
    #[must_use]
    pub fn params(&self) -> Params {
        Params::default()
    }

    /// Number of the iteration, from 0.
    #[must_use]
    pub fn iteration(&self) -> u32 {
        0
    }

    /// Executes the algorithm, or gives what the same execution gave before.
    ///
    /// # Errors
    /// When there are no runs, or runs that have no data.
    pub fn execute(
        &self,
        runs: &[ExpRun],
        iov: IoV,
        options: Option<Opaque>,
    ) -> Result<Executed, String> {
        let _ = (runs, iov, options);
        Err("strategies of scripts are not available yet".into())
    }

    /// Lets the payloads of an execution take effect when the strategy ends well, with another
    /// interval if one is given.
    ///
    /// # Errors
    /// When the execution did not succeed, or was committed before.
    pub fn commit(&self, execution: &Executed, iov: Option<IoV>) -> Result<(), String> {
        let _ = (execution, iov);
        Err("strategies of scripts are not available yet".into())
    }

    /// The runs at which the algorithm wants new payloads to begin.
    ///
    /// # Errors
    /// When the algorithm cannot say, or fails.
    pub fn boundaries(&self, runs: &[ExpRun]) -> Result<Vec<ExpRun>, String> {
        let _ = runs;
        Err("strategies of scripts are not available yet".into())
    }

    /// Ends the strategy: nothing takes effect.
    pub fn fail(&self, message: impl Into<String>) {
        let _ = message.into();
    }
}

//! The strategy `SimpleRunByRun`: each run by itself.

use crate::calibrate::execution::Ended;

use super::StrategyRun;
use super::selection::first_to_last;

/// Executes each run by itself, with that run as its interval. A run without constants is
/// reported, the next one is tried all the same; the strategy ends well if all runs did.
pub(super) fn simple_run_by_run(run: &StrategyRun) -> Result<(), Ended> {
    for one in run.runs() {
        let iov = first_to_last(&[one])?;
        run.settle(&run.executed(&[one], iov)?)?;
    }
    Ok(())
}

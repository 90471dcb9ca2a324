//! The strategy `SingleIOV`: all runs at once, one interval.

use crate::calibrate::execution::Ended;

use super::StrategyRun;
use super::selection::first_to_last;

/// Executes an algorithm once over all runs; the payloads get `apply_iov` if it was given, else
/// first run … last run of the data.
pub(super) fn single_iov(run: &StrategyRun) -> Result<(), Ended> {
    let runs = run.runs();
    let data = first_to_last(&runs)?;
    let iov = run.params().apply_iov.unwrap_or(data);
    run.settle(&run.executed(&runs, iov)?)
}

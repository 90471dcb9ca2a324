//! The runs of one experiment and the interval that their payloads together shall have.

use crate::calibrate::execution::Ended;
use crate::iov::{ExpRun, split_by_experiment};

use super::StrategyRun;

/// What is covered within one experiment: payloads never cross its ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Runs with data, sorted, at least one.
    pub(super) runs: Vec<ExpRun>,
    /// Where the first payload begins.
    pub(super) low: ExpRun,
    /// Where the last payload ends.
    pub(super) high: ExpRun,
}

impl Stretch {
    /// The experiment.
    pub(super) fn experiment(&self) -> i32 {
        self.runs.first().map_or(self.low.exp, |run| run.exp)
    }
}

/// The stretches that together have the interval `iov_coverage`, or first to last run without it.
/// Between two experiments they reach to the end of the one and begin with run 0 of the other.
pub(super) fn stretches(run: &StrategyRun) -> Result<Vec<Stretch>, Ended> {
    let runs = run.runs();
    check_coverage(run, &runs)?;
    let coverage = run.params().iov_coverage;
    let experiments = split_by_experiment(&runs);
    let last = experiments.len().saturating_sub(1);
    let stretch = |(position, runs): (usize, Vec<ExpRun>)| {
        let (first, end) = (*runs.first()?, *runs.last()?);
        Some(Stretch {
            low: match position {
                0 => coverage.map_or(first, |iov| iov.low()),
                _ => ExpRun::new(first.exp, 0),
            },
            high: match position {
                _ if position < last => ExpRun::new(first.exp, -1),
                _ => coverage.map_or(end, |iov| iov.high()),
            },
            runs,
        })
    };
    Ok(experiments
        .into_iter()
        .enumerate()
        .filter_map(stretch)
        .collect())
}

/// Payloads of runs outside the coverage would have intervals that end before they begin, or that
/// do not hold the runs they were made of.
fn check_coverage(run: &StrategyRun, runs: &[ExpRun]) -> Result<(), Ended> {
    let Some(coverage) = run.params().iov_coverage else {
        return Ok(());
    };
    let outside: Vec<&ExpRun> = runs
        .iter()
        .filter(|run| !coverage.contains_run(**run))
        .collect();
    let Some(first) = outside.first() else {
        return Ok(());
    };
    Err(Ended::failure(format!(
        "`iov_coverage` is {coverage}, but {} of {} runs with data lie outside, the first is {first}; \
         widen `iov_coverage`, or request an interval without these runs",
        outside.len(),
        runs.len(),
    )))
}

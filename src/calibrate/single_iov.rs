//! The strategy `SingleIOV`: all runs at once, one interval.

use crate::conditions::Chain;
use crate::iov::{ExpRun, IoV};

use super::execution::{Execution, Input, execute};
use super::{AlgResult, Algorithm, Objects};

/// Runs an algorithm once over all runs with data that lie in `requested`.
///
/// The payloads get `apply_iov` if it was given, else first run … last run of the data.
#[must_use]
pub fn single_iov(
    algorithm: &Algorithm,
    objects: &dyn Objects,
    requested: &IoV,
    constants: &Chain,
) -> Execution {
    let all = objects.runs();
    let runs: Vec<ExpRun> = all
        .iter()
        .copied()
        .filter(|run| requested.contains_run(*run))
        .collect();
    if !objects.by_run() && runs.len() != all.len() {
        return Execution::impossible(
            AlgResult::Failure,
            format!(
                "the collector keeps the data of all runs together, and {} of {} runs lie outside the requested interval {requested}; \
                 use granularity \"run\", or leave these files out",
                all.len() - runs.len(),
                all.len()
            ),
        );
    }
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
        return Execution::impossible(AlgResult::NotEnoughData, no_runs(&all, requested));
    };
    let data = IoV::new(*first, *last);
    let iov = match (algorithm.params.apply_iov, data) {
        (Some(iov), _) => iov,
        (_, Ok(iov)) => iov,
        (_, Err(error)) => {
            return Execution::impossible(
                AlgResult::Failure,
                format!("the runs of the data: {error}"),
            );
        }
    };
    let input = Input {
        objects,
        runs,
        iov,
        constants,
    };
    execute(algorithm, &input)
}

fn no_runs(all: &[ExpRun], requested: &IoV) -> String {
    match (all.first(), all.last()) {
        (Some(first), Some(last)) => format!(
            "no run with data lies in the requested interval {requested}; the data go from {first} to {last}"
        ),
        _ => "no event was collected, so there is no run with data".into(),
    }
}

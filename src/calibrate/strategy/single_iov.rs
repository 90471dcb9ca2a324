//! The strategy `SingleIOV`: all runs at once, one interval.

use crate::calibrate::{AlgResult, Execution, execute};
use crate::iov::{ExpRun, IoV};

use super::{Commit, StrategyOutcome, Task};

/// Runs an algorithm once over all runs with data that lie in the requested interval.
///
/// The payloads get `apply_iov` if it was given, else first run … last run of the data.
pub(super) fn single_iov(task: &Task) -> StrategyOutcome {
    let mut execution = execution(task);
    let payloads = std::mem::take(&mut execution.payloads);
    let commit = Commit {
        execution: 0,
        payloads,
    };
    StrategyOutcome {
        commits: Some(commit)
            .filter(|_| execution.succeeded())
            .into_iter()
            .collect(),
        gaps: Vec::new(),
        result: execution.result,
        message: execution.message.clone(),
        place: execution.place,
        executions: vec![execution],
    }
}

fn execution(task: &Task) -> Execution {
    let requested = &task.requested;
    let all = task.objects.runs();
    let runs: Vec<ExpRun> = all
        .iter()
        .copied()
        .filter(|run| requested.contains_run(*run) && !task.ignored.contains(run))
        .collect();
    if !task.objects.by_run() && runs.len() != all.len() {
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
    let iov = match (task.algorithm.params.apply_iov, data) {
        (Some(iov), _) => iov,
        (_, Ok(iov)) => iov,
        (_, Err(error)) => {
            return Execution::impossible(
                AlgResult::Failure,
                format!("the runs of the data: {error}"),
            );
        }
    };
    execute(&task.algorithm, &task.input(runs, iov, None))
}

fn no_runs(all: &[ExpRun], requested: &IoV) -> String {
    match (all.first(), all.last()) {
        (Some(first), Some(last)) => format!(
            "no run with data lies in the requested interval {requested}; the data go from {first} to {last}"
        ),
        _ => "no event was collected, so there is no run with data".into(),
    }
}

//! Which runs a strategy works with.

use crate::calibrate::execution::Ended;
use crate::iov::{ExpRun, IoV, runs_within};

use super::Task;

/// Runs with data in the requested interval, without the ignored ones.
pub(super) fn selected(task: &Task) -> Vec<ExpRun> {
    let mut runs = runs_within(&task.requested, &task.objects.runs());
    runs.retain(|run| !task.ignored.contains(run));
    runs
}

/// Why there is nothing a strategy could begin with, if so.
pub(super) fn check(task: &Task, runs: &[ExpRun]) -> Result<(), Ended> {
    let all = task.objects.runs();
    if !task.objects.by_run() && runs.len() != all.len() {
        let outside = if task.ignored.is_empty() {
            "lie outside the requested interval"
        } else {
            "are ignored or lie outside the requested interval"
        };
        return Err(Ended::failure(format!(
            "the collector keeps the data of all runs together, and {} of {} runs {outside} {}; \
             use granularity \"run\", or leave these files out",
            all.len() - runs.len(),
            all.len(),
            task.requested,
        )));
    }
    if runs.is_empty() {
        return Err(Ended::not_enough_data(no_runs(task, &all)));
    }
    Ok(())
}

fn no_runs(task: &Task, all: &[ExpRun]) -> String {
    let requested = task.requested;
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return "no event was collected, so there is no run with data".into();
    };
    if all.iter().any(|run| requested.contains_run(*run)) {
        return format!(
            "all runs with data in the requested interval {requested} are ignored; ignore fewer runs"
        );
    }
    format!(
        "no run with data lies in the requested interval {requested}; the data go from {first} to {last}"
    )
}

/// The interval from the first to the last of sorted runs.
pub(super) fn first_to_last(runs: &[ExpRun]) -> Result<IoV, Ended> {
    IoV::of_runs(runs).map_err(|error| Ended::failure(format!("the runs of the data: {error}")))
}

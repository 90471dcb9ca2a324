//! The strategy `SequentialRunByRun`: runs merged until there is enough data.

use crate::calibrate::execution::Ended;
use crate::iov::ExpRun;

use super::StrategyRun;
use super::in_sequence::{Group, in_sequence};
use super::stretch::stretches;

/// Executes `step_size` runs at a time (one, unless given), joined while there is too little
/// data. Each payload reaches to the run before the next one with data. A failure ends its
/// experiment only.
pub(super) fn sequential_run_by_run(run: &StrategyRun) -> Result<(), Ended> {
    let params = run.params();
    let step = match params.step_size.map(usize::try_from) {
        None => 1,
        Some(Ok(step)) if step > 0 => step,
        Some(_) => {
            return Err(Ended::failure(
                "`step_size` is 0, so no run would ever be executed; give a number of runs above 0",
            ));
        }
    };
    for stretch in stretches(run)? {
        if params.has_experiment_settings {
            run.experiment_settings(&stretch.runs)?;
        }
        in_sequence(run, &stretch, &groups(&stretch.runs, step))?;
    }
    Ok(())
}

fn groups(runs: &[ExpRun], step: usize) -> Vec<Group> {
    let next = runs.iter().skip(step).step_by(step);
    let ends = next.map(|run| run.before()).chain(runs.last().copied());
    let groups = runs.chunks(step).zip(ends);
    groups
        .map(|(runs, high)| Group {
            low: runs[0],
            high,
            runs: runs.to_vec(),
        })
        .collect()
}

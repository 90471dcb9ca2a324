//! The strategy `SequentialBoundaries`: runs between boundaries.

use crate::calibrate::execution::Ended;
use crate::iov::{ExpRun, runs_between_boundaries};

use super::StrategyRun;
use super::in_sequence::{Group, in_sequence};
use super::stretch::{Stretch, stretches};

/// Executes the runs between two boundaries together, joined to the next interval while there is
/// too little data. Without `payload_boundaries` the algorithm is asked. An experiment that does
/// not end well is the last.
pub(super) fn sequential_boundaries(run: &StrategyRun) -> Result<(), Ended> {
    let given = run.params().payload_boundaries;
    for stretch in stretches(run)? {
        let boundaries = match &given {
            Some(boundaries) => boundaries.clone(),
            None => found(run, &stretch)?,
        };
        if !in_sequence(run, &stretch, &groups(&boundaries, &stretch)?)? {
            break;
        }
    }
    Ok(())
}

/// Boundaries that the algorithm finds; none at all would be one payload that nobody asked for.
fn found(run: &StrategyRun, stretch: &Stretch) -> Result<Vec<ExpRun>, Ended> {
    let boundaries = run.find_boundaries(&stretch.runs)?;
    if boundaries.is_empty() {
        let (first, last) = (stretch.runs.first(), stretch.runs.last());
        let ends = first.zip(last).map(|(a, b)| format!(" from {a} to {b}"));
        return Err(Ended::failure(format!(
            "the algorithm finds no boundary in the runs{}; it must want one at the first run of an experiment at least, \
             or list the runs in `payload_boundaries`",
            ends.unwrap_or_default()
        )));
    }
    Ok(boundaries)
}

/// The intervals of one experiment that have runs; each reaches to the one that follows it.
fn groups(boundaries: &[ExpRun], stretch: &Stretch) -> Result<Vec<Group>, Ended> {
    let exp = stretch.experiment();
    let mut starts = vec![ExpRun::new(exp, 0)];
    starts.extend(boundaries.iter().filter(|start| start.exp == exp));
    let intervals = runs_between_boundaries(&starts, &stretch.runs)
        .map_err(|error| Ended::failure(format!("`payload_boundaries`: {error}")))?;
    let mut groups: Vec<Group> = Vec::new();
    for (iov, runs) in intervals {
        match groups.last_mut() {
            Some(before) if runs.is_empty() => before.high = iov.high(),
            _ if runs.is_empty() => {}
            _ => groups.push(Group {
                low: iov.low(),
                high: iov.high(),
                runs,
            }),
        }
    }
    Ok(groups)
}

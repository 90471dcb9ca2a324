//! Groups of runs executed one after another, those with too little data joined to neighbours.

use crate::calibrate::AlgResult;
use crate::calibrate::execution::Ended;
use crate::iov::{ExpRun, IoV};

use super::stretch::Stretch;
use super::{Executed, StrategyRun};

/// Runs that are executed together at least, and the interval they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// Where the interval begins.
    pub(super) low: ExpRun,
    /// Where it ends, unless it is the last one.
    pub(super) high: ExpRun,
    /// Its runs, sorted, at least one.
    pub(super) runs: Vec<ExpRun>,
}

/// Executes the groups of one stretch; `false` if it did not end with constants.
///
/// A group with too little data is joined to the next one. A success is held until the next one
/// is there, since runs left over at the end are joined to it; it is committed in any case,
/// unless the execution that contains it succeeds as well.
pub(super) fn in_sequence(
    run: &StrategyRun,
    stretch: &Stretch,
    groups: &[Group],
) -> Result<bool, Ended> {
    let mut held: Option<Executed> = None;
    let mut open: Option<Executed> = None;
    let mut current: Vec<ExpRun> = Vec::new();
    let mut low = stretch.low;
    for (position, group) in groups.iter().enumerate() {
        if current.is_empty() && held.is_some() {
            low = group.low;
        }
        current.extend(&group.runs);
        let last = position + 1 == groups.len();
        let high = if last { stretch.high } else { group.high };
        let done = run.executed(&current, interval(low, high)?)?;
        match done.result {
            AlgResult::Ok | AlgResult::Iterate => {
                settle(run, held.replace(done))?;
                open = None;
                current.clear();
            }
            AlgResult::NotEnoughData => open = Some(done),
            AlgResult::Failure => {
                settle(run, held)?;
                run.settle(&done)?;
                return Ok(false);
            }
        }
    }
    match (held, open) {
        (Some(held), Some(_)) => join(run, &held, &current, stretch.high),
        (held, open) => {
            let well = open.is_none();
            settle(run, held)?;
            settle(run, open)?;
            Ok(well)
        }
    }
}

/// What is left over at the end, joined to the last success.
fn join(run: &StrategyRun, held: &Executed, left: &[ExpRun], high: ExpRun) -> Result<bool, Ended> {
    let runs = [&held.runs, left].concat();
    let done = run.executed(&runs, interval(held.iov.low(), high)?)?;
    if !done.succeeded() {
        run.settle(held)?;
    }
    run.settle(&done)?;
    Ok(done.succeeded())
}

fn settle(run: &StrategyRun, done: Option<Executed>) -> Result<(), Ended> {
    done.map_or(Ok(()), |done| run.settle(&done))
}

fn interval(low: ExpRun, high: ExpRun) -> Result<IoV, Ended> {
    IoV::new(low, high)
        .map_err(|error| Ended::failure(format!("the interval of payloads: {error}")))
}

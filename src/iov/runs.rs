//! Lists of runs: by experiment, within an interval, between boundaries.

use super::point::Point;
use super::{Error, ExpRun, IoV, IovSet};

/// The runs of each experiment, experiments and runs in order, each run once.
#[must_use]
pub fn split_by_experiment(runs: &[ExpRun]) -> Vec<Vec<ExpRun>> {
    let runs = in_order(runs.iter().copied());
    runs.chunk_by(|a, b| a.exp == b.exp)
        .map(<[ExpRun]>::to_vec)
        .collect()
}

/// Those of `runs` that lie within `iov`, in order, each once.
#[must_use]
pub fn runs_within(iov: &IoV, runs: &[ExpRun]) -> Vec<ExpRun> {
    in_order(runs.iter().copied().filter(|run| iov.contains_run(*run)))
}

/// The intervals that begin at `boundaries`, each with those of `runs` that lie within.
///
/// Each interval ends before the next boundary, the last one with its experiment. Boundaries may come in
/// any order and more than once; runs before the first one belong to no interval.
///
/// # Errors
/// [`Error::NoBoundaries`] without boundaries, [`Error::NoExperiment`] for one that is no run.
pub fn runs_between_boundaries(
    boundaries: &[ExpRun],
    runs: &[ExpRun],
) -> Result<Vec<(IoV, Vec<ExpRun>)>, Error> {
    let mut starts = Vec::new();
    for boundary in boundaries {
        starts.push(IoV::single(*boundary)?.first());
    }
    starts.sort_unstable();
    starts.dedup();
    let last = starts.last().ok_or(Error::NoBoundaries)?;
    let end = Point::high(ExpRun::new(last.as_low().exp, -1));
    let ends = starts[1..].iter().filter_map(|next| next.before());
    let ends: Vec<Point> = ends.chain([end]).collect();
    let iovs = starts.iter().zip(ends);
    Ok(iovs
        .map(|(start, end)| IoV::between(*start, end))
        .map(|iov| (iov, runs_within(&iov, runs)))
        .collect())
}

/// What is missing between `iovs` within experiments, whatever their order and however they overlap.
#[must_use]
pub fn gaps(iovs: &[IoV]) -> Vec<IoV> {
    iovs.iter().copied().collect::<IovSet>().gaps()
}

fn in_order(runs: impl Iterator<Item = ExpRun>) -> Vec<ExpRun> {
    let mut runs: Vec<ExpRun> = runs.collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

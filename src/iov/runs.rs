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

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(pairs: &[(i32, i32)]) -> Vec<ExpRun> {
        pairs.iter().copied().map(ExpRun::from).collect()
    }

    #[test]
    fn each_experiment_once() {
        let given = runs(&[(3, 6), (1, 1), (2, 1), (1, 2), (3, 5), (1, 1)]);
        let expected = [
            runs(&[(1, 1), (1, 2)]),
            runs(&[(2, 1)]),
            runs(&[(3, 5), (3, 6)]),
        ];
        assert_eq!(split_by_experiment(&given), expected);
        assert!(split_by_experiment(&[]).is_empty());
    }

    #[test]
    fn every_run_from_the_first_boundary_on_lies_in_one_interval() {
        let given = runs(&[(1, 0), (1, 2), (1, 5), (1, 9), (2, 1)]);
        // In whatever order boundaries come, and however often.
        for boundaries in [&[(1, 1), (1, 5)][..], &[(1, 5), (1, 1), (1, 5)]] {
            let found = runs_between_boundaries(&runs(boundaries), &given).unwrap();
            let expected = [
                ("1,1,1,4".parse().unwrap(), runs(&[(1, 2)])),
                ("1,5,1,-1".parse().unwrap(), runs(&[(1, 5), (1, 9)])),
            ];
            assert_eq!(found, expected);
        }
        let across = runs_between_boundaries(&runs(&[(1, 5), (2, 0)]), &given).unwrap();
        assert_eq!(across[0].0.to_string(), "1,5,1,-1");
        assert_eq!(across[1].1, runs(&[(2, 1)]));
        let none = runs_between_boundaries(&[], &given);
        assert_eq!(none, Err(Error::NoBoundaries));
        let wrong = ExpRun::new(-1, 3);
        let found = runs_between_boundaries(&[wrong], &given);
        assert_eq!(found, Err(Error::NoExperiment(wrong)));
    }
}

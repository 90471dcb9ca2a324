//! Which of many payloads is in force, found by halving.

use std::collections::{BTreeMap, BTreeSet};

use crate::iov::{ExpRun, IoV};

/// A place on the line of runs: before the run, or behind it.
type Place = (i32, i32, bool);

/// From each place on: the position in force until the next one.
type Pieces = Vec<(Place, Option<usize>)>;

/// A rank and a position, and where it is valid.
type Ranked<R> = ((R, usize), IoV);

/// For each payload name, from which run on which of its intervals counts: of those that hold a run the one with
/// the highest rank, and of equal ranks the last one.
#[derive(Clone, Debug, Default)]
pub(super) struct InForce(BTreeMap<String, Pieces>);

impl InForce {
    /// For these names, intervals and ranks; positions are counted from 0.
    pub(super) fn new<'a, R: Ord + Copy>(
        all: impl IntoIterator<Item = (&'a str, Option<IoV>, R)>,
    ) -> Self {
        let mut by_name: BTreeMap<&str, Vec<Ranked<R>>> = BTreeMap::new();
        for (position, (name, iov, rank)) in all.into_iter().enumerate() {
            if let Some(iov) = iov {
                let of_name = by_name.entry(name).or_default();
                of_name.push(((rank, position), iov));
            }
        }
        let pieces = by_name
            .into_iter()
            .map(|(name, intervals)| (name.to_owned(), pieces(&intervals)));
        Self(pieces.collect())
    }

    /// The position in force for `name` in `run`, which must be a single run.
    pub(super) fn find(&self, name: &str, run: ExpRun) -> Option<usize> {
        let pieces = self.0.get(name)?;
        let place = (run.exp, run.run, false);
        let next = pieces.partition_point(|(from, _)| *from <= place);
        pieces.get(next.checked_sub(1)?)?.1
    }
}

/// Whether it is one run: for what stands for several, all of them must be valid.
pub(super) fn is_single(run: ExpRun) -> bool {
    run.exp >= 0 && run.run >= 0
}

/// Goes along the line of runs with what is valid at each place.
fn pieces<R: Ord + Copy>(intervals: &[Ranked<R>]) -> Pieces {
    let mut changes: Vec<(Place, (R, usize), bool)> = Vec::with_capacity(2 * intervals.len());
    for (ranked, iov) in intervals {
        let (start, end) = ends(*iov);
        changes.push((start, *ranked, true));
        changes.push((end, *ranked, false));
    }
    changes.sort_unstable();
    let mut valid = BTreeSet::new();
    let mut pieces: Pieces = Vec::new();
    for (place, ranked, begins) in changes {
        if begins {
            valid.insert(ranked);
        } else {
            valid.remove(&ranked);
        }
        let winner = valid.last().map(|(_, position)| *position);
        match pieces.last_mut() {
            Some((last, held)) if *last == place => *held = winner,
            Some((_, held)) if *held == winner => {}
            _ => pieces.push((place, winner)),
        }
    }
    pieces
}

/// Where an interval begins and ends; an open end is behind all runs.
fn ends(iov: IoV) -> (Place, Place) {
    let [first_exp, first_run, last_exp, last_run] = <[i32; 4]>::from(iov);
    let open = |number: i32| if number < 0 { i32::MAX } else { number };
    let last_run = if last_exp < 0 {
        i32::MAX
    } else {
        open(last_run)
    };
    (
        (first_exp, first_run, false),
        (open(last_exp), last_run, true),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = [i32; 4]> {
        (-1..4, -1..6, -1..5, -1..7).prop_map(|(a, b, c, d)| [a, b, c, d])
    }

    proptest! {
        /// As by going through all of them: the highest rank, and of equal ranks the last one.
        #[test]
        fn halving_finds_the_highest_rank_that_is_valid(
            all in prop::collection::vec((numbers(), 0..3), 0..12),
            last_counts: bool,
        ) {
            let all: Vec<(Option<IoV>, i32)> = all
                .into_iter()
                .map(|(numbers, rank)| (IoV::try_from(numbers).ok(), if last_counts { 0 } else { rank }))
                .collect();
            let index = InForce::new(all.iter().map(|(iov, rank)| ("X", *iov, *rank)));
            for exp in 0..6 {
                for run in 0..8 {
                    let run = ExpRun::new(exp, run);
                    let valid = all.iter().enumerate();
                    let valid = valid.filter(|(_, (iov, _))| iov.is_some_and(|iov| iov.contains_run(run)));
                    let highest = valid.max_by_key(|(_, (_, rank))| *rank);
                    prop_assert_eq!(index.find("X", run), highest.map(|(position, _)| position));
                    prop_assert_eq!(index.find("Y", run), None);
                }
            }
        }
    }
}

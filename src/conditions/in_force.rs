//! Which of many records is in force, found by halving.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use crate::iov::{ExpRun, IoV};

use super::Record;

/// A place on the line of runs: before the run, or behind it.
type Place = (i32, i32, bool);

/// From each place on: the record in force until the next one.
type Pieces = Vec<(Place, Option<usize>)>;

/// For each payload name, from which run on which record counts: the last one that is valid.
///
/// Made when it is asked for the first time; records must not change after that.
#[derive(Debug, Default)]
pub(super) struct InForce(OnceLock<HashMap<String, Pieces>>);

impl InForce {
    /// The position of the record in force for `name` in `run`.
    pub(super) fn find(&self, records: &[Record], name: &str, run: ExpRun) -> Option<usize> {
        if run.exp < 0 || run.run < 0 {
            // No single run: all of its runs must be valid.
            let valid =
                |r: &Record| r.name == name && r.iov.is_some_and(|iov| iov.contains_run(run));
            return records.iter().rposition(valid);
        }
        let pieces = self.0.get_or_init(|| all_pieces(records)).get(name)?;
        let place = (run.exp, run.run, false);
        let next = pieces.partition_point(|(from, _)| *from <= place);
        pieces.get(next.checked_sub(1)?)?.1
    }
}

impl Clone for InForce {
    /// A copy finds out for itself.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for InForce {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for InForce {}

fn all_pieces(records: &[Record]) -> HashMap<String, Pieces> {
    let mut by_name: BTreeMap<&str, Vec<(usize, IoV)>> = BTreeMap::new();
    for (position, record) in records.iter().enumerate() {
        if let Some(iov) = record.iov {
            by_name
                .entry(&record.name)
                .or_default()
                .push((position, iov));
        }
    }
    by_name
        .into_iter()
        .map(|(name, intervals)| (name.to_owned(), pieces(&intervals)))
        .collect()
}

/// Goes along the line of runs with the records that are valid at each place.
fn pieces(intervals: &[(usize, IoV)]) -> Pieces {
    let mut changes: Vec<(Place, usize, bool)> = Vec::with_capacity(2 * intervals.len());
    for (position, iov) in intervals {
        let (start, end) = ends(*iov);
        changes.push((start, *position, true));
        changes.push((end, *position, false));
    }
    changes.sort_unstable();
    let mut valid = BTreeSet::new();
    let mut pieces: Pieces = Vec::new();
    for (place, position, begins) in changes {
        if begins {
            valid.insert(position);
        } else {
            valid.remove(&position);
        }
        let winner = valid.last().copied();
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

    fn record(numbers: [i32; 4]) -> Record {
        Record {
            line: 0,
            name: "X".into(),
            revision: "1".into(),
            iov: IoV::try_from(numbers).ok(),
        }
    }

    fn numbers() -> impl Strategy<Value = [i32; 4]> {
        (-1..4, -1..6, -1..5, -1..7).prop_map(|(a, b, c, d)| [a, b, c, d])
    }

    proptest! {
        /// As by going through all records from the last to the first.
        #[test]
        fn halving_finds_the_last_record_that_is_valid(all in prop::collection::vec(numbers(), 0..12)) {
            let records: Vec<Record> = all.iter().map(|numbers| record(*numbers)).collect();
            let index = InForce::default();
            for exp in 0..6 {
                for run in 0..8 {
                    let run = ExpRun::new(exp, run);
                    let valid = |r: &Record| r.iov.is_some_and(|iov| iov.contains_run(run));
                    prop_assert_eq!(index.find(&records, "X", run), records.iter().rposition(valid));
                    prop_assert_eq!(index.find(&records, "Y", run), None);
                }
            }
        }
    }
}

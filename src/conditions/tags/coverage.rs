//! Which runs have two payloads of one name, and which have none between others that do.

use crate::iov::{IoV, IovSet};

use super::entry::by_runs;

/// Pairs of positions whose intervals share a run: each interval that begins before an earlier one has
/// ended, with that earlier one. Without any overlap there is no pair.
pub(super) fn overlaps(iovs: &[IoV]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..iovs.len()).collect();
    order.sort_by_key(|at| by_runs(&iovs[*at]));
    let mut pairs = Vec::new();
    // The one that reaches furthest so far.
    let mut reaching: Option<usize> = None;
    for at in order {
        if let Some(before) = reaching {
            if iovs[before].overlaps(&iovs[at]) {
                pairs.push((before.min(at), before.max(at)));
            }
            if by_runs(&iovs[at]).1 <= by_runs(&iovs[before]).1 {
                continue;
            }
        }
        reaching = Some(at);
    }
    pairs
}

/// What is missing between the runs of a set. Run 0 alone is never missing: runs are counted from 1.
pub(super) fn gaps(runs: &IovSet) -> IovSet {
    let holes = runs.holes();
    let matters = |iov: &&IoV| iov.low() != iov.high() || iov.low().run != 0;
    holes.intervals().iter().filter(matters).copied().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn iovs(text: &str) -> Vec<IoV> {
        let words = text.split_whitespace();
        words.map(|word| word.parse().unwrap()).collect()
    }

    #[test]
    fn pairs_that_share_runs() {
        for (given, pairs) in [
            ("1,1,1,5 1,6,1,9", &[][..]),
            ("1,6,1,9 1,1,1,6", &[(0, 1)]),
            ("1,0,-1,-1 1,5,1,6 1,8,1,9", &[(0, 1), (0, 2)]),
            ("1,0,1,-1 2,0,2,-1", &[]),
            ("1,1,1,5 1,1,1,5", &[(0, 1)]),
        ] {
            assert_eq!(overlaps(&iovs(given)), pairs, "{given}");
        }
    }

    #[test]
    fn run_0_is_never_missing() {
        for (given, missing) in [
            ("1,1,1,-1 2,1,2,5", ""),
            ("1,1,1,9 2,0,2,5", "1,10,1,-1"),
            ("1,1,1,9 2,1,2,5", "1,10,2,0"),
            ("1,1,1,4 1,6,1,9", "1,5,1,5"),
        ] {
            let runs = iovs(given).into_iter().collect();
            assert_eq!(gaps(&runs).intervals(), iovs(missing), "{given}");
        }
    }

    proptest! {
        #[test]
        fn there_is_a_pair_exactly_when_two_intervals_overlap(
            ends in proptest::collection::vec((0..3, 0..6, 0..3, -1..6), 0..7),
        ) {
            let iovs: Vec<IoV> = ends
                .into_iter()
                .filter_map(|(a, b, c, d)| IoV::try_from([a, b, c, d]).ok())
                .collect();
            let mut any = false;
            for (at, one) in iovs.iter().enumerate() {
                any |= iovs[..at].iter().any(|other| other.overlaps(one));
            }
            let pairs = overlaps(&iovs);
            prop_assert_eq!(!pairs.is_empty(), any);
            for (a, b) in pairs {
                prop_assert!(iovs[a].overlaps(&iovs[b]));
            }
        }
    }
}

//! Several intervals as one set of runs.

use super::point::Point;
use super::{ExpRun, IoV};

/// A set of runs, held as intervals in one form only: in order, apart from each other, beginning at numbers.
///
/// Two sets with the same runs are therefore equal. The end of an experiment and run 0 of the next one
/// are neighbours, since no run lies between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IovSet {
    intervals: Vec<IoV>,
}

impl IovSet {
    /// The set without any run.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The intervals, in order and apart from each other.
    #[must_use]
    pub fn intervals(&self) -> &[IoV] {
        &self.intervals
    }

    /// Whether no run is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// The smallest interval that holds the set; `None` if it is empty.
    #[must_use]
    pub fn hull(&self) -> Option<IoV> {
        let (first, last) = (self.intervals.first()?, self.intervals.last()?);
        Some(first.hull(last))
    }

    /// Whether `run` is in it.
    #[must_use]
    pub fn contains_run(&self, run: ExpRun) -> bool {
        self.intervals.iter().any(|iov| iov.contains_run(run))
    }

    /// Whether all runs of `iov` are in it.
    #[must_use]
    pub fn contains(&self, iov: &IoV) -> bool {
        self.intervals.iter().any(|own| own.contains(iov))
    }

    /// Whether some run of `iov` is in it.
    #[must_use]
    pub fn overlaps(&self, iov: &IoV) -> bool {
        self.intervals.iter().any(|own| own.overlaps(iov))
    }

    /// Runs that are in one of the two.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let both = self.intervals.iter().chain(&other.intervals);
        both.copied().collect()
    }

    /// Runs that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut found = Vec::new();
        for own in &self.intervals {
            found.extend(
                other
                    .intervals
                    .iter()
                    .filter_map(|iov| own.intersection(iov)),
            );
        }
        found.into_iter().collect()
    }

    /// Runs that are in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for own in &self.intervals {
            let last = own.last();
            let mut first = Some(own.first());
            for iov in &other.intervals {
                let Some(start) = first.filter(|start| *start <= iov.last()) else {
                    continue;
                };
                if let Some(end) = iov.first().before().filter(|end| start <= *end) {
                    left.push(IoV::between(start, end.min(last)));
                }
                first = iov.last().after().filter(|next| *next <= last);
                if iov.last() >= last {
                    break;
                }
            }
            left.extend(first.map(|start| IoV::between(start, last)));
        }
        left.into_iter().collect()
    }

    /// What is missing between the intervals, within experiments.
    ///
    /// Nothing is known about where an experiment ends, so what lies between the last run of one and the
    /// first of the next is no gap.
    #[must_use]
    pub fn gaps(&self) -> Vec<IoV> {
        let pairs = self.intervals.windows(2);
        pairs
            .filter(|pair| pair[0].high().exp == pair[1].low().exp)
            .filter_map(|pair| {
                let (from, to) = (pair[0].last().after()?, pair[1].first().before()?);
                Some(IoV::between(from, to))
            })
            .collect()
    }
}

impl From<IoV> for IovSet {
    fn from(iov: IoV) -> Self {
        [iov].into_iter().collect()
    }
}

impl FromIterator<IoV> for IovSet {
    fn from_iter<T: IntoIterator<Item = IoV>>(iovs: T) -> Self {
        let mut ends: Vec<(Point, Point)> = iovs
            .into_iter()
            .map(|iov| (iov.first(), iov.last()))
            .collect();
        ends.sort_unstable();
        let mut joined: Vec<(Point, Point)> = Vec::new();
        for (first, last) in ends {
            match joined.last_mut() {
                // Nothing comes after an end that is open for ever.
                Some(open) if open.1.after().is_none_or(|next| first <= next) => {
                    open.1 = open.1.max(last);
                }
                _ => joined.push((first, last)),
            }
        }
        let intervals = joined
            .into_iter()
            .map(|(first, last)| IoV::between(first, last))
            .collect();
        Self { intervals }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(text: &str) -> IovSet {
        let words = text.split_whitespace();
        words.map(|word| word.parse::<IoV>().unwrap()).collect()
    }

    #[test]
    fn one_form_for_the_same_runs() {
        for (a, b) in [
            ("1,5,1,9 1,1,1,4", "1,1,1,9"),
            ("1,0,1,-1 2,0,2,3", "1,0,2,3"),
            ("1,5,-1,-1 3,1,3,4", "1,5,-1,-1"),
            ("-1,-1,4,2", "0,0,4,2"),
            ("3,-1,3,2", "3,0,3,2"),
        ] {
            assert_eq!(set(a), set(b), "{a} | {b}");
        }
        assert_ne!(set("1,1,1,3 1,5,1,9"), set("1,1,1,9"));
    }

    #[test]
    fn gaps_lie_within_experiments() {
        for (given, gaps) in [
            ("1,1,1,3 1,6,1,9", "1,4,1,5"),
            ("1,1,1,10 2,1,2,5", ""),
            ("1,1,1,10 1,5,1,20", ""),
            ("1,0,1,-1 1,5,1,9", ""),
            ("4,1,4,5 4,13,-1,-1", "4,6,4,12"),
            ("4,7,5,3 5,6,5,7", "5,4,5,5"),
            ("2,9,2,9 2,1,2,1", "2,2,2,8"),
        ] {
            let expected: Vec<IoV> = gaps
                .split_whitespace()
                .map(|g| g.parse().unwrap())
                .collect();
            assert_eq!(set(given).gaps(), expected, "{given}");
        }
    }

    fn some_set() -> impl Strategy<Value = IovSet> {
        let end = || (0..3, -1..4);
        let pair = (end(), end()).prop_filter_map("backwards", |(low, high)| {
            let high = if high.0 == 2 && high.1 == -1 {
                (-1, -1)
            } else {
                high
            };
            IoV::new(low.into(), high.into()).ok()
        });
        proptest::collection::vec(pair, 0..5).prop_map(|iovs| iovs.into_iter().collect())
    }

    proptest! {
        #[test]
        fn sets_do_to_runs_what_their_names_say(a in some_set(), b in some_set()) {
            let (either, both, left) = (a.union(&b), a.intersection(&b), a.difference(&b));
            for exp in 0..5 {
                for run in 0..7 {
                    let run = ExpRun::new(exp, run);
                    let (in_a, in_b) = (a.contains_run(run), b.contains_run(run));
                    prop_assert_eq!(either.contains_run(run), in_a || in_b);
                    prop_assert_eq!(both.contains_run(run), in_a && in_b);
                    prop_assert_eq!(left.contains_run(run), in_a && !in_b);
                }
            }
            prop_assert_eq!(left.union(&both), a.clone());
            prop_assert_eq!(b.union(&a), either);
            for gap in a.gaps() {
                prop_assert!(!a.overlaps(&gap));
            }
            for own in a.intervals() {
                prop_assert!(a.contains(own));
            }
        }
    }
}

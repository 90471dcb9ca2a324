//! An interval of validity: from one run to another, either end open.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::point::Point;
use super::{ExpRun, IovSet};

/// Why numbers are no interval, or intervals and runs cannot be combined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The low end comes after the high end.
    #[error("the interval starts at {low} and ends before that, at {high}")]
    Backwards {
        /// Low end as given.
        low: ExpRun,
        /// High end as given.
        high: ExpRun,
    },
    /// A run number without an experiment, or a number below −1.
    #[error("{0} is no end of an interval: use -1,-1 for an open end, or an experiment and a run")]
    NoExperiment(ExpRun),
    /// Both ends open below: upstream's empty interval.
    #[error("-1,-1,-1,-1 is an interval without any run; everything there is would be 0,0,-1,-1")]
    Empty,
    /// Text that is not four numbers.
    #[error("`{0}` is no interval: four whole numbers are needed, expLow,runLow,expHigh,runHigh")]
    NotFourNumbers(String),
    /// A list of runs that must not be empty.
    #[error("there is no run to make an interval of; give at least one")]
    NoRuns,
    /// A list of boundaries that must not be empty.
    #[error("there is no boundary between runs; give at least the first run of the first interval")]
    NoBoundaries,
    /// Runs that would be in a set twice.
    #[error("{added} overlaps {there}, which is there already")]
    Overlap {
        /// The interval that should be added.
        added: IoV,
        /// An interval of the set.
        there: IoV,
    },
    /// What remains of an interval would be two intervals.
    #[error("taking {inner} out of {outer} would cut it in two")]
    CutInTwo {
        /// The interval that should be shortened.
        outer: IoV,
        /// The interval in its middle.
        inner: IoV,
    },
}

/// An interval of validity `(exp_low, run_low, exp_high, run_high)`, both ends included.
///
/// −1 leaves an end open: as `run_high` until the end of that experiment, as `exp_high`
/// (with `run_high`) for ever, as `exp_low` (with `run_low`) from the beginning. As `run_low` it is
/// the first run of that experiment and becomes 0, so that what means the same is the same.
/// The order is that of the four numbers, as upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "[i32; 4]", into = "[i32; 4]")]
pub struct IoV {
    low: ExpRun,
    high: ExpRun,
}

impl IoV {
    /// Everything there is: `0,0,-1,-1`.
    pub const EVERYTHING: Self = Self {
        low: ExpRun::new(0, 0),
        high: ExpRun::new(-1, -1),
    };

    /// The interval between two runs, both included.
    ///
    /// # Errors
    /// [`Error::Backwards`] when the low end is above the high one, [`Error::NoExperiment`] when an
    /// end has a run but no experiment, [`Error::Empty`] for `-1,-1,-1,-1`.
    pub fn new(low: ExpRun, high: ExpRun) -> Result<Self, Error> {
        for end in [low, high] {
            let open = end.exp == -1 && end.run == -1;
            if (end.exp < 0 && !open) || end.run < -1 {
                return Err(Error::NoExperiment(end));
            }
        }
        if low.exp < 0 && high.exp < 0 {
            return Err(Error::Empty);
        }
        let mut iov = Self { low, high };
        if iov.first() > iov.last() {
            return Err(Error::Backwards { low, high });
        }
        if low.exp >= 0 {
            iov.low.run = low.run.max(0);
        }
        Ok(iov)
    }

    /// The smallest interval that holds all these runs, in whatever order they are given.
    ///
    /// # Errors
    /// [`Error::NoRuns`] for an empty list, otherwise as [`IoV::new`].
    pub fn of_runs(runs: &[ExpRun]) -> Result<Self, Error> {
        match (runs.iter().min(), runs.iter().max()) {
            (Some(first), Some(last)) => Self::new(*first, *last),
            _ => Err(Error::NoRuns),
        }
    }

    /// The interval between two points.
    pub(super) fn between(first: Point, last: Point) -> Self {
        Self {
            low: first.as_low(),
            high: last.as_high(),
        }
    }

    /// The interval that holds one run only.
    ///
    /// # Errors
    /// As [`IoV::new`].
    pub fn single(run: ExpRun) -> Result<Self, Error> {
        Self::new(run, run)
    }

    /// The low end; -1,-1 if it is open.
    #[must_use]
    pub const fn low(&self) -> ExpRun {
        self.low
    }

    /// The high end as given.
    #[must_use]
    pub const fn high(&self) -> ExpRun {
        self.high
    }

    /// The same start with an open end.
    #[must_use]
    pub const fn open_ended(&self) -> Self {
        Self {
            low: self.low,
            high: ExpRun::new(-1, -1),
        }
    }

    /// Whether `run` lies inside; with an open run, whether its whole experiment does.
    #[must_use]
    pub fn contains_run(&self, run: ExpRun) -> bool {
        Self::single(run).is_ok_and(|run| self.contains(&run))
    }

    /// Whether `other` lies inside as a whole.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.first() <= other.first() && other.last() <= self.last()
    }

    /// Whether the two share at least one run.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first() <= other.last() && other.first() <= self.last()
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        let low = if other.first() < self.first() {
            other.low
        } else {
            self.low
        };
        let high = if other.last() > self.last() {
            other.high
        } else {
            self.high
        };
        Self { low, high }
    }

    /// The runs that both hold.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let first = self.first().max(other.first());
        let last = self.last().min(other.last());
        (first <= last).then(|| Self::between(first, last))
    }

    /// What is left of it without the runs of `other`; `None` if nothing is.
    ///
    /// # Errors
    /// [`Error::CutInTwo`] when something is left on both sides; [`IovSet::difference`] gives both.
    pub fn trim(&self, other: &Self) -> Result<Option<Self>, Error> {
        if !self.overlaps(other) {
            return Ok(Some(*self));
        }
        let left = IovSet::from(*self).difference(&IovSet::from(*other));
        match left.intervals() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            _ => Err(Error::CutInTwo {
                outer: *self,
                inner: *other,
            }),
        }
    }

    /// The first point inside.
    pub(super) fn first(&self) -> Point {
        Point::low(self.low)
    }

    /// The last point inside.
    pub(super) fn last(&self) -> Point {
        Point::high(self.high)
    }
}

impl TryFrom<[i32; 4]> for IoV {
    type Error = Error;

    fn try_from([el, rl, eh, rh]: [i32; 4]) -> Result<Self, Error> {
        Self::new(ExpRun::new(el, rl), ExpRun::new(eh, rh))
    }
}

impl From<IoV> for [i32; 4] {
    fn from(iov: IoV) -> Self {
        [iov.low.exp, iov.low.run, iov.high.exp, iov.high.run]
    }
}

impl fmt::Display for IoV {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.low, self.high)
    }
}

impl FromStr for IoV {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::NotFourNumbers(text.to_owned());
        let numbers: Vec<i32> = text
            .split(',')
            .map(|word| word.trim().parse().map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        let four: [i32; 4] = numbers.try_into().map_err(|_| wrong())?;
        Self::try_from(four)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iov(text: &str) -> IoV {
        text.parse().unwrap()
    }

    #[test]
    fn open_ends_reach_to_the_end() {
        assert!(iov("3,0,3,-1").contains_run(ExpRun::new(3, 100_000)));
        assert!(!iov("3,0,3,-1").contains_run(ExpRun::new(4, 0)));
        assert!(iov("3,7,-1,-1").contains_run(ExpRun::new(9, 0)));
        assert!(IoV::EVERYTHING.contains(&iov("5,3,7,9")));
        assert!(iov("2,5,4,0").contains_run(ExpRun::new(3, -1)));
        assert!(!iov("3,5,4,0").contains_run(ExpRun::new(3, -1)));
        assert!(!IoV::EVERYTHING.contains_run(ExpRun::new(-1, -1)));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        assert!(!iov("1,1,1,10").overlaps(&iov("1,11,1,20")));
        assert!(iov("1,1,1,10").overlaps(&iov("1,10,1,20")));
    }

    #[test]
    fn a_hull_holds_both() {
        for (a, b, both) in [
            ("7,1,7,1", "7,3,7,3", "7,1,7,3"),
            ("7,5,-1,-1", "7,1,9,4", "7,1,-1,-1"),
            ("3,2,3,-1", "3,1,3,9", "3,1,3,-1"),
        ] {
            assert_eq!(iov(a).hull(&iov(b)), iov(both));
            assert_eq!(iov(b).hull(&iov(a)), iov(both));
        }
    }

    #[test]
    fn wrong_intervals_are_refused() {
        assert!("2,9,2,3".parse::<IoV>().is_err());
        assert!("-1,5,2,3".parse::<IoV>().is_err());
        assert_eq!("-1,-1,-1,-1".parse::<IoV>(), Err(Error::Empty));
        assert!("1,2,3".parse::<IoV>().is_err());
        assert!("1.5,2,3,4".parse::<IoV>().is_err());
    }
}

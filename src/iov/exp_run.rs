//! One run of one experiment.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::IoV;

/// A run: experiment and run number; −1 as a run stands for an open end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(i32, i32)", into = "(i32, i32)")]
pub struct ExpRun {
    /// Experiment number.
    pub exp: i32,
    /// Run number within the experiment.
    pub run: i32,
}

impl ExpRun {
    /// The run `run` of experiment `exp`.
    #[must_use]
    pub const fn new(exp: i32, run: i32) -> Self {
        Self { exp, run }
    }

    /// The run before; run 0 goes to the open end of the experiment before.
    #[must_use]
    pub const fn before(self) -> Self {
        if self.run > 0 {
            Self::new(self.exp, self.run - 1)
        } else {
            Self::new(self.exp.saturating_sub(1), -1)
        }
    }

    /// The runs between this one and `other`, whichever comes first; `None` across experiments, for
    /// neighbours, and beside an open end.
    #[must_use]
    pub fn gap_to(self, other: Self) -> Option<IoV> {
        let (low, high) = (self.min(other), self.max(other));
        let known = low.exp == high.exp && low.run >= 0;
        if !known || high.run - low.run < 2 {
            return None;
        }
        let first = Self::new(low.exp, low.run + 1);
        let last = Self::new(high.exp, high.run - 1);
        IoV::new(first, last).ok()
    }
}

impl From<(i32, i32)> for ExpRun {
    fn from((exp, run): (i32, i32)) -> Self {
        Self { exp, run }
    }
}

impl From<ExpRun> for (i32, i32) {
    fn from(run: ExpRun) -> Self {
        (run.exp, run.run)
    }
}

impl fmt::Display for ExpRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.exp, self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_known_runs_of_one_experiment() {
        for (a, b, gap) in [
            ((1, 1), (1, 2), None),
            ((1, 1), (1, 5), Some([1, 2, 1, 4])),
            ((1, 3), (1, 3), None),
            ((1, 3), (2, 9), None),
            ((1, -1), (1, 5), None),
        ] {
            let (a, b) = (ExpRun::from(a), ExpRun::from(b));
            let gap = gap.map(|four| IoV::try_from(four).unwrap());
            assert_eq!(a.gap_to(b), gap);
            assert_eq!(b.gap_to(a), gap);
        }
    }
}

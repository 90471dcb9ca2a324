//! One run of one experiment.

use std::fmt;

use serde::{Deserialize, Serialize};

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
            Self::new(self.exp - 1, -1)
        }
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

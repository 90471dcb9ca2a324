//! The states of a calibration.

use std::fmt;
use std::str::FromStr;

/// How far a calibration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalibrationState {
    /// Nothing of this iteration is done.
    Init,
    /// Data are being collected.
    RunningCollector,
    /// Collecting failed.
    CollectorFailed,
    /// The data are collected.
    CollectorCompleted,
    /// The algorithms are at work.
    RunningAlgorithms,
    /// An algorithm failed.
    AlgorithmsFailed,
    /// All algorithms of this iteration ended well.
    AlgorithmsCompleted,
    /// Constants were found.
    Completed,
    /// Something went wrong, and that was the end.
    Failed,
    /// Too little data, and nothing else is wrong. Upstream calls it failed.
    NotEnoughData,
    /// A calibration it waits for did not complete. Upstream leaves it at the beginning.
    Blocked,
}

use CalibrationState::{
    AlgorithmsCompleted, AlgorithmsFailed, Blocked, CollectorCompleted, CollectorFailed, Completed,
    Failed, Init, NotEnoughData, RunningAlgorithms, RunningCollector,
};

impl CalibrationState {
    /// Every state: upstream's nine in upstream's order, then ours.
    pub const ALL: [Self; 11] = [
        Init,
        RunningCollector,
        CollectorFailed,
        CollectorCompleted,
        RunningAlgorithms,
        AlgorithmsFailed,
        AlgorithmsCompleted,
        Completed,
        Failed,
        NotEnoughData,
        Blocked,
    ];

    /// The states from which a later run goes on.
    pub const CHECKPOINTS: [Self; 3] = [Init, CollectorCompleted, Completed];

    /// Its name, as it is stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Init => "init",
            RunningCollector => "running_collector",
            CollectorFailed => "collector_failed",
            CollectorCompleted => "collector_completed",
            RunningAlgorithms => "running_algorithms",
            AlgorithmsFailed => "algorithms_failed",
            AlgorithmsCompleted => "algorithms_completed",
            Completed => "completed",
            Failed => "failed",
            NotEnoughData => "not_enough_data",
            Blocked => "blocked",
        }
    }

    /// The state of upstream's machine that stands for it.
    #[must_use]
    pub fn upstream(self) -> Self {
        match self {
            NotEnoughData => Failed,
            Blocked => Init,
            other => other,
        }
    }

    /// Whether a later run can go on from here.
    #[must_use]
    pub fn is_checkpoint(self) -> bool {
        Self::CHECKPOINTS.contains(&self)
    }

    /// Whether nothing more happens to the calibration in this run.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Completed | Failed | NotEnoughData | Blocked)
    }

    /// Whether something went wrong on the way here.
    #[must_use]
    pub fn is_bad(self) -> bool {
        matches!(
            self,
            CollectorFailed | AlgorithmsFailed | Failed | NotEnoughData | Blocked
        )
    }
}

impl fmt::Display for CalibrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for CalibrationState {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.ok_or(())
    }
}

impl serde::Serialize for CalibrationState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

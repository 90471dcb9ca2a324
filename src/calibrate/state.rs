//! The states an algorithm goes through while its strategy executes it again and again.

use serde::{Deserialize, Serialize};

/// Where an algorithm stands within its strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmState {
    /// Nothing happened yet.
    #[default]
    Init,
    /// It can be executed.
    Ready,
    /// It is being executed.
    RunningAlgorithm,
    /// The last execution found constants.
    Completed,
    /// The last execution found none.
    Failed,
}

/// What leads an algorithm from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmTrigger {
    /// It is made ready for an execution.
    SetupAlgorithm,
    /// An execution begins.
    ExecuteRuns,
    /// The execution found constants.
    Complete,
    /// It found none, or could not begin.
    Fail,
}

impl AlgorithmState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Init,
        Self::Ready,
        Self::RunningAlgorithm,
        Self::Completed,
        Self::Failed,
    ];

    /// The state that `trigger` leads to; `None` where it leads nowhere.
    #[must_use]
    pub const fn after(self, trigger: AlgorithmTrigger) -> Option<Self> {
        use AlgorithmTrigger as T;
        match (self, trigger) {
            (Self::Init | Self::Completed | Self::Failed, T::SetupAlgorithm) => Some(Self::Ready),
            (Self::Ready, T::ExecuteRuns) => Some(Self::RunningAlgorithm),
            (Self::RunningAlgorithm, T::Complete) => Some(Self::Completed),
            (Self::RunningAlgorithm | Self::Ready, T::Fail) => Some(Self::Failed),
            _ => None,
        }
    }

    /// Its name, as upstream's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Ready => "ready",
            Self::RunningAlgorithm => "running_algorithm",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

impl AlgorithmTrigger {
    /// All triggers.
    pub const ALL: [Self; 4] = [
        Self::SetupAlgorithm,
        Self::ExecuteRuns,
        Self::Complete,
        Self::Fail,
    ];

    /// Its name, as upstream's.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetupAlgorithm => "setup_algorithm",
            Self::ExecuteRuns => "execute_runs",
            Self::Complete => "complete",
            Self::Fail => "fail",
        }
    }
}

//! Exit codes: what the automatic system reads.

use std::process::ExitCode;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Everything asked for is done.
    Done = 0,
    /// A calibration failed.
    CalibrationFailed = 1,
    /// The command line cannot be used as given, or the output folder cannot.
    Usage = 2,
    /// The script or its settings are rejected.
    Script = 3,
    /// Input data cannot be used.
    Input = 4,
    /// There is not enough data, and nothing else is wrong.
    NotEnoughData = 5,
    /// A bug in b2caf.
    Bug = 70,
    /// Interrupted by the user or the system; the same command goes on.
    Interrupted = 130,
}

impl Exit {
    /// Of `b2caf db`: something was found that should not be there, or nothing was done.
    pub(super) const REFUSED: Self = Self::CalibrationFailed;
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

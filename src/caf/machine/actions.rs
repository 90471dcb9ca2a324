//! What the machine of a calibration asks others to do.

use std::fmt;

use super::super::{CalibrationState, Error};

/// Why a calibration did not end well.
#[derive(Debug)]
pub struct Reason {
    /// One sentence for the user.
    pub message: String,
    /// Whether too little data is all that is wrong.
    pub lacks_data: bool,
    /// The error behind it, for those who want to stop everything because of it.
    pub cause: Option<Error>,
}

/// Why something asked for could not be done.
#[derive(Debug)]
pub enum Stop {
    /// The calibration fails.
    Failed(Reason),
    /// Everything stays as it is, so that a later run can go on from the checkpoint: the run was
    /// interrupted, or the state itself cannot be written.
    Leave(Error),
}

impl Stop {
    /// The calibration fails for this reason.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Reason {
            message: message.into(),
            lacks_data: false,
            cause: None,
        })
    }

    /// There is too little data, and nothing else is wrong.
    pub fn lacks_data(message: impl Into<String>) -> Self {
        Self::Failed(Reason {
            message: message.into(),
            lacks_data: true,
            cause: None,
        })
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(Reason {
            message: error.to_string(),
            lacks_data: false,
            cause: Some(error),
        })
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(reason) => f.write_str(&reason.message),
            Self::Leave(error) => error.fmt(f),
        }
    }
}

/// What the machine of a calibration asks others to do, in the order in which it asks.
pub trait CalibrationActions {
    /// Writes that the calibration enters a state: state, iteration, checkpoint and message in
    /// one transaction, as [`StateDb::enter`](super::super::StateDb::enter) does.
    ///
    /// # Errors
    /// When it cannot be written; the calibration is then left as it is.
    fn enter(
        &mut self,
        state: CalibrationState,
        iteration: u32,
        message: &str,
    ) -> Result<(), Error>;

    /// Passes at most, from 1.
    fn max_iterations(&self) -> u32;

    /// Removes what iterations after this one left behind.
    ///
    /// # Errors
    /// When that is not possible.
    fn clear_later(&mut self, iteration: u32) -> Result<(), Stop>;

    /// What keeps the calibration from running, such as one it waits for that did not complete.
    fn blocked(&mut self) -> Option<String>;

    /// Starts collecting the data of an iteration; what an earlier attempt collected is replaced.
    ///
    /// # Errors
    /// When it cannot be started.
    fn submit(&mut self, iteration: u32) -> Result<(), Stop>;

    /// Waits until everything that was started has ended.
    ///
    /// # Errors
    /// When any of it did not end well.
    fn collected(&mut self, iteration: u32) -> Result<(), Stop>;

    /// Makes sure that the collected data are there, perhaps from an earlier run.
    ///
    /// # Errors
    /// When they are not: they are then collected again, unless that was just done.
    fn check_collected(&mut self, iteration: u32) -> Result<(), Stop>;

    /// Runs the algorithms from scratch; whether any of them asks for another iteration.
    ///
    /// # Errors
    /// When one of them did not end well.
    fn run_algorithms(&mut self, iteration: u32) -> Result<bool, Stop>;

    /// Makes the payloads of this iteration the result of the calibration.
    ///
    /// # Errors
    /// When that is not possible.
    fn finish(&mut self, iteration: u32) -> Result<(), Stop>;
}

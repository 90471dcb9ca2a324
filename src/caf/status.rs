//! The output folder of a run as others may look at it and change it.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::folder::{LOCK, STATE, lock};
use super::{CalibrationState, Error, StateDb, StateError};

/// Whether a run is at work in the folder; `None` when that cannot be found out.
#[must_use]
pub fn is_in_use(folder: &Path) -> Option<bool> {
    let file = File::open(folder.join(LOCK)).ok()?;
    match file.try_lock_shared() {
        // Closing the file gives it free again.
        Ok(()) => Some(false),
        Err(TryLockError::WouldBlock) => Some(true),
        Err(TryLockError::Error(_)) => None,
    }
}

/// The states of the calibrations in an output folder, to look at.
///
/// # Errors
/// When there are none, or they cannot be read.
pub fn open_state(folder: &Path) -> Result<StateDb, StateError> {
    StateDb::open_read_only(folder.join(STATE))
}

/// Makes a calibration go on from another checkpoint and iteration in the next run.
///
/// # Errors
/// When a run is at work in the folder, the calibration is not known, or the state is no
/// checkpoint.
pub fn reset(
    folder: &Path,
    name: &str,
    checkpoint: CalibrationState,
    iteration: u32,
) -> Result<(), Error> {
    // First, so that nothing is left behind where there is no run.
    let state = StateDb::open_to_change(folder.join(STATE))?;
    let _kept = lock(folder)?;
    Ok(state.reset(name, checkpoint, iteration)?)
}

//! Programs that are killed while they work.

use std::process::{Command, ExitStatus};
use std::thread::sleep;
use std::time::Duration;

/// Numbers from 0 to 1 that are the same each time.
pub(crate) fn moments() -> impl Iterator<Item = f64> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// Starts a program and kills it after a while: whether that met it at work, and how it ended.
pub(crate) fn killed_after(command: &mut Command, time: Duration) -> (bool, ExitStatus) {
    let mut child = command.spawn().unwrap();
    sleep(time);
    let was_at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    (was_at_work, child.wait().unwrap())
}

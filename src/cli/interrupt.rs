//! What happens when the user, or the system, asks a run to end.

use super::exit::Exit;
use super::terminal::{Terminal, to_stderr};

/// From now on an interruption (Ctrl-C, SIGTERM, SIGHUP) ends the program with a word on how to
/// go on, and with its own exit code. How far everything is stands on disk at any time, so there
/// is nothing to tidy up.
pub(super) fn prepare(terminal: Terminal) {
    let ready = ctrlc::set_handler(move || {
        // A line of its own, below a progress bar.
        let start = if terminal.live { "\n" } else { "" };
        to_stderr(&format!(
            "{start}interrupted: what is done is kept; run the same command again to go on from there\n"
        ));
        std::process::exit(Exit::Interrupted as i32);
    });
    if let Err(error) = ready {
        tracing::info!("interruptions will not be told: {error}");
    }
}

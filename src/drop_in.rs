//! Upstream's names of tools: each starts `b2caf`, which lies beside it, under that name.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// Becomes `b2caf`, called `name`; comes back only if that is not there.
pub(crate) fn start(name: &str) -> ExitCode {
    let own = match std::env::current_exe() {
        Ok(own) => own,
        Err(error) => return complain(name, &format!("cannot tell where it lies: {error}")),
    };
    let program = own.with_file_name("b2caf");
    let error = Command::new(&program)
        .arg0(name)
        .args(std::env::args_os().skip(1))
        .exec();
    complain(
        name,
        &format!("cannot start {}: {error}", program.display()),
    )
}

fn complain(name: &str, what: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {name} {what}");
    ExitCode::from(2)
}

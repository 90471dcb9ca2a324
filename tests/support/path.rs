//! The program as a user has it: by its name.

use std::path::Path;

/// A `PATH` on which the program of this build comes first.
pub(crate) fn with_program() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_b2caf"));
    let folder = program.parent().unwrap().display();
    format!("{folder}:{}", std::env::var("PATH").unwrap())
}

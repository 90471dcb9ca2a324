//! The `b2caf` program: see `b2caf --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    b2caf::cli::main()
}

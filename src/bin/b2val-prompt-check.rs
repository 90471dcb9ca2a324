//! Upstream's name for a command of `b2caf`.

#[path = "../drop_in.rs"]
mod drop_in;

fn main() -> std::process::ExitCode {
    drop_in::start("b2val-prompt-check")
}

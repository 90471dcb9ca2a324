//! The command line: words, colours, exit codes.
//!
//! Takes arguments, gives text on stdout (data) and stderr (talk) and an exit code. It knows
//! every room and no physics.

mod args;
mod card;
mod config;
mod eval;
mod exit;
mod failure;
pub mod inspect;
mod interrupt;
mod main;
mod progress;
mod run;
mod status;
mod terminal;

pub use main::main;

//! The command line: words, colours, exit codes.
//!
//! Takes arguments, gives text on stdout (data) and stderr (talk) and an exit code. It knows
//! every room and no physics.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 39 no progress but "n of m jobs", one table at the end | a line per step with its time, a bar while reading, `b2caf status` from outside | `a_run_looks_like_this` |
//! | 40 a missing configuration file ends with exit code 0 | its own exit code and a sentence | `bad_input/missing_config` |

mod answer;
mod api;
mod args;
mod card;
mod config;
mod db;
mod definition;
mod drop_in;
mod eval;
mod exit;
mod explain;
mod export;
mod failure;
mod filemap;
mod greeting;
pub mod inspect;
mod interrupt;
mod main;
mod meter;
mod new;
mod progress;
mod prompt;
mod report;
mod run;
mod status;
mod table;
mod tag_constants;
mod terminal;
mod usage;
mod watch;

pub use main::main;

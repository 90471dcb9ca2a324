//! Strategies: which runs are executed together, and which intervals their payloads get.

mod ending;
mod in_sequence;
mod run;
mod selection;
mod sequential_boundaries;
mod sequential_run_by_run;
mod simple_run_by_run;
mod single_iov;
mod stretch;
mod task;

pub use run::{Executed, StrategyRun};
pub use task::{Commit, StrategyOutcome, Task, run_strategy};

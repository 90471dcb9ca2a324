//! Strategies: which runs are executed together, and which intervals their payloads get.

mod run;
mod single_iov;
mod task;

pub use run::{Executed, StrategyRun};
pub use task::{Commit, StrategyOutcome, Task, run_strategy};

//! Algorithms and strategies: from collected objects to payloads.
//!
//! Takes collected objects per run and an [`Algorithm`], gives result codes and payload values
//! with their IoV. It knows neither Rhai, terminals nor queues.

mod algorithm;
mod columns;
mod contain;
mod declared;
mod describe;
mod execution;
mod hooks;
mod in_force;
mod lack;
mod objects;
mod opaque;
mod payloads;
mod scripted;
mod state;
mod strategy;
mod summary;
mod test_calibration;
pub mod words;

#[cfg(test)]
mod tests;

pub use algorithm::{AlgResult, Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};
pub use columns::{PREVIOUS, columns_of, row_table};
pub use describe::{describe, describe_model, forget_places};
pub use execution::{Execution, Input, execute};
pub use objects::{Channels, Objects};
pub use opaque::Opaque;
pub use scripted::{Answer, Data, Saved, Scripted, ScriptedStrategy};
pub use state::{AlgorithmState, AlgorithmTrigger};
pub use strategy::{Commit, Executed, StrategyOutcome, StrategyRun, Task, run_strategy};
pub use summary::{FitSummary, Worst};

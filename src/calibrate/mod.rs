//! Algorithms and strategies: from collected objects to payloads.
//!
//! Takes collected objects per run and an [`Algorithm`], gives result codes and payload values
//! with their IoV. It knows neither Rhai, terminals nor queues.

mod algorithm;
mod columns;
mod describe;

pub use algorithm::{AlgResult, Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};
pub use columns::{FIT_COLUMNS, PREVIOUS, columns_of, row_columns};
pub use describe::describe;

//! Algorithms and strategies: from collected objects to payloads.
//!
//! Takes collected objects per run and an [`Algorithm`], gives result codes and payload values
//! with their IoV. It knows neither Rhai, terminals nor queues.

mod algorithm;

pub use algorithm::{AlgResult, Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};

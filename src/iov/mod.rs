//! Experiments, runs and intervals of validity.
//!
//! Takes pairs and quadruples of numbers, gives ordered runs and intervals that answer
//! `contains` and `overlaps`. It knows neither files nor payloads.

mod exp_run;
mod interval;

pub use exp_run::ExpRun;
pub use interval::{Error, IoV};

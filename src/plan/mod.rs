//! Calibrations in their order, checked before anything runs.
//!
//! Takes what a script described, gives a [`Plan`]: plain data that can be hashed and run
//! without the script. It knows neither threads nor clocks.

mod algorithms;
mod calibration;
mod check;
mod fingerprint;
mod graph;
mod nearest;
mod order;
mod problem;
mod rules;
mod strategies;

pub use calibration::{Calibration, Collection, Plan};
pub use check::check;
pub use fingerprint::{calibration_fingerprint, fingerprint};
pub use graph::Graph;
pub use order::{Order, order};
pub use problem::{Error, Problem};

//! Calibrations in their order, checked before anything runs.
//!
//! Takes what a script described, gives a [`Plan`]: plain data that can be hashed and run
//! without the script. It knows neither threads nor clocks.

mod calibration;

pub use calibration::{Calibration, Collection, Plan};

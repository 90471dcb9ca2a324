//! What a script declares about itself, and every rule about it.
//!
//! Takes the fields of `CalibrationSettings`, gives a checked record or all problems at once.
//! It knows neither Rhai nor how anything runs.

mod calibration;

pub use calibration::CalibrationSettings;

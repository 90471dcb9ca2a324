//! The settings of a calibration script.

use serde::Serialize;

/// What a calibration script says about itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CalibrationSettings {
    /// Name, at most 64 characters.
    pub name: String,
}

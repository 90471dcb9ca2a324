//! What a script declares about itself, and every rule about it.
//!
//! Takes the named fields of `CalibrationSettings` and `ValidationSettings` as plain values, gives a
//! checked record or all problems at once. It knows neither Rhai nor how anything runs.
//!
//! Names, defaults and rules are upstream's, with these exceptions, each of them stricter:
//! * a single text where a list is needed is refused (upstream takes it apart into letters);
//! * text fields hold text, `produced_payloads` and `download_files` hold lists of text, and
//!   only `()` or leaving a field out stands for "none" (upstream lets any empty or odd value pass);
//! * `expert_config` holds what strict JSON can hold: no `NaN`, no infinity;
//! * `NOT` negates a filter only when it stands before the name.
//!
//! Filters that can never hold together are accepted as upstream does, since how filters of one category
//! are combined is decided where the data are chosen; [`CalibrationSettings::remarks`] names them.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 27 a bare text is a set of letters, sets have no order, `NOT` may stand anywhere | lists of text, sorted; `NOT` only in front; contradictions are remarked | `calibration_settings` |

mod calibration;
mod fields;
mod filters;
mod local;
mod nearest;
mod problem;
mod text;
mod validation;
mod value;

pub use calibration::{CalibrationSettings, DATA_FORMATS, SUBSYSTEMS};
pub use filters::{INPUT_DATA_FILTERS, filter_category};
pub use local::{local_calibrations, local_calibrations_json};
pub use nearest::nearest;
pub use problem::{Error, Problem, Rule};
pub use validation::ValidationSettings;
pub use value::FieldValue;

/// Longest name of a calibration, in characters.
pub const MAX_NAME_LENGTH: usize = 64;

//! How far each calibration of an output folder is, in a file that survives being killed.

mod calibration_state;
mod database;
mod error;
mod row;
mod schema;
mod statements;

pub use calibration_state::CalibrationState;
pub use database::StateDb;
pub use error::StateError;
pub use row::Row;

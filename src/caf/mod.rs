//! Running a plan: calibrations in their order, iterations, outputs, and telling an observer.
//!
//! Takes a checked [`crate::plan::Plan`], gives an [`Outcome`] and a folder of results in which
//! nothing is ever half-written. It knows neither scripts, terminals nor exit codes.

mod calibration;
mod collecting;
mod constants;
mod error;
mod event;
mod files;
mod folder;
mod inputs;
mod iteration;
mod iteration_folders;
mod lines;
mod local_database;
pub mod machine;
mod options;
mod outcome;
mod provenance;
mod reading;
mod relay;
mod run;
mod sign;
mod speaker;
mod state;
mod status;
mod store;
mod without_data;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use event::{Event, NullObserver, Observer};
pub use iteration_folders::{iteration_folders, remove_iterations_after};
pub use options::Options;
pub use outcome::{
    AlgorithmOutcome, CalibrationOutcome, CollectionOutcome, Cut, ExecutionOutcome, Outcome,
    PayloadOutcome, State,
};
pub use run::{check, run};
pub use state::{CalibrationState, Row, StateDb, StateError};
pub use status::{is_in_use, open_state, reset};

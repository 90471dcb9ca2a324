//! What may happen when: a general machine of states, and the one every calibration goes through.

mod actions;
mod calibration;
mod drive;
mod error;
mod general;
mod transition;

pub use actions::{CalibrationActions, Reason, Stop};
pub use calibration::{Course, calibration};
pub use drive::{End, drive};
pub use error::MachineError;
pub use general::Machine;
pub use transition::{Event, State, Transition};

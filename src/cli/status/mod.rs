//! `b2caf status`: how far the calibrations of a run are.

mod document;
mod moment;
mod reset;
mod show;
mod table;
mod watch;

pub(super) use show::status;

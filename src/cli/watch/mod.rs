//! `b2caf watch`: a calibration that is run again whenever something it depends on is saved.

mod command;
mod files;
mod moves;
mod page;
mod round;
mod said;
mod server;
mod wake;

pub(in crate::cli) use command::watch;

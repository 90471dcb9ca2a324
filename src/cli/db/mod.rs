//! `b2caf db`: global tags, and what goes into and out of them.

mod answer;
pub(super) mod args;
mod command;
mod consent;
mod refused;
mod table;
mod tag;

pub(super) use command::db;

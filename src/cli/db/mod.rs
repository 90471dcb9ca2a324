//! `b2caf db`: global tags, and what goes into and out of them.

pub(super) mod answer;
pub(super) mod args;
mod check;
mod command;
mod consent;
mod entries;
mod faults;
mod find;
mod iov;
mod merge;
mod payload;
mod refused;
pub(super) mod table;
mod tag;
mod update;
mod upload;

pub(super) use command::db;
pub(super) use refused::refused;

//! `b2caf db`: global tags, and what goes into and out of them.

pub(super) mod args;
mod check;
mod command;
mod consent;
mod diff;
mod dump;
mod entries;
mod faults;
mod find;
mod iov;
mod merge;
mod object;
mod payload_args;
mod place;
mod refused;
mod server;
mod server_args;
mod server_tag;
mod server_transfer;
mod tag;
mod update;
mod upload;

pub(super) use command::db;
pub(super) use refused::refused;

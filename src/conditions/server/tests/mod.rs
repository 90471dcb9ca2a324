//! The client against a server on loopback that fails as it is told.

mod addresses;
mod files;
mod lookup;
mod reading;
mod support;
mod token;
mod upload;
mod writing;

#[path = "../../../../tests/support/conditions_server/mod.rs"]
mod conditions_server;

//! `b2caf db` with a central server of the published interface, which each test starts for itself.

#![allow(clippy::unwrap_used, reason = "a test fails then")]

#[path = "support/conditions_server/mod.rs"]
mod conditions_server;
#[path = "server_commands/place.rs"]
mod place;
#[path = "server_commands/reading.rs"]
mod reading;
#[path = "server_commands/writing.rs"]
mod writing;

/// The token that the server takes.
const SECRET: &str = "eyJhbGciOi.s3cr3t-t0k3n.of-the-tests";

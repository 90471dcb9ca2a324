//! A central conditions server of the published interface, on loopback, for tests.
//!
//! It keeps tags, payloads and intervals in memory, answers one request per connection, notes what
//! was asked, and fails as it is told. It shares no code with the client that it tests.

#![allow(dead_code, reason = "not every test uses everything")]
#![allow(clippy::unwrap_used, reason = "it is a test that fails then")]
#![allow(missing_docs, reason = "the published interface says what things are")]
#![allow(unreachable_pub, reason = "tests include this folder as a module")]

mod answer;
mod fault;
mod listen;
mod paths;
mod request;
mod world;

pub use fault::{Fault, Kind};
pub use listen::ConditionsServer;
pub use request::Request;
pub use world::World;

//! Global tags: payloads with intervals, collected under a name, in a store of our own.
//!
//! Takes testing stores and other tags, gives the payload in force for a name and a run, listings, checks
//! and transfers between tags. The metadata are an SQLite file with the tables of upstream's download tool.

mod database;
mod entry;
mod error;
mod fault;
mod files;
mod schema;
mod state;
mod store;
mod write;

pub use entry::{BrokenEntry, PayloadInfo, Tag, TagEntry, by_runs, listed};
pub use error::TagError;
pub use fault::{Fault, FaultKind, Severity, any_error};
pub use files::PayloadFiles;
pub use state::{Content, TagState};
pub use store::TagStore;

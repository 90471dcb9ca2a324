//! Payloads and the testing store that holds them.
//!
//! Takes payloads with an interval of validity, gives content-addressed files beside a
//! `database.txt` that the conditions database clients of basf2 read, and finds them again by name and run.
//! It knows neither fits nor algorithms. What upstream does in this field, point by point, stands in
//! [`behaviours`]; global tags are in [`tags`].

pub mod behaviours;
mod chain;
mod columns;
mod commit;
mod database;
mod difference;
mod error;
mod format;
mod in_force;
mod leaves;
mod library;
mod merge;
mod objects;
mod payload;
mod provenance;
mod readable;
mod root_form;
pub mod server;
mod standard_layouts;
mod store;
pub mod tags;
mod turns;

#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod tests;

pub use chain::{Chain, InForce};
pub use commit::{Commit, Written};
pub use database::{Database, Record};
pub use difference::{Change, Difference, MemberDifference, Place, Reading, difference};
pub use error::Error;
pub use format::PayloadFormat;
pub use leaves::{Leaf, leaves};
pub use library::{ChannelIndex, Library, PayloadName, StoredAs};
pub use merge::{Merged, merge_stores};
pub use payload::Payload;
use payload::check_name;
pub use provenance::{Origin, Provenance};
pub use readable::readable;
pub use root_form::{RootForm, Turn, payload_name, turns_of, unfit};
pub use store::{Store, checksum};
pub use turns::take_turns;

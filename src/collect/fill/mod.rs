//! The objects of a collector while they are filled.
//!
//! Takes the values of rows that came so far, counts and sums them per run; parts that different
//! threads filled are put together so that nobody sees who filled what. It does not know files.

mod kind;
mod objects;
mod part;
mod tally;
mod worker;

pub(crate) use objects::Objects;
pub(crate) use part::Part;
pub(crate) use tally::{RunTally, Tally};
pub(crate) use worker::Filling;

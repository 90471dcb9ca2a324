//! The rows of a batch of entries, and the steps that go over them.
//!
//! Takes entries of one file, gives the columns of events or elements that a step reads, and
//! keeps those that pass the cuts. It does not know what is filled.

mod alone;
mod batch;
mod elements;
mod events;
mod held;
mod links;
mod made;
mod pairs;
mod read;
mod steps;

pub(crate) use alone::count_alone;
pub(crate) use batch::{Batch, FileColumns, Runs};
pub(crate) use elements::each_slice;
pub(crate) use events::Events;
pub(crate) use made::made_slices;
pub(crate) use pairs::run_pairs;

pub(crate) use steps::{Rows, Sink, run_steps};

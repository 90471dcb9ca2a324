//! The files of a pass: what they hold, whether they fit, whose events they are.
//!
//! Takes paths with their intervals, gives files whose columns were compared before the first
//! event is read, and the experiment, run and number of each event. It does not know what is
//! done with events.

mod columns;
mod files;
mod ids;
mod units;

pub(crate) use columns::Layout;
pub(crate) use files::{Input, OpenFile, Shelf, look_at};
pub(crate) use ids::{Ids, read_ids};
pub(crate) use units::{Unit, units};

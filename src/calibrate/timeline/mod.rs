//! Constants that follow the time: where it is cut, and what becomes of the pieces.
//!
//! [`Intervals::of`] cuts the rows of a table into intervals of time with the least total loss;
//! [`lay_out`] turns pieces with constants of their own into intervals of validity that cover every
//! run once, and into numbers of events where a run is cut.

mod atoms;
mod error;
mod intervals;
mod lay_out;
mod partition;
#[cfg(test)]
mod tests;

pub use error::TimelineError;
pub use intervals::{Event, Interval, Intervals};
pub use lay_out::{Piece, Stretch, lay_out};
pub use partition::Block;

//! What is done with whole tables and columns: order, join, group, average.
//!
//! Takes tables, gives other tables. Rows come in an order that does not depend on where the
//! values came from.

mod chosen;
mod gaps;
mod groups;
mod join;
mod key;
mod operate;
mod statistics;

pub use gaps::filled_from_neighbours;
pub use groups::{Groups, channels};
pub use join::JoinError;
pub use key::Key;
pub use operate::{Operand, operate};
pub use statistics::Statistics;

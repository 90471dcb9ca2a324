//! Histograms: axes, storages, blocks of channels, exact merging.
//!
//! Takes values (a batch at a time), gives counts and sums that do not depend on the order or
//! the partition in which they came. It does not know who fills it.

mod axis;
mod block;
mod channels;
mod counts;
mod equations;
mod exact;
mod histogram;
mod index;
mod moments;
mod profile;
mod shape;
mod simple;
mod stored;
mod wide;

#[cfg(test)]
mod tests;

pub use axis::{Axis, AxisError, MAX_BINS};
pub use block::{Block, BlockError};
pub use channels::ChannelRange;
pub use counts::CountBlock;
pub use equations::{EquationBlock, EquationRows, NormalSums};
pub use exact::ExactSum;
pub use histogram::{Content, Histogram, Moments};
pub use profile::ProfileBlock;
pub use simple::{Efficiency, EfficiencyBlock, Sum, SumBlock};

//! Histograms: axes, storages, blocks of channels, exact merging.
//!
//! Takes values (a batch at a time), gives counts and sums that do not depend on the order or
//! the partition in which they came. It does not know who fills it.

mod axis;
mod histogram;
mod index;

pub use axis::{Axis, AxisError, MAX_BINS};
pub use histogram::{Content, Histogram, Moments};

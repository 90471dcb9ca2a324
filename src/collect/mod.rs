//! One pass over events that fills objects per run.
//!
//! Takes a [`Collector`] and files with their IoV, gives one set of objects per run (or one for
//! all) and a cut flow. It knows neither fits nor backends.

mod collector;

pub use collector::{Binning, Collector, Granularity, Object, PerChannel, Step, Storage};

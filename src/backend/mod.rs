//! Where work is done: today the threads of this process.
//!
//! Takes work, gives its result. It knows neither calibrations nor events.

mod local;

pub use local::{Error, with_threads};

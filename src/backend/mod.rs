//! Where work is done: the threads of this process, and jobs as batch systems take them.
//!
//! Takes work, gives its result; takes a job with its files, gives it split into sub-jobs and written down.
//! It knows neither calibrations nor events.
//!
//! Where splitting differs from upstream: a limit below 1 is refused instead of crashing, arguments may be as
//! many as the limit says and need no limit, and a record with a sub-job twice is refused.

mod error;
mod job;
mod local;
mod split;
mod status;

pub use error::Error;
pub use job::{Argument, Job, SubJob};
pub use local::{Local, Next};
pub use split::{MOST_SUBJOBS, Splitter, evenly, in_chunks};
pub use status::Status;

//! Where work is done: the threads of this process, and jobs as batch systems take them.
//!
//! Takes work, gives its result; takes a job with its files, gives it split into sub-jobs and written down.
//! It knows neither calibrations nor events.
//!
//! Where splitting differs from upstream: a limit below 1 is refused instead of crashing, arguments may be as
//! many as the limit says and need no limit, and a record with a sub-job twice is refused.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 29 a thread per calibration, and the working directory of the process is changed | as many calibrations at once as there are threads; the directory is never changed | `the_working_directory_is_never_changed` |
//! | 35 slow exit files turn good jobs into failures; one failed sub-job repeats all | there are no batch jobs yet; what was collected is kept, whatever fails after it | `a_killed_run_goes_on_and_ends_with_the_same_bytes` |

mod cores;
mod error;
mod job;
mod local;
mod split;
mod status;

pub use cores::{both, map_each};
pub use error::Error;
pub use job::{Argument, Job, SubJob};
pub use local::{Local, Next};
pub use split::{MOST_SUBJOBS, Splitter, evenly, in_chunks};
pub use status::Status;

//! Panics stay where they happen: they become failures that say so.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::execution::Ended;

/// What `work` gives; a failure naming `what` if it panics.
pub(super) fn contained<T>(what: &str, work: impl FnOnce() -> T) -> Result<T, Ended> {
    // What was being changed is thrown away with the execution.
    catch_unwind(AssertUnwindSafe(work)).map_err(|cause| {
        let reason = reason(&*cause);
        Ended::failure(format!("{what} panicked: {reason}; this is a bug of b2caf"))
    })
}

fn reason(cause: &(dyn Any + Send)) -> &str {
    cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no reason was given")
}

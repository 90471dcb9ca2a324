//! The small helpers against vectors of the upstream code.
//!
//! Where this program differs on purpose a rule says so: a predicate on the arguments, and the corrected result,
//! worked out here from the definition in another way than in the library.

#[macro_use]
mod support;
#[path = "support/golden.rs"]
mod golden;

#[path = "utils/graphs.rs"]
mod graphs;
#[path = "utils/jobs.rs"]
mod jobs;
#[path = "utils/runs.rs"]
mod runs;

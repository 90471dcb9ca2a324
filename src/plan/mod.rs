//! Calibrations in their order, checked before anything runs.
//!
//! Takes what a script described, gives a [`Plan`]: plain data that can be hashed and run
//! without the script. It knows neither threads nor clocks.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 1 a two-way dependency is no cycle, and both wait for ever | every cycle is refused before anything runs, and drawn | `cycles_are_drawn` |
//! | 31 jobs are pickled objects: opaque, bound to a version | a plan is plain data with a fingerprint; nothing is read back as code | `fingerprints_change_with_what_matters` |

mod algorithms;
mod calibration;
mod changes;
mod check;
mod fingerprint;
mod global;
mod graph;
mod nearest;
mod order;
mod problem;
mod rules;
mod strategies;

pub use calibration::{Calibration, Collection, Plan};
pub use changes::{algorithm_changes, collection_changes};
pub use check::check;
pub use fingerprint::{calibration_fingerprint, collection_fingerprint, fingerprint, hash};
pub use graph::Graph;
pub use order::{Order, order};
pub use problem::{Error, Problem};

//! The machines of states against vectors of the upstream code.
//!
//! Where this program differs on purpose a rule says so: a predicate on the case, and the corrected result, worked
//! out here in another way than in the library.

#[macro_use]
mod support;
#[path = "support/golden.rs"]
mod golden;

#[path = "machines/flow.rs"]
mod flow;
#[path = "machines/general.rs"]
mod general;
#[path = "machines/model.rs"]
mod model;
#[path = "machines/stand_in.rs"]
mod stand_in;
#[path = "machines/tables.rs"]
mod tables;

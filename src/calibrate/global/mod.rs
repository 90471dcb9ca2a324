//! Global fits: many parameters of detector elements from records of tracks, under constraints.
//!
//! The solution is that of [`crate::fit::systems`]; here labels get their meaning, rules choose
//! parameters, and corrections become payloads.

mod component;
mod constraints;
mod description;
mod execute;
mod hierarchy;
mod measurements;
mod parameters;
mod rule;
mod save;
mod silicon;
#[cfg(test)]
mod tests;
mod wires;

pub use component::{component_names, is_written};
pub(super) use description::describe_global;
pub(super) use execute::execute_global;
pub use hierarchy::{LEVELS, MOTIONS};
pub use parameters::parameter_row;
pub use rule::{Choice, ConstraintRule, Global, Hierarchy};

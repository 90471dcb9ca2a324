//! Closures of scripts, compiled from their syntax tree.
//!
//! Takes a closure of a script with all that it captured, gives a formula over columns, or a
//! function that is asked row by row where a formula cannot say it. It knows neither what the
//! columns hold nor when the formula is evaluated.

mod callable;
mod calls;
mod capture;
mod cases;
mod changes;
mod compile;
mod data;
mod identity;
mod interpret;
mod lower;
mod meaning;
mod near;
mod numbers;
mod register;
mod render;
mod resolve;
mod row;
mod rules;
mod search;
mod term;
#[cfg(test)]
mod tests;
mod twins;
mod walk;

pub use compile::{Compiled, compile_map, compile_model, compile_row, interpret_row};
pub use register::register;
pub use rules::{RefitRule, condition_rule, histogram_rule, number_rule, range_rule, refit_rule};

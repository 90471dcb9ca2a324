//! Closures of small scripts, and what becomes of them.

mod compile;
mod harness;
mod rows;
mod ways;

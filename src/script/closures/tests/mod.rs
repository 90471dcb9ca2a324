//! Closures of small scripts, and what becomes of them.

mod compile;
mod grown;
mod harness;
mod rows;
mod ways;

//! Closures of small scripts, and what becomes of them.

mod compile;
mod grown;
mod harness;
mod lookups;
mod rows;
mod ways;

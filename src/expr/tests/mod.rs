//! Tests of formulas.

mod arrays;
mod cases;
mod interpreter;
mod lookups;
mod parse;
mod random;
mod refused;
mod tables;
mod text;

//! Special functions of physics on single values, with their derivatives.
//!
//! Takes and gives plain numbers. Where an exact derivative cannot be written with other functions
//! without losing digits, it is a function of its own, made as carefully.

mod complex;
mod landau;
mod landau_table;
mod ratios;
#[cfg(test)]
mod tests;
mod voigt;

pub(super) use landau::HIGHEST as HIGHEST_OF_LANDAU;
pub use landau::landau;
pub use ratios::{asinhrel, asinhrel_slope, ln1prel, ln1prel_slope};
pub(super) use voigt::HIGHEST as HIGHEST_OF_VOIGT;
pub use voigt::voigt;

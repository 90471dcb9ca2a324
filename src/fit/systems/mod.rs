//! Systems of linear equations: dense, symmetric, least squares, and sparse with many records.
//!
//! Everything here gives the same bytes for any number of threads. Large products go through
//! `ndarray`; factorisations are written here in blocks on top of it.

mod cholesky;
mod equation;
mod error;
mod global;
mod linear_model;
mod linear_system;
mod lu;
mod matrix;
mod product;
mod symmetric;
#[cfg(test)]
mod tests;

pub use cholesky::Cholesky;
pub use equation::Equation;
pub use error::SystemError;
pub use global::{
    Component, Constraint, GlobalFit, GlobalMethod, GlobalParameter, GlobalResult, Records,
    Rejected, State, WeakMode,
};
pub use linear_model::{LinearModel, Sigma};
pub use linear_system::{LinearSystem, Method, Solution};
pub use lu::Lu;
pub use matrix::Matrix;
pub use symmetric::Spectrum;

//! Least squares of many records that share few parameters: global alignment and calibration.
//!
//! Each record (a track, a survey measurement) has parameters of its own, which are eliminated
//! before the global parameters are solved for (V. Blobel and C. Kleinwort, hep-ex/0208021).

mod constraints;
mod eliminate;
mod options;
mod passes;
mod records;
mod result;
mod solve;
mod sums;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod toys;
mod weak;

pub use constraints::Constraint;
pub use options::{GlobalFit, GlobalMethod};
pub use records::Records;
pub use result::{Component, GlobalParameter, GlobalResult, Rejected, State, WeakMode};

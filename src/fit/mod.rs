//! Fits: models, cost functions, minima and errors.
//!
//! Takes histograms or points and a [`Model`], gives values with covariance and the facts that
//! say whether to trust them. It knows neither channels, runs nor payloads.

#![expect(
    clippy::neg_cmp_op_on_partial_ord,
    clippy::needless_range_loop,
    reason = "NaN must fall on the bad side of a comparison; matrices are written with indices"
)]

mod algebra;
mod compiled;
mod contour;
mod cost;
mod crossing;
mod curve;
mod drawn;
mod each;
mod error;
mod gauss;
mod integrals;
mod level;
mod linear;
mod mesh;
mod minimise;
mod minos;
mod model;
pub mod models;
mod newton;
mod objective;
mod picture;
mod points;
mod probability;
mod problem;
mod profile;
mod quasi;
mod resolution;
mod restart;
mod result;
mod row;
mod scale;
mod scan;
mod select;
mod single;
mod slices;
mod state;
mod sums;
pub mod systems;
mod terms;
#[cfg(test)]
mod tests;
mod together;
mod unbinned;

pub use compiled::Compiled;
pub use contour::{Contour, Edge};
pub use drawn::Drawn;
pub use each::{Warm, fit_each};
pub use error::Error;
pub use level::Level;
pub use minos::Minos;
pub use model::{Model, Parameter, Refit, Rule, RuleFunction, Start};
pub use picture::{LARGE, Picture, Pictures, Small, heights, pictures};
pub use points::{Points, fit_points};
pub use probability::probability;
pub use problem::Problem;
pub use result::{Cost, Errors, Fit, Options};
pub use row::{Row, failed_everywhere, table};
pub use scan::Scanned;
pub use single::{Solved, fit_histogram};
pub use slices::points_of;
pub use together::{Sample, fit_together};
pub use unbinned::{fit_rows, fit_values};

//! Fits: models, cost functions, minima and errors.
//!
//! Takes histograms or points and a [`Model`], gives values with covariance and the facts that
//! say whether to trust them. It knows neither channels, runs nor payloads.

mod model;
mod result;

pub use model::{Model, Parameter, Refit, Rule, RuleFunction, Start};
pub use result::{Cost, Fit, Options};

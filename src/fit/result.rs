//! How a fit is done and what comes out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Minos;

/// What is made small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Squared distance in units of the error; for counts the error is √n, empty bins are left out.
    Chi2,
    /// Poisson likelihood of counts, as deviance; for sums of weights that of the effective entries.
    Poisson,
    /// Likelihood of single values: the model is normalised over the range.
    Unbinned,
    /// Extended likelihood of single values: the integral of the model over the range is the number
    /// of values expected.
    Extended,
    /// Likelihood of the rows of a table: the model is the logarithm of the density of a row.
    LogLikelihood,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chi2 => "chi2",
            Self::Poisson => "poisson",
            Self::Unbinned => "unbinned",
            Self::Extended => "extended",
            Self::LogLikelihood => "log_likelihood",
        })
    }
}

/// What the errors of a fit are taken from.
///
/// The two differ where the model bends within the errors and the residuals do not cancel that:
/// at the minimum the Hessian of half the cost is Σ w (∇f∇fᵀ) + Σ r ∇∇f, and the linearised model
/// drops the second sum. It is small when the residuals r are small or scatter around zero, and
/// absent when the model is linear in its parameters; where the model misses the data
/// systematically, or the errors are as large as the range over which the model bends, expect
/// tens of percent. Tables of least-squares results elsewhere (the certified standard deviations
/// of NIST among them) are mostly of the linearised kind, and scaled by √(χ²/ndf) in addition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errors {
    /// The full Hessian at the minimum, with exact second derivatives of the model.
    #[default]
    Hessian,
    /// The model replaced by its tangent at the minimum (Gauss and Newton), by a QR decomposition
    /// of the weighted slopes.
    Linearised,
    /// As `Hessian`, and in addition the asymmetric errors of [`Fit::minos`] for each free parameter
    /// of a fit that found a minimum.
    Minos,
}

/// How a fit is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// What is made small; `None` chooses by the kind of data: Poisson for counts, χ² otherwise.
    pub cost: Option<Cost>,
    /// Low and high end of the (first) fit, instead of what the model says; needed for single values.
    pub range: Option<(f64, f64)>,
    /// Whether the model is averaged over each bin instead of taken at its centre.
    pub integrate: bool,
    /// Histograms with fewer entries are flagged and not fitted.
    pub min_entries: f64,
    /// Histograms with fewer entries have neighbouring bins joined, so many that the mean content
    /// of a bin is that of a histogram with this many entries; at least 20 bins are left. 0 = never.
    pub rebin_below: f64,
    /// Evaluations of the model at most.
    pub max_calls: u32,
    /// What the errors are taken from.
    pub errors: Errors,
    /// Of many channels, each starts where the last good fit among those before it ended.
    pub neighbour: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cost: None,
            range: None,
            integrate: false,
            min_entries: 0.0,
            rebin_below: 0.0,
            max_calls: 10_000,
            errors: Errors::Hessian,
            neighbour: false,
        }
    }
}

/// The result of one fit: values, errors, and the facts that say whether to trust them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Parameter names in the order of the model.
    pub names: Vec<String>,
    /// Values in that order.
    pub values: Vec<f64>,
    /// Errors as [`Options::errors`] asks for, `up` = 1 (χ²) or 0.5 (−ln L); 0 for fixed parameters.
    pub errors: Vec<f64>,
    /// Covariance, row by row; zeros for fixed parameters.
    pub covariance: Vec<f64>,
    /// χ² or deviance at the minimum; −2 ln L of single values.
    pub chi2: f64,
    /// Bins (or points) used less free parameters; 0 for single values, which have none.
    pub ndf: i64,
    /// Entries of the histogram inside the fitted range.
    pub entries: f64,
    /// Low end of the range used.
    pub low: f64,
    /// High end of the range used.
    pub high: f64,
    /// How often the range was moved.
    pub refits: u32,
    /// The ranges of the fits before this one, the first fit first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<(f64, f64)>,
    /// Estimated distance to the minimum, in units of the cost.
    pub edm: f64,
    /// A minimum was found.
    pub minimum: bool,
    /// The estimated distance is below the tolerance.
    pub edm_reached: bool,
    /// A parameter stands at a limit.
    pub at_limit: bool,
    /// The call limit was hit.
    pub call_limit: bool,
    /// The covariance comes from a positive definite Hessian.
    pub accurate: bool,
    /// Why the fit is not valid; empty when it is.
    pub why: String,
    /// Asymmetric errors of the free parameters, if [`Errors::Minos`] asked for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub minos: Vec<Minos>,
}

impl Fit {
    /// Minimum found, EDM reached, nothing at a limit, call limit not hit, covariance accurate.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.minimum && self.edm_reached && !self.at_limit && !self.call_limit && self.accurate
    }

    /// A minimum was found with its covariance; a parameter may stand at a limit.
    #[must_use]
    pub(crate) fn settled(&self) -> bool {
        self.minimum && self.edm_reached && !self.call_limit && self.accurate
    }

    /// Whether [`Errors::Minos`] gave both errors of each free parameter.
    #[must_use]
    pub fn minos_valid(&self) -> bool {
        self.valid() && !self.minos.is_empty() && self.minos.iter().all(Minos::valid)
    }

    /// Adds to why the fit is not valid.
    pub(crate) fn add_reason(&mut self, reason: &str) {
        if !self.why.is_empty() {
            self.why.push_str("; ");
        }
        self.why.push_str(reason);
    }

    /// χ² per degree of freedom; NaN without any.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "degrees of freedom are few")]
    pub fn chi2_ndf(&self) -> f64 {
        if self.ndf > 0 {
            self.chi2 / self.ndf as f64
        } else {
            f64::NAN
        }
    }

    /// The value of a parameter and its error.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<(f64, f64)> {
        let at = self.names.iter().position(|known| known == name)?;
        Some((self.values[at], self.errors[at]))
    }
}

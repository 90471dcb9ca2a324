//! What a global fit is asked for.

use super::Constraint;
use crate::fit::systems::SystemError;

/// How the global parameters are solved for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GlobalMethod {
    /// By the inverse: with errors and global correlations.
    #[default]
    Inversion,
    /// By eigenvalues: combinations that nothing determines are left out and told.
    Diagonalization,
    /// By triangles with exchanged rows; errors on request.
    Decomposition,
    /// By a triangle and its transpose, the fastest; errors on request.
    Cholesky,
}

/// Least squares for global parameters over [`Records`](super::Records).
///
/// What is minimised is Σ (residual − locals·q − globals·p)²/σ² over all measurements, with local
/// parameters q of each record and global parameters p, which are corrections and begin at 0.
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalFit {
    /// Labels of parameters that are held at 0.
    pub fixed: Vec<i64>,
    /// Sums of parameters with given values.
    pub constraints: Vec<Constraint>,
    /// Parameters that are known to be 0 with an error; each counts as a measurement.
    pub presigmas: Vec<(i64, f64)>,
    /// How it is solved.
    pub method: GlobalMethod,
    /// Parameters with fewer measurements are held at 0; never less than 1.
    pub min_entries: usize,
    /// Records are left out if their χ²/ndf is so many standard deviations √(2/ndf) above 1. The
    /// first number is for the first time parameters are known, and so on; the last one stays.
    pub chi2_cut: Vec<f64>,
    /// Measurements so many errors away count with the distance instead of its square
    /// (P. J. Huber, Ann. Math. Stat. 35, 73).
    pub huber: Option<f64>,
    /// Factor of all errors of measurements.
    pub scale_errors: f64,
    /// Solutions before the fit gives up looking for one that does not change any more.
    pub max_iterations: usize,
    /// Whether errors are calculated; by default if the method gives them anyway.
    pub errors: Option<bool>,
    /// Combinations of parameters with an eigenvalue below this fraction of the largest count as
    /// undetermined. Parameters are taken in units of their errors if all others were known.
    pub weak_cut: f64,
}

impl Default for GlobalFit {
    fn default() -> Self {
        Self {
            fixed: Vec::new(),
            constraints: Vec::new(),
            presigmas: Vec::new(),
            method: GlobalMethod::Inversion,
            min_entries: 0,
            chi2_cut: Vec::new(),
            huber: None,
            scale_errors: 1.0,
            max_iterations: 50,
            errors: None,
            weak_cut: 1e-11,
        }
    }
}

impl GlobalFit {
    pub(super) fn check(&self) -> Result<(), SystemError> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let refuse = |what: String| Err(SystemError::wrong(what));
        if let Some(cut) = self.chi2_cut.iter().find(|cut| !positive(**cut)) {
            return refuse(format!("chi2_cut is {cut}, it must be finite and above 0"));
        }
        if let Some(bound) = self.huber.filter(|bound| !positive(*bound)) {
            return refuse(format!("huber is {bound}, it must be finite and above 0"));
        }
        if !positive(self.scale_errors) {
            let factor = self.scale_errors;
            return refuse(format!(
                "scale_errors is {factor}, it must be finite and above 0"
            ));
        }
        if !(self.weak_cut > 0.0 && self.weak_cut < 1.0) {
            let cut = self.weak_cut;
            return refuse(format!("weak_cut is {cut}, it must be between 0 and 1"));
        }
        if self.max_iterations == 0 {
            return refuse("max_iterations is 0: at least one is needed".into());
        }
        let mut known: Vec<i64> = Vec::new();
        for (label, sigma) in &self.presigmas {
            if !positive(*sigma) {
                let message = format!("the presigma of label {label} is {sigma}");
                return refuse(format!("{message}, it must be finite and above 0"));
            }
            if known.contains(label) {
                return refuse(format!("label {label} has two presigmas"));
            }
            known.push(*label);
        }
        Ok(())
    }

    /// Whether measurements or records may lose weight, so that one solution is not the last.
    pub(super) fn repeats(&self) -> bool {
        self.huber.is_some() || !self.chi2_cut.is_empty()
    }

    pub(super) fn wants_errors(&self) -> bool {
        let exact = matches!(
            self.method,
            GlobalMethod::Inversion | GlobalMethod::Diagonalization
        );
        self.errors.unwrap_or(exact)
    }
}

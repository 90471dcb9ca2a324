//! What a global fit found, and what it could not use.

/// Why a parameter has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It was fitted.
    Free,
    /// It was held at 0 on request.
    Fixed,
    /// It was held at 0 because too few measurements depend on it.
    FewEntries,
}

impl State {
    /// One word or two.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Fixed => "fixed",
            Self::FewEntries => "few entries",
        }
    }
}

/// One global parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalParameter {
    /// Its label.
    pub label: i64,
    /// The correction that was found.
    pub value: f64,
    /// Its error; 0 if it was held, NaN if errors were not asked for.
    pub error: f64,
    /// Measurements in used records that depend on it.
    pub entries: usize,
    /// The largest correlation with any combination of the other parameters (Blobel); 0 if it was
    /// held, NaN if errors were not asked for.
    pub correlation: f64,
    /// Why it has its value.
    pub state: State,
}

/// Records that were not used, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// Their measurements do not determine their local parameters.
    pub singular: usize,
    /// They have as many local parameters as measurements, so that they say nothing.
    pub no_freedom: usize,
    /// Their χ² is above the cut.
    pub chi2: usize,
}

impl Rejected {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.singular + self.no_freedom + self.chi2
    }
}

/// One parameter in a combination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Component {
    /// Its label.
    pub label: i64,
    /// How it moves along, in its own unit; 1 for the first one.
    pub factor: f64,
}

/// A combination of parameters that the measurements do not determine.
#[derive(Clone, Debug, PartialEq)]
pub struct WeakMode {
    /// Its eigenvalue as a fraction of the largest.
    pub eigenvalue: f64,
    /// The parameters that move most, the most important first.
    pub components: Vec<Component>,
}

/// The parameters of a global fit and how far to trust them.
#[derive(Clone, Debug, PartialEq)]
pub struct GlobalResult {
    /// All parameters that are named anywhere, by label.
    pub parameters: Vec<GlobalParameter>,
    /// χ² of the used records and the presigmas at the solution; measurements beyond the bound of
    /// Huber count linearly.
    pub chi2: f64,
    /// Degrees of freedom.
    pub ndf: i64,
    /// Records that were used.
    pub records: usize,
    /// Records that were not used.
    pub rejected: Rejected,
    /// Measurements of used records that count less because they are too far away.
    pub down_weighted: usize,
    /// Largest over smallest eigenvalue of the system that was solved, with parameters in units of
    /// their errors if all others were known; exact for diagonalization, else about.
    pub condition: f64,
    /// Combinations that were left out; only of diagonalization.
    pub weak_modes: Vec<WeakMode>,
    /// Solutions that were needed.
    pub iterations: usize,
    /// Whether the last one was the same as the one before. Always with neither cut nor bound.
    pub converged: bool,
}

impl WeakMode {
    /// As a sum of labels.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.components.iter().enumerate();
        let parts = parts.map(|(number, Component { label, factor })| {
            let sign = match (number, *factor < 0.0) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            };
            format!("{sign}{:.3}·({label})", factor.abs())
        });
        parts.collect()
    }
}

//! What a global fit is to do, as plain data.

use crate::expr::{Formula, Place};
use crate::fit::systems::GlobalMethod;

/// A global fit over collected records.
#[derive(Clone, Debug)]
pub struct Global {
    /// Name of the records.
    pub records: String,
    /// Payloads whose parameters are fitted; those of others are left out.
    pub components: Vec<String>,
    /// Parameters that are held.
    pub fixed: Vec<Choice>,
    /// Sums of corrections that are zero.
    pub constraints: Vec<ConstraintRule>,
    /// Wholes whose parts must not move together.
    pub hierarchies: Vec<Hierarchy>,
    /// How it is solved.
    pub method: GlobalMethod,
    /// Factor of all errors of measurements.
    pub scale_errors: f64,
    /// Records are left out whose χ²/ndf lies so many standard deviations above 1, for each solution.
    pub chi2_cut: Vec<f64>,
    /// Measurements so many errors away count with the distance instead of its square.
    pub downweight: Option<f64>,
    /// Parameters with fewer measurements are held.
    pub min_entries: usize,
    /// With fewer records the answer is not enough data.
    pub min_records: usize,
    /// Payloads that are written; all components that can be for `None`.
    pub save: Option<Vec<String>>,
    /// Where it was declared.
    pub place: Place,
}

impl Global {
    /// A fit of these components without rules.
    #[must_use]
    pub fn new(records: &str, components: Vec<String>, place: Place) -> Self {
        Self {
            records: records.to_owned(),
            components,
            fixed: Vec::new(),
            constraints: Vec::new(),
            hierarchies: Vec::new(),
            method: GlobalMethod::Inversion,
            scale_errors: 1.0,
            chi2_cut: Vec::new(),
            downweight: None,
            min_entries: 0,
            min_records: 0,
            save: None,
            place,
        }
    }
}

/// Parameters chosen by a condition on the rows of [`super::parameter_row`].
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it is for, in words.
    pub name: String,
    /// The condition.
    pub rows: Formula,
    /// Where it was declared.
    pub place: Place,
}

/// A weighted sum of corrections that is zero, or one for each value of a column.
#[derive(Clone, Debug)]
pub struct ConstraintRule {
    /// The corrections in it.
    pub chosen: Choice,
    /// Their weights.
    pub weight: Formula,
    /// The column, if there is one sum for each of its values.
    pub each: Option<String>,
}

/// Parts must not move together the way their whole does.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    /// The payload with the parameters of wholes and parts.
    pub component: String,
    /// From the largest whole to the smallest part.
    pub levels: Vec<String>,
    /// Motions that belong to the whole.
    pub motions: Vec<String>,
    /// Where it was declared.
    pub place: Place,
}

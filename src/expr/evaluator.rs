//! Formulas of both kinds, evaluated alike.

use super::{Failure, Formula, Outputs, Place, Schema, Scratch, Slice, Type};

/// What a formula must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever it gives.
    Any,
    /// A truth value.
    Condition,
    /// A number; whole numbers become numbers.
    Number,
    /// A whole number, as the number of a channel.
    Whole,
}

/// Formulas over the same rows, compiled or asked row by row.
#[derive(Debug)]
pub struct Evaluator {
    columns: Vec<usize>,
    types: Vec<Type>,
}

impl Evaluator {
    /// Formulas with what each must give.
    ///
    /// # Errors
    /// When a name is unknown or types do not fit, with the place in the formula.
    pub fn new(_formulas: &[(&Formula, Wanted)], _schema: &dyn Schema) -> Result<Self, Failure> {
        Err(Failure {
            message: "column code is not there yet".into(),
            hint: None,
            place: Place::default(),
        })
    }

    /// Numbers of the columns it reads, rising; inputs are given in this order.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Types of the outputs.
    #[must_use]
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// Values for `rows` rows, from the columns of [`Evaluator::columns`] in that order.
    ///
    /// # Errors
    /// When a formula fails for a row.
    pub fn evaluate<'a>(
        &self,
        inputs: &[Slice<'a>],
        rows: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Outputs<'a>, Failure> {
        let _ = (inputs, rows, scratch);
        Err(Failure {
            message: "column code is not there yet".into(),
            hint: None,
            place: Place::default(),
        })
    }
}

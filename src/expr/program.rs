//! Formulas compiled to column code.

use super::{Expr, Failure, Place, Schema, Slice, Type};

/// Memory that an evaluation reuses; one per thread, good for any program.
#[derive(Debug, Default)]
pub struct Scratch {}

/// Values of the outputs of one evaluation.
#[derive(Debug)]
pub struct Outputs<'a> {
    slices: Vec<Slice<'a>>,
}

impl<'a> Outputs<'a> {
    /// Values of output `i`, one per row.
    ///
    /// # Panics
    /// When there is no such output.
    #[must_use]
    pub fn get(&self, i: usize) -> Slice<'a> {
        self.slices[i]
    }
}

/// Formulas compiled to column code: typed, shared parts computed once.
#[derive(Clone, Debug)]
pub struct Program {
    columns: Vec<usize>,
    types: Vec<Type>,
}

impl Program {
    /// Column code for the formulas over the columns of `schema`.
    ///
    /// # Errors
    /// When a name is unknown or types do not fit, with the place in the formula.
    pub fn compile(outputs: &[Expr], schema: &dyn Schema) -> Result<Self, Failure> {
        Self::with_parameters(outputs, schema, &[])
    }

    /// The same for a model: `p.NAME` is the number at the position of `NAME` in `names`.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub fn with_parameters(
        _outputs: &[Expr],
        _schema: &dyn Schema,
        _names: &[String],
    ) -> Result<Self, Failure> {
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

    /// Values for `rows` rows. `inputs` are the columns of [`Program::columns`] in that order,
    /// `parameters` those of [`Program::with_parameters`].
    ///
    /// # Errors
    /// When a row divides a whole number by 0, or a whole number does not fit in 64 bits; when
    /// inputs do not have the type and length that was promised.
    pub fn evaluate<'a>(
        &self,
        inputs: &[Slice<'a>],
        parameters: &[f64],
        rows: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Outputs<'a>, Failure> {
        let _ = (inputs, parameters, rows, scratch);
        Err(Failure {
            message: "column code is not there yet".into(),
            hint: None,
            place: Place::default(),
        })
    }
}

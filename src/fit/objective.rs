//! The formula of a fit made ready: differentiated and compiled once, shared by all channels and
//! threads.

use smallvec::SmallVec;

use crate::expr::{
    Column, Columns, Expr, Failure, Function, Program, Scratch, Slice, Type, build, derivative,
    mentions,
};

use super::curve::Slopes;

/// A formula of columns and parameters with its exact first and second derivatives.
#[derive(Clone, Debug)]
pub(crate) struct Objective {
    /// Value and first derivatives.
    slopes: Program,
    /// The same with second derivatives.
    bends: Program,
    /// Whether the formula is linear in each parameter, all others held.
    pub(crate) linear: Vec<bool>,
}

/// Memory of one thread for the evaluation of any formula.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    scratch: Scratch,
}

/// The rows a formula is taken at.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    /// All columns of the schema it was compiled for; the first `weights.len()` rows are the
    /// first place, and so on.
    pub(crate) columns: &'a [Column],
    /// Weights of the rows of a place; a place is their weighted sum.
    pub(crate) weights: &'a [f64],
    /// Number of places.
    pub(crate) places: usize,
}

/// Where the results of one formula belong among those of several.
#[derive(Clone, Copy)]
pub(crate) struct Region<'a> {
    /// Its first place.
    pub(crate) begin: usize,
    /// Where its second derivatives begin.
    pub(crate) second: usize,
    /// The positions of its parameters among all.
    pub(crate) parameters: &'a [usize],
}

/// Places computed at once: intermediate columns stay in the fastest memory.
const BLOCK: usize = 128;

impl Objective {
    /// Differentiates and compiles a formula over the columns of a schema.
    ///
    /// # Errors
    /// A formula that cannot be compiled or differentiated.
    pub(crate) fn new(
        formula: &Expr,
        columns: &Columns,
        names: &[String],
    ) -> Result<Self, Failure> {
        let mut outputs = vec![Expr::clone(formula)];
        for name in names {
            outputs.push(derivative(formula, name)?);
        }
        let linear = names.iter().zip(&outputs[1..]);
        let linear = linear.map(|(name, slope)| !mentions(slope, name)).collect();
        let slopes = program(&outputs, columns, names)?;
        for i in 0..names.len() {
            for name in &names[..=i] {
                outputs.push(derivative(&outputs[i + 1], name)?);
            }
        }
        Ok(Self {
            bends: program(&outputs, columns, names)?,
            slopes,
            linear,
        })
    }

    /// Value and derivatives at all places, put where `region` says. Where a whole number does
    /// not exist, values are NaN.
    pub(crate) fn evaluate(
        &self,
        rows: Rows<'_>,
        parameters: &[f64],
        second: bool,
        memory: &mut Memory,
        region: Region<'_>,
        out: &mut Slopes,
    ) {
        let program = if second { &self.bends } else { &self.slopes };
        let (n, nodes) = (parameters.len(), rows.weights.len());
        let (places, total) = (rows.places, out.value.len());
        let seconds = if second { n * (n + 1) / 2 } else { 0 };
        let step = (BLOCK / nodes).max(1);
        for begin in (0..places).step_by(step) {
            let end = (begin + step).min(places);
            let inputs: SmallVec<[Slice<'_>; 4]> = program
                .columns()
                .iter()
                .map(|column| rows.columns[*column].part(begin * nodes..end * nodes))
                .collect();
            let count = (end - begin) * nodes;
            let outputs = program.evaluate(&inputs, parameters, count, &mut memory.scratch);
            for at in 0..1 + n + seconds {
                let (into, start) = match at {
                    0 => (&mut out.value, region.begin),
                    at if at <= n => (
                        &mut out.first,
                        region.parameters[at - 1] * total + region.begin,
                    ),
                    at => (&mut out.second, region.second + (at - n - 1) * places),
                };
                let into = &mut into[start + begin..start + end];
                match &outputs {
                    Ok(outputs) => average(outputs.get(at).floats(), rows.weights, into),
                    // a whole number that does not exist: no value here
                    Err(_) => into.fill(f64::NAN),
                }
            }
        }
    }

    /// The value in one row of the columns; NaN where there is none.
    pub(crate) fn value(&self, columns: &[Column], parameters: &[f64]) -> f64 {
        let mut scratch = Scratch::default();
        let inputs: SmallVec<[Slice<'_>; 4]> = self
            .slopes
            .columns()
            .iter()
            .map(|column| columns[*column].part(0..1))
            .collect();
        match self.slopes.evaluate(&inputs, parameters, 1, &mut scratch) {
            Ok(outputs) => outputs.get(0).floats().first().copied().unwrap_or(f64::NAN),
            Err(_) => f64::NAN,
        }
    }
}

/// Column code for formulas, all giving numbers.
fn program(formulas: &[Expr], columns: &Columns, names: &[String]) -> Result<Program, Failure> {
    let program = Program::with_parameters(formulas, columns, names)?;
    if program.types().iter().all(|kind| *kind == Type::Float) {
        return Ok(program);
    }
    let float = |formula: &Expr| build::call(Function::ToFloat, formula);
    let formulas: Vec<Expr> = formulas.iter().map(float).collect();
    Program::with_parameters(&formulas, columns, names)
}

/// The weighted sums of each `weights.len()` neighbouring values.
fn average(values: &[f64], weights: &[f64], into: &mut [f64]) {
    if weights.len() == 1 {
        into.copy_from_slice(values);
        return;
    }
    let bins = values.chunks_exact(weights.len());
    for (into, bin) in into.iter_mut().zip(bins) {
        *into = bin.iter().zip(weights).map(|(v, w)| v * w).sum();
    }
}

/// Values of formulas of `x` at one place.
#[cfg(test)]
pub(crate) fn evaluate_once(
    formulas: &[Expr],
    names: &[String],
    x: f64,
    parameters: &[f64],
) -> Result<Vec<f64>, Failure> {
    let columns = Columns::new([("x", Type::Float)]);
    let program = program(formulas, &columns, names)?;
    let places = [Slice::Float(&[x])];
    let places = &places[..program.columns().len()];
    let mut scratch = Scratch::default();
    let outputs = program.evaluate(places, parameters, 1, &mut scratch)?;
    Ok((0..formulas.len())
        .map(|at| outputs.get(at).floats()[0])
        .collect())
}

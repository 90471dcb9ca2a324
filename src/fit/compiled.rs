//! A model made ready to be fitted: checked, differentiated and compiled once, shared by all
//! channels and threads.

use std::sync::Arc;

use crate::expr::{
    Columns, Expr, Failure, Function, Program, Scratch, Slice, Type, build, derivative, mentions,
    parameters,
};

use super::curve::{Curve, Slopes};
use super::{Error, Model, Start};

/// A model ready to be fitted.
#[derive(Clone, Debug)]
pub struct Compiled {
    model: Arc<Model>,
    names: Vec<String>,
    /// Value and first derivatives.
    slopes: Program,
    /// The same with second derivatives.
    bends: Program,
    /// Whether the model is linear in the parameter, all others held.
    linear: Vec<bool>,
    limits: Vec<(f64, f64)>,
}

impl Compiled {
    /// Checks, differentiates and compiles.
    ///
    /// # Errors
    /// A formula that cannot be compiled, a parameter without start in which the model is not
    /// linear, limits that leave no room.
    pub fn new(model: &Model) -> Result<Self, Error> {
        let names: Vec<String> = model.parameters.iter().map(|p| p.name.clone()).collect();
        check_names(model, &names)?;
        let failed = |failure| Error::Formula {
            model: model.name.clone(),
            failure,
        };
        let mut outputs: Vec<Expr> = vec![Arc::clone(&model.formula)];
        for name in &names {
            outputs.push(derivative(&model.formula, name).map_err(failed)?);
        }
        let linear: Vec<bool> = names
            .iter()
            .zip(&outputs[1..])
            .map(|(name, slope)| !mentions(slope, name))
            .collect();
        check_starts(model, &linear)?;
        let slopes = program(&outputs, &names).map_err(failed)?;
        for i in 0..names.len() {
            for name in &names[..=i] {
                let bend = derivative(&outputs[i + 1], name).map_err(failed)?;
                outputs.push(bend);
            }
        }
        let bends = program(&outputs, &names).map_err(failed)?;
        Ok(Self {
            limits: limits(model)?,
            model: Arc::new(model.clone()),
            names,
            slopes,
            bends,
            linear,
        })
    }

    /// The model as it was described.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Names of the parameters in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether the model is linear in each parameter, all others held.
    #[must_use]
    pub fn linear(&self) -> &[bool] {
        &self.linear
    }

    /// Lower and upper limit per parameter, infinite if open.
    pub(crate) fn limits(&self) -> &[(f64, f64)] {
        &self.limits
    }

    /// The curve at one place for given parameters; NaN where it has no value.
    #[must_use]
    pub fn value(&self, x: f64, parameters: &[f64]) -> f64 {
        let mut scratch = Scratch::default();
        let places = [Slice::Float(&[x])];
        match self
            .slopes
            .evaluate(inputs(&self.slopes, &places), parameters, 1, &mut scratch)
        {
            Ok(outputs) => outputs.get(0).floats().first().copied().unwrap_or(f64::NAN),
            Err(_) => f64::NAN,
        }
    }
}

/// Column code for formulas of the column `x` and parameters, all giving numbers.
fn program(formulas: &[Expr], names: &[String]) -> Result<Program, Failure> {
    let schema = Columns::new([("x", Type::Float)]);
    let program = Program::with_parameters(formulas, &schema, names)?;
    if program.types().iter().all(|kind| *kind == Type::Float) {
        return Ok(program);
    }
    let float = |formula: &Expr| build::call(Function::ToFloat, formula);
    let formulas: Vec<Expr> = formulas.iter().map(float).collect();
    Program::with_parameters(&formulas, &schema, names)
}

/// The columns a program reads out of `x` alone: that, or none for a constant.
fn inputs<'s, 'a>(program: &Program, x: &'s [Slice<'a>; 1]) -> &'s [Slice<'a>] {
    &x[..program.columns().len()]
}

fn check_names(model: &Model, names: &[String]) -> Result<(), Error> {
    let wrong = |parameter: &String| Error::Parameter {
        model: model.name.clone(),
        parameter: parameter.clone(),
    };
    let used = parameters(&model.formula);
    if let Some(name) = used.iter().find(|name| !names.contains(name)) {
        return Err(wrong(name));
    }
    let twice = |(at, name): &(usize, &String)| names[..*at].contains(name);
    match names.iter().enumerate().find(twice) {
        Some((_, name)) => Err(wrong(name)),
        None => Ok(()),
    }
}

fn check_starts(model: &Model, linear: &[bool]) -> Result<(), Error> {
    for (parameter, linear) in model.parameters.iter().zip(linear) {
        if matches!(parameter.start, Start::Unset) && !linear {
            return Err(Error::NoStart {
                model: model.name.clone(),
                parameter: parameter.name.clone(),
            });
        }
    }
    Ok(())
}

fn limits(model: &Model) -> Result<Vec<(f64, f64)>, Error> {
    let mut limits = Vec::new();
    for parameter in &model.parameters {
        let low = parameter.limits.0.unwrap_or(f64::NEG_INFINITY);
        let high = parameter.limits.1.unwrap_or(f64::INFINITY);
        if !(low < high) || low == f64::INFINITY || high == f64::NEG_INFINITY {
            return Err(Error::Limits {
                model: model.name.clone(),
                parameter: parameter.name.clone(),
                low,
                high,
            });
        }
        limits.push((low, high));
    }
    Ok(limits)
}

/// Places computed at once: intermediate columns stay in the fastest memory.
const BLOCK: usize = 128;

/// Memory of one thread for the evaluation of any model.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    scratch: Scratch,
}

/// A compiled model over the places of one fit.
pub(crate) struct Places<'a> {
    pub(crate) compiled: &'a Compiled,
    /// Where the model is taken: `nodes` per bin.
    pub(crate) x: &'a [f64],
    /// Weights of the places within a bin; one place of weight 1 unless bins are averaged over.
    pub(crate) weights: &'a [f64],
    pub(crate) memory: &'a mut Memory,
}

impl Curve for Places<'_> {
    fn evaluate(&mut self, parameters: &[f64], second: bool, out: &mut Slopes) {
        let program = if second {
            &self.compiled.bends
        } else {
            &self.compiled.slopes
        };
        let (n, nodes) = (parameters.len(), self.weights.len());
        let places = self.x.len() / nodes;
        let seconds = if second { n * (n + 1) / 2 } else { 0 };
        out.value.resize(places, 0.0);
        out.first.resize(n * places, 0.0);
        out.second.resize(seconds * places, 0.0);
        let step = (BLOCK / nodes).max(1);
        for begin in (0..places).step_by(step) {
            let end = (begin + step).min(places);
            let rows = (end - begin) * nodes;
            let x = [Slice::Float(&self.x[begin * nodes..end * nodes])];
            let scratch = &mut self.memory.scratch;
            let outputs = program.evaluate(inputs(program, &x), parameters, rows, scratch);
            for at in 0..1 + n + seconds {
                let (into, column) = match at {
                    0 => (&mut out.value, 0),
                    at if at <= n => (&mut out.first, at - 1),
                    at => (&mut out.second, at - n - 1),
                };
                let into = &mut into[column * places + begin..column * places + end];
                match &outputs {
                    Ok(outputs) => average(outputs.get(at).floats(), self.weights, into),
                    // a whole number that does not exist: no value here
                    Err(_) => into.fill(f64::NAN),
                }
            }
        }
    }
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

/// Values of formulas at one place.
#[cfg(test)]
pub(crate) fn evaluate_once(
    formulas: &[Expr],
    names: &[String],
    x: f64,
    parameters: &[f64],
) -> Result<Vec<f64>, Failure> {
    let program = program(formulas, names)?;
    let places = [Slice::Float(&[x])];
    let mut scratch = Scratch::default();
    let outputs = program.evaluate(inputs(&program, &places), parameters, 1, &mut scratch)?;
    Ok((0..formulas.len())
        .map(|at| outputs.get(at).floats()[0])
        .collect())
}

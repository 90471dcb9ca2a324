//! A model made ready to be fitted: checked, differentiated and compiled once, shared by all
//! channels and threads.

use std::sync::Arc;

use crate::expr::{Expr, derivative, mentions, parameters};

use super::curve::{Curve, Slopes};
use super::tape::{Scratch, Tape};
use super::{Error, Model, Start};

/// A model ready to be fitted.
#[derive(Clone, Debug)]
pub struct Compiled {
    model: Arc<Model>,
    names: Vec<String>,
    /// Value and first derivatives.
    slopes: Tape,
    /// The same with second derivatives.
    bends: Tape,
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
        let slopes = Tape::compile(&outputs, &names).map_err(failed)?;
        for i in 0..names.len() {
            for name in &names[..=i] {
                let bend = derivative(&outputs[i + 1], name).map_err(failed)?;
                outputs.push(bend);
            }
        }
        let bends = Tape::compile(&outputs, &names).map_err(failed)?;
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

    /// The curve at one place for given parameters.
    #[must_use]
    pub fn value(&self, x: f64, parameters: &[f64]) -> f64 {
        let mut out = vec![Vec::new(); self.names.len() + 1];
        self.slopes
            .evaluate(&[x], parameters, &mut Scratch::default(), &mut out);
        out[0][0]
    }
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

/// Memory of one thread for the evaluation of any model.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    scratch: Scratch,
    out: Vec<Vec<f64>>,
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
        let tape = if second {
            &self.compiled.bends
        } else {
            &self.compiled.slopes
        };
        let n = parameters.len();
        let outputs = 1 + n + if second { n * (n + 1) / 2 } else { 0 };
        let Memory { scratch, out: raw } = &mut *self.memory;
        if raw.len() < outputs {
            raw.resize(outputs, Vec::new());
        }
        tape.evaluate(self.x, parameters, scratch, &mut raw[..outputs]);
        out.value.clear();
        out.first.clear();
        out.second.clear();
        for (at, column) in raw[..outputs].iter().enumerate() {
            let into = match at {
                0 => &mut out.value,
                at if at <= n => &mut out.first,
                _ => &mut out.second,
            };
            average(column, self.weights, into);
        }
    }
}

/// Appends the weighted sum of each `weights.len()` neighbouring values.
fn average(values: &[f64], weights: &[f64], into: &mut Vec<f64>) {
    if weights.len() == 1 {
        into.extend_from_slice(values);
        return;
    }
    let bins = values.chunks_exact(weights.len());
    into.extend(bins.map(|bin| bin.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>()));
}

/// Values of formulas at one place.
#[cfg(test)]
pub(crate) fn evaluate_once(
    formulas: &[Expr],
    names: &[String],
    x: f64,
    parameters: &[f64],
) -> Result<Vec<f64>, crate::expr::Failure> {
    let tape = Tape::compile(formulas, names)?;
    let mut out = vec![Vec::new(); formulas.len()];
    tape.evaluate(&[x], parameters, &mut Scratch::default(), &mut out);
    Ok(out.into_iter().map(|column| column[0]).collect())
}

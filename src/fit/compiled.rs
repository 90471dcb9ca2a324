//! A model made ready to be fitted: checked, differentiated and compiled once, shared by all
//! channels and threads.

use std::sync::Arc;

use crate::expr::{Column, Columns, Type, parameters};

use super::objective::Objective;
use super::{Error, Model, Start};

/// A model of `x` ready to be fitted.
#[derive(Clone, Debug)]
pub struct Compiled {
    model: Arc<Model>,
    names: Vec<String>,
    curve: Arc<Objective>,
    limits: Vec<(f64, f64)>,
}

impl Compiled {
    /// Checks, differentiates and compiles.
    ///
    /// # Errors
    /// A formula that cannot be compiled, a parameter without start in which the model is not
    /// linear, limits that leave no room.
    pub fn new(model: &Model) -> Result<Self, Error> {
        if model.of_rows {
            return Err(Error::OfRows {
                model: model.name.clone(),
            });
        }
        Self::over(model, &Columns::new([("x", Type::Float)]))
    }

    /// The same for a model of other columns.
    pub(crate) fn over(model: &Model, columns: &Columns) -> Result<Self, Error> {
        let names = model.names();
        check_names(model, &names)?;
        let curve = Objective::new(&model.formula, columns, &names);
        let curve = curve.map_err(|failure| Error::Formula {
            model: model.name.clone(),
            failure,
        })?;
        check_starts(model, &curve.linear)?;
        Ok(Self {
            limits: limits(model)?,
            model: Arc::new(model.clone()),
            names,
            curve: Arc::new(curve),
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
        &self.curve.linear
    }

    /// The formula with its derivatives.
    pub(crate) fn curve(&self) -> &Arc<Objective> {
        &self.curve
    }

    /// Lower and upper limit per parameter, infinite if open.
    pub(crate) fn limits(&self) -> &[(f64, f64)] {
        &self.limits
    }

    /// The curve at one place for given parameters; NaN where it has no value.
    #[must_use]
    pub fn value(&self, x: f64, parameters: &[f64]) -> f64 {
        self.curve.value(&[Column::Float(vec![x])], parameters)
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

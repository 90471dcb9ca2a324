//! Least squares without iteration over the rows of a table; the meaning is in the room `fit`.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::super::closures::{compile_equation, compile_row};
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed, raise};
use super::super::worker;
use super::fit::{closure, number};
use super::fits::{Fitted, member};
use super::handle::Handle;
use super::lookups::{memory_for, tell_missed};
use super::matrices::{Matrix, floats};
use super::ordered::refuse_others;
use super::tables::Table;
use crate::expr::{Scratch, payload_members};
use crate::fit::Fit;
use crate::fit::systems::{self, Equation, LinearModel, Sigma, SystemError};

pub(crate) type LinearModelHandle = Handle<LinearModel>;

/// A fit of equations, with the model that was fitted.
#[derive(Clone, Debug)]
pub(crate) struct FittedRows {
    pub(super) fit: Fit,
    model: Arc<LinearModel>,
}

impl FittedRows {
    /// The numbers of the fit.
    pub(in super::super) fn fit(&self) -> &Fit {
        &self.fit
    }
}

fn refused(error: SystemError) -> Box<EvalAltResult> {
    match error {
        SystemError::Formula { failure, .. } => failed("closure::failed", failure),
        other => raise("fit::refused")(&other),
    }
}

fn linear_model(parameters: &Array) -> Fallible<LinearModelHandle> {
    if let Some(other) = parameters.iter().find(|name| !name.is_string()) {
        let message = format!("names of parameters are texts, not {}", a_kind(other));
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    Ok(Handle::new(LinearModel {
        parameters: parameters.iter().map(ToString::to_string).collect(),
        equations: Vec::new(),
    }))
}

fn equation(
    call: &NativeCallContext<'_>,
    model: &LinearModelHandle,
    name: &str,
    (measured, prediction): (&FnPtr, &FnPtr),
) -> Fallible<LinearModelHandle> {
    let refused = |failure| failed("closure::refused", failure);
    let (context, row) = closure(call, measured)?;
    let measured = compile_row(&context, &row).map_err(refused)?;
    if let Some(warning) = measured.warning {
        context.warn("closure::row-by-row", warning);
    }
    let (context, row) = closure(call, prediction)?;
    let prediction = compile_equation(&context, &row).map_err(refused)?;
    let equation = Equation {
        name: name.to_owned(),
        measured: measured.formula,
        prediction,
    };
    model.edit(|model| model.equations.push(equation));
    Ok(model.clone())
}

/// What the option `sigma` says for one equation: a column, a number, or a map of them by name.
fn sigma(table: &Table, value: &Dynamic, equation: &str) -> Fallible<Sigma> {
    if let Some(map) = value.read_lock::<Map>() {
        let own = map.get(equation);
        return own.map_or(Ok(Sigma::Spread), |own| sigma(table, own, equation));
    }
    if value.is_string() {
        return Ok(Sigma::Rows(floats(table, &value.to_string())?));
    }
    let same = number(value).map_err(|_| {
        let message = format!(
            "`sigma` is the name of a column, a number, or a map of them by equation, not {}",
            a_kind(value)
        );
        Raised::new("script::wrong-value", message)
            .key("sigma")
            .boxed()
    })?;
    Ok(Sigma::Rows(vec![same; table.0.len()]))
}

fn fit(table: &Table, model: &LinearModelHandle, options: &Map) -> Fallible<FittedRows> {
    worker::large_step();
    refuse_others(options, &["sigma"], "options of a fit of equations")?;
    let model = Arc::new(model.get());
    let names: Vec<&str> = model.equations.iter().map(|e| e.name.as_str()).collect();
    let given = options.get("sigma");
    if let Some(map) = given.and_then(|value| value.read_lock::<Map>()) {
        refuse_others(&map, &names, "equations of this model")?;
    }
    let each = names.iter();
    let sigmas =
        each.map(|name| given.map_or(Ok(Sigma::Spread), |value| sigma(table, value, name)));
    let sigmas = sigmas.collect::<Fallible<Vec<Sigma>>>()?;
    let mut scratch = memory(&model)?;
    let fit = model.fit(&table.0, sigmas, &mut scratch);
    tell_missed(&mut scratch);
    let fit = fit.map_err(refused)?;
    Ok(FittedRows { fit, model })
}

/// Memory with the constants that the equations look up.
fn memory(model: &LinearModel) -> Fallible<Scratch> {
    let equations = model.equations.iter();
    let looked = equations.flat_map(|equation| {
        let mut all = equation.measured.lookups();
        all.extend(payload_members(&equation.prediction));
        all
    });
    memory_for(looked.collect())
}

fn with_residuals(fitted: &FittedRows, table: &Table) -> Fallible<Table> {
    worker::large_step();
    let mut scratch = memory(&fitted.model)?;
    let with = fitted
        .model
        .with_residuals(&table.0, &fitted.fit, &mut scratch);
    tell_missed(&mut scratch);
    with.map(Table::new).map_err(refused)
}

fn covariance_of(fit: &Fit, names: &Array) -> Fallible<Matrix> {
    let place = |name: &Dynamic| {
        let name = name.to_string();
        let known = fit.names.iter().position(|known| *known == name);
        known.ok_or_else(|| {
            let near = crate::settings::nearest(&name, fit.names.iter().map(String::as_str));
            let message = format!("the fit has no parameter `{name}`");
            Raised::new("fit::unknown-parameter", message)
                .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
                .boxed()
        })
    };
    let places = names.iter().map(place).collect::<Fallible<Vec<usize>>>()?;
    let (n, size) = (fit.names.len(), places.len());
    Ok(Matrix::new(systems::Matrix::from_fn(size, size, |i, j| {
        fit.covariance[places[i] * n + places[j]]
    })))
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<LinearModelHandle>("LinearModel")
        .register_fn("LinearModel", |parameters: Array| linear_model(&parameters))
        .register_fn(
            "equation",
            |call: NativeCallContext<'_>,
             model: &mut LinearModelHandle,
             name: &str,
             measured: FnPtr,
             prediction: FnPtr| {
                equation(&call, model, name, (&measured, &prediction))
            },
        )
        .register_fn("copy", |model: &mut LinearModelHandle| model.copy())
        .register_type_with_name::<FittedRows>("Fit")
        .register_indexer_get(|fitted: &mut FittedRows, name: &str| member(&fitted.fit, name))
        .register_fn("fit", |table: Table, model: LinearModelHandle| {
            fit(&table, &model, &Map::new())
        })
        .register_fn("fit", |table: Table, model: LinearModelHandle, map: Map| {
            fit(&table, &model, &map)
        })
        .register_fn("with_residuals", |fitted: &mut FittedRows, table: Table| {
            with_residuals(fitted, &table)
        })
        .register_fn("covariance_of", |fitted: &mut FittedRows, names: Array| {
            covariance_of(&fitted.fit, &names)
        })
        .register_fn("covariance_of", |fitted: &mut Fitted, names: Array| {
            covariance_of(&fitted.fit, &names)
        });
}

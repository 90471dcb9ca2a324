//! Models made of others and of histograms; the meaning is in `fit::models`.

use rhai::{Array, Engine, Map};

use super::super::raise::{Fallible, raise};
use super::fit::ModelHandle;
use super::handle::Handle;
use super::ordered::refuse_others;
use crate::fit::models::{interpolated_template, product, sum, template};
use crate::fit::{Error, Model};
use crate::hist::Histogram;

type Join = fn(&Model, &Model, &[&str]) -> Result<Model, Error>;

fn join(how: Join, a: &ModelHandle, b: &ModelHandle, shared: &Array) -> Fallible<ModelHandle> {
    let names: Vec<String> = shared.iter().map(ToString::to_string).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    how(&a.get(), &b.get(), &names)
        .map(Handle::new)
        .map_err(|error| raise("fit::join")(&error))
}

/// Changes a model in place by something that gives a new one.
fn replace(
    model: &ModelHandle,
    change: impl FnOnce(Model) -> Result<Model, Error>,
) -> Fallible<ModelHandle> {
    let changed = change(model.look(Model::clone)).map_err(|e| raise("fit::parameters")(&e))?;
    model.edit(|m| *m = changed);
    Ok(model.clone())
}

fn of_histogram(histogram: &Histogram, interpolate: bool) -> Fallible<ModelHandle> {
    let made = if interpolate {
        interpolated_template(histogram)
    } else {
        template(histogram)
    };
    made.map(Handle::new)
        .map_err(|error| raise("fit::template")(&error))
}

pub(super) fn register(engine: &mut Engine) {
    let alone =
        |how: Join| move |a: &mut ModelHandle, b: ModelHandle| join(how, a, &b, &Array::new());
    let sharing = |how: Join| {
        move |a: &mut ModelHandle, b: ModelHandle, shared: Array| join(how, a, &b, &shared)
    };
    engine
        .register_fn("+", alone(sum))
        .register_fn("plus", alone(sum))
        .register_fn("plus", sharing(sum))
        .register_fn("*", alone(product))
        .register_fn("times", alone(product))
        .register_fn("times", sharing(product));
    engine
        .register_fn("rename", |model: &mut ModelHandle, from: &str, to: &str| {
            replace(model, |m| m.rename(from, to))
        })
        .register_fn("order", |model: &mut ModelHandle, names: Array| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            replace(model, |m| m.order(&names))
        })
        .register_fn("Template", |histogram: Histogram| {
            of_histogram(&histogram, false)
        })
        .register_fn(
            "Template",
            |histogram: Histogram, options: Map| -> Fallible<ModelHandle> {
                refuse_others(&options, &["interpolate"], "options of a template")?;
                let interpolate = options
                    .get("interpolate")
                    .is_some_and(|v| v.as_bool() == Ok(true));
                of_histogram(&histogram, interpolate)
            },
        );
}

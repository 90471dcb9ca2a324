//! Models, and histograms and fits as closures see them; the meaning is in `fit` and `hist`.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::closures::{self, HistogramNumber, compile_model};
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed, raise};
use super::super::{Closure, Context};
use super::fits::{Fitted, curve_of};
use super::handle::Handle;
use super::ordered::refuse_others;
use crate::fit::{Cost, Errors, Model, Options, Parameter, Refit, Rule, Start};
use crate::hist::{Axis, Histogram};

pub(crate) type ModelHandle = Handle<Model>;

/// The closure behind a function pointer, with the context of the call.
pub(super) fn closure(
    call: &NativeCallContext<'_>,
    pointer: &FnPtr,
) -> Fallible<(Context, Closure)> {
    let context = Context::of(call);
    let closure = context.closure(call, pointer).ok_or_else(|| {
        let message = format!("`{}` is no closure of a script", pointer.fn_name());
        Raised::new("closure::no-closure", message)
            .hint("write it as `|row| …`")
            .boxed()
    })?;
    Ok((context, closure))
}

fn rule<T>(
    call: &NativeCallContext<'_>,
    pointer: &FnPtr,
    name: &str,
    make: impl FnOnce(&Context, &Closure, &str) -> Result<T, crate::expr::Failure>,
) -> Fallible<T> {
    let (context, closure) = closure(call, pointer)?;
    make(&context, &closure, name).map_err(|failure| failed("closure::refused", failure))
}

pub(super) fn condition(
    call: &NativeCallContext<'_>,
    pointer: &FnPtr,
    name: &str,
) -> Fallible<Rule<Histogram, bool>> {
    rule(call, pointer, name, closures::condition_rule)
}

fn model(call: &NativeCallContext<'_>, name: &str, pointer: &FnPtr) -> Fallible<ModelHandle> {
    let (context, closure) = closure(call, pointer)?;
    let curve =
        compile_model(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    Ok(Handle::new(Model {
        of_rows: curve.of_rows,
        ..Model::new(name, curve.formula)
    }))
}

/// Changes one parameter of a model.
pub(super) fn parameter(
    model: &ModelHandle,
    name: &str,
    change: impl FnOnce(&mut Parameter),
) -> Fallible<ModelHandle> {
    let names = model.look(Model::names);
    let found = model.edit(|m| {
        m.parameters
            .iter_mut()
            .find(|p| p.name == name)
            .map(change)
            .is_some()
    });
    if found {
        return Ok(model.clone());
    }
    let near = crate::settings::nearest(name, names.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("it has {}", names.join(", ")),
        |n| format!("did you mean `{n}`?"),
    );
    let message = format!("the model has no parameter `{name}`");
    Err(Raised::new("fit::unknown-parameter", message)
        .hint(hint)
        .boxed())
}

pub(super) fn number(value: &Dynamic) -> Fallible<f64> {
    optional(value)?
        .ok_or_else(|| Raised::new("script::wrong-value", "a number is needed, not ()").boxed())
}

fn optional(value: &Dynamic) -> Fallible<Option<f64>> {
    if value.is_unit() {
        return Ok(None);
    }
    let whole = value.as_int().ok().map(|n| n as f64);
    value.as_float().ok().or(whole).map(Some).ok_or_else(|| {
        Raised::new(
            "script::wrong-value",
            format!("a number is needed, not {}", a_kind(value)),
        )
        .boxed()
    })
}

/// What every fit can be told.
const OPTIONS: [&str; 7] = [
    "cost",
    "range",
    "integrate",
    "min_entries",
    "rebin_below",
    "errors",
    "max_calls",
];

/// Options of a fit from a map.
pub(super) fn options(map: &Map) -> Fallible<Options> {
    options_beside(map, &[])
}

/// The same from a map that may hold `others` too.
pub(super) fn options_beside(map: &Map, others: &[&str]) -> Fallible<Options> {
    let known = [&OPTIONS, others].concat();
    refuse_others(map, &known, "options of a fit")?;
    let mut options = Options::default();
    for (key, value) in map {
        match key.as_str() {
            key if others.contains(&key) => {}
            "range" => options.range = Some(range(value)?),
            "cost" => options.cost = Some(cost(value)?),
            "integrate" => {
                options.integrate = value.as_bool().map_err(|kind| {
                    Raised::new(
                        "script::wrong-value",
                        format!("`integrate` is true or false, not {kind}"),
                    )
                    .boxed()
                })?;
            }
            "min_entries" => options.min_entries = number(value)?,
            "rebin_below" => options.rebin_below = number(value)?,
            "max_calls" => options.max_calls = calls(value)?,
            _ => options.errors = errors(value)?,
        }
    }
    Ok(options)
}

/// Low and high end from `[low, high]`.
fn range(value: &Dynamic) -> Fallible<(f64, f64)> {
    let ends = value.read_lock::<Array>().map(|ends| ends.to_vec());
    if let Some([low, high]) = ends.as_deref() {
        return Ok((number(low)?, number(high)?));
    }
    let message = format!("`range` is [low, high], not {}", a_kind(value));
    Err(Raised::new("script::wrong-value", message)
        .key("range")
        .boxed())
}

fn calls(value: &Dynamic) -> Fallible<u32> {
    let calls = value.as_int().ok().and_then(|n| u32::try_from(n).ok());
    calls.filter(|calls| *calls > 0).ok_or_else(|| {
        let message = format!("`max_calls` is a whole number from 1, not {value}");
        Raised::new("script::wrong-value", message)
            .key("max_calls")
            .boxed()
    })
}

/// All costs, as scripts name them.
const COSTS: [Cost; 5] = [
    Cost::Chi2,
    Cost::Poisson,
    Cost::Unbinned,
    Cost::Extended,
    Cost::LogLikelihood,
];

fn cost(value: &Dynamic) -> Fallible<Cost> {
    let name = value.to_string();
    let cost = COSTS.into_iter().find(|cost| cost.to_string() == name);
    cost.ok_or_else(|| {
        let names = COSTS.map(|cost| format!("\"{cost}\"")).join(", ");
        Raised::new("script::wrong-value", format!("there is no cost `{name}`"))
            .hint(format!("there are {names}"))
            .key("cost")
            .boxed()
    })
}

fn errors(value: &Dynamic) -> Fallible<Errors> {
    match value.to_string().as_str() {
        "hessian" | "hesse" => Ok(Errors::Hessian),
        "linearised" => Ok(Errors::Linearised),
        "minos" => Ok(Errors::Minos),
        other => Err(Raised::new(
            "script::wrong-value",
            format!("there are no errors `{other}`"),
        )
        .hint("there are \"hessian\", \"linearised\" and \"minos\"")
        .boxed()),
    }
}

/// Bins below a part of the largest one left out.
fn above(h: &Histogram, fraction: &Dynamic, rebin: i64) -> Fallible<Histogram> {
    let fraction = number(fraction)?;
    if !(0.0..=1.0).contains(&fraction) {
        let message = format!("`above` takes a fraction from 0 to 1, not {fraction}");
        return Err(Raised::new("hist::above", message).boxed());
    }
    h.above(fraction, rebin)
        .map_err(|error| raise("hist::above")(&error))
}

pub(super) fn register(engine: &mut Engine) {
    models(engine);
    histograms(engine);
    super::models::register(engine);
    engine
        .register_type_with_name::<Axis>("Axis")
        .register_fn("regular", |bins: i64, low: Dynamic, high: Dynamic| {
            regular(bins, &low, &high, "")
        })
        .register_fn(
            "regular",
            |bins: i64, low: Dynamic, high: Dynamic, unit: &str| regular(bins, &low, &high, unit),
        )
        .register_fn("variable", |edges: Array| variable(&edges, ""))
        .register_fn("variable", |edges: Array, unit: &str| {
            variable(&edges, unit)
        });
}

fn regular(bins: i64, low: &Dynamic, high: &Dynamic, unit: &str) -> Fallible<Axis> {
    Axis::regular(bins, number(low)?, number(high)?, unit)
        .map_err(|error| raise("hist::axis")(&error))
}

fn variable(edges: &Array, unit: &str) -> Fallible<Axis> {
    let edges = edges.iter().map(number).collect::<Fallible<Vec<f64>>>()?;
    Axis::variable(edges, unit).map_err(|error| raise("hist::axis")(&error))
}

fn models(engine: &mut Engine) {
    engine
        .register_type_with_name::<ModelHandle>("Model")
        .register_fn(
            "Model",
            |call: NativeCallContext<'_>, name: &str, formula: FnPtr| model(&call, name, &formula),
        )
        .register_fn(
            "start",
            |call: NativeCallContext<'_>, model: &mut ModelHandle, name: &str, value: Dynamic| {
                let start = match value.read_lock::<FnPtr>() {
                    Some(pointer) => {
                        Start::Histogram(rule(&call, &pointer, "start", closures::number_rule)?)
                    }
                    None => Start::Value(number(&value)?),
                };
                parameter(model, name, |p| p.start = start)
            },
        )
        .register_fn(
            "limits",
            |model: &mut ModelHandle, name: &str, low: Dynamic, high: Dynamic| {
                let limits = (optional(&low)?, optional(&high)?);
                parameter(model, name, |p| p.limits = limits)
            },
        )
        .register_fn("fix", |model: &mut ModelHandle, name: &str| {
            parameter(model, name, |p| p.fixed = true)
        })
        .register_fn(
            "fix",
            |model: &mut ModelHandle, name: &str, value: Dynamic| {
                let start = Start::Value(number(&value)?);
                parameter(model, name, |p| (p.start, p.fixed) = (start, true))
            },
        )
        .register_fn(
            "hold_at_limit",
            |model: &mut ModelHandle, name: &str| -> Fallible<ModelHandle> {
                parameter(model, name, |_| ())?;
                model.edit(|m| m.held_at_limit.push(name.to_owned()));
                Ok(model.clone())
            },
        )
        .register_fn(
            "range",
            |call: NativeCallContext<'_>,
             model: &mut ModelHandle,
             range: FnPtr|
             -> Fallible<ModelHandle> {
                let range = rule(&call, &range, "range", closures::range_rule)?;
                model.edit(|m| m.range = Some(range));
                Ok(model.clone())
            },
        )
        .register_fn(
            "prepare",
            |call: NativeCallContext<'_>,
             model: &mut ModelHandle,
             prepare: FnPtr|
             -> Fallible<ModelHandle> {
                let prepare = rule(&call, &prepare, "prepare", closures::histogram_rule)?;
                model.edit(|m| m.prepare = Some(prepare));
                Ok(model.clone())
            },
        )
        .register_fn(
            "refit",
            |call: NativeCallContext<'_>,
             model: &mut ModelHandle,
             times: i64,
             range: FnPtr|
             -> Fallible<ModelHandle> {
                let times = u32::try_from(times).map_err(|_| {
                    Raised::new(
                        "script::wrong-value",
                        format!("a fit cannot be repeated {times} times"),
                    )
                    .boxed()
                })?;
                let curve = curve_of(&model.get())?;
                let rule = rule(&call, &range, "refit", |context, closure, name| {
                    closures::refit_rule(context, closure, name, move |fit| {
                        Dynamic::from(Fitted {
                            fit: fit.clone(),
                            curve: Some(Arc::clone(&curve)),
                            solved: None,
                        })
                    })
                })?;
                model.edit(|m| m.refit = Some(Refit { times, rule }));
                Ok(model.clone())
            },
        )
        .register_get("parameters", |model: &mut ModelHandle| -> Array {
            model.look(|m| {
                m.parameters
                    .iter()
                    .map(|p| p.name.as_str().into())
                    .collect()
            })
        })
        .register_fn("copy", |model: &mut ModelHandle| model.copy());
}

fn histograms(engine: &mut Engine) {
    for (name, number) in closures::HISTOGRAM_NUMBERS {
        match number {
            HistogramNumber::Int(of) => {
                engine.register_get(name, move |h: &mut Histogram| of(h));
            }
            HistogramNumber::Float(of) => {
                engine.register_get(name, move |h: &mut Histogram| of(h));
            }
        }
    }
    engine
        .register_type_with_name::<Histogram>("Histogram")
        .register_fn(
            "between",
            |h: &mut Histogram, low: Dynamic, high: Dynamic| {
                h.between(number(&low)?, number(&high)?)
                    .map_err(|error| raise("hist::range")(&error))
            },
        )
        .register_fn("rebin", |h: &mut Histogram, n: i64| {
            h.rebin(n).map_err(|error| raise("hist::rebin")(&error))
        })
        .register_fn("above", |h: &mut Histogram, fraction: Dynamic| {
            above(h, &fraction, 1)
        })
        .register_fn(
            "above",
            |h: &mut Histogram, fraction: Dynamic, options: Map| -> Fallible<Histogram> {
                refuse_others(&options, &["rebin"], "options of `above`")?;
                let rebin = options.get("rebin").map_or(Ok(1), Dynamic::as_int);
                let rebin = rebin.map_err(|kind| {
                    let message = format!("`rebin` is a whole number, not {kind}");
                    Raised::new("script::wrong-value", message).boxed()
                })?;
                above(h, &fraction, rebin)
            },
        )
        .register_fn(
            "quantile",
            |h: &mut Histogram, q: Dynamic| -> Fallible<f64> { Ok(h.quantile(number(&q)?)) },
        )
        .register_fn(
            "content",
            |h: &mut Histogram, x: Dynamic| -> Fallible<f64> { Ok(h.content(number(&x)?)) },
        );
}

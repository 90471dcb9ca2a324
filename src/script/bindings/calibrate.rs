//! Algorithms and strategies as scripts declare them; the meaning is in the room `calibrate`.

use std::any::Any;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::super::Context;
use super::super::closures::{Kept, compile_map};
use super::super::raise::{Fallible, Raised, failed};
use super::super::scripted::Hooks;
use super::batches::batch_options;
use super::collect::formula;
use super::data::runs_array;
use super::fit::{ModelHandle, closure, condition};
use super::handle::Handle;
use super::ordered::refuse_others;
use super::payload_class::payload_class;
use super::strategy::runs_of;
use crate::calibrate::{Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};
use crate::fit::Warm;
use crate::iov::IoV;

pub(crate) type AlgorithmHandle = Handle<Algorithm>;

type Call<'a> = NativeCallContext<'a>;
type A = AlgorithmHandle;

pub(super) fn algorithm(call: &Call<'_>, name: &str, kind: Kind) -> A {
    Handle::new(Algorithm {
        name: name.to_owned(),
        kind,
        strategy: Strategy::default(),
        params: Params::default(),
        place: Context::of(call).place(call),
    })
}

fn declared() -> Kind {
    Kind::Declared(Declared::default())
}

/// Changes the declared part of an algorithm.
pub(super) fn declare(algorithm: &A, change: impl FnOnce(&mut Declared)) -> Fallible<A> {
    algorithm.edit(|a| match &mut a.kind {
        Kind::Declared(declared) => {
            change(declared);
            Ok(())
        }
        Kind::Scripted(_) => Err(both()),
        _ => Err(native("fits, rules or payloads")),
    })?;
    Ok(algorithm.clone())
}

fn fit(
    call: &Call<'_>,
    algorithm: &A,
    object: &str,
    model: &ModelHandle,
    map: &Map,
) -> Fallible<A> {
    let model = model.get();
    let (options, warm) = batch_options(map, &model)?;
    if let Warm::Earlier(_) = warm {
        let message =
            "the fits of a declared algorithm start from their \"neighbour\", not from a table";
        return Err(Raised::new("script::wrong-value", message)
            .key("start")
            .hint("a scripted algorithm can: `fit_each(…, #{ start: earlier })`")
            .boxed());
    }
    let step = FitStep {
        object: object.to_owned(),
        model,
        options,
        place: Context::of(call).place(call),
    };
    declare(algorithm, |declared| declared.fits.push(step))
}

fn payload(call: &Call<'_>, algorithm: &A, name: &str, class: &str, row: &FnPtr) -> Fallible<A> {
    let (context, closure) = closure(call, row)?;
    let members =
        compile_map(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    let members = members.into_iter().map(|(name, compiled)| {
        if let Some(warning) = compiled.warning {
            context.warn("closure::row-by-row", warning);
        }
        (name, compiled.formula)
    });
    let rule = PayloadRule {
        name: name.to_owned(),
        class: payload_class(name, class)?,
        members: members.collect(),
        place: context.place(call),
    };
    declare(algorithm, |declared| declared.payloads.push(rule))
}

fn tolerate(algorithm: &A, fraction: f64) -> Fallible<A> {
    if !(0.0..=1.0).contains(&fraction) {
        let message = format!("`tolerate` takes a fraction from 0 to 1, not {fraction}");
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    declare(algorithm, |declared| declared.tolerate = fraction)
}

/// Parameters that were given.
pub(super) fn params_map(params: &Params) -> Map {
    let mut map = Map::new();
    if let Some(iov) = params.apply_iov {
        map.insert("apply_iov".into(), Dynamic::from(iov));
    }
    if let Some(iov) = params.iov_coverage {
        map.insert("iov_coverage".into(), Dynamic::from(iov));
    }
    if let Some(step) = params.step_size {
        map.insert("step_size".into(), i64::from(step).into());
    }
    if let Some(runs) = &params.payload_boundaries {
        map.insert("payload_boundaries".into(), runs_array(runs).into());
    }
    if params.has_experiment_settings {
        map.insert("has_experiment_settings".into(), true.into());
    }
    map
}

fn set_params(algorithm: &A, map: &Map) -> Fallible<()> {
    let known = [
        "apply_iov",
        "iov_coverage",
        "payload_boundaries",
        "step_size",
        "has_experiment_settings",
    ];
    refuse_others(map, &known, "params of an algorithm")?;
    let wrong = |key: &str, wanted: &str| {
        Raised::new("script::wrong-value", format!("`{key}` is {wanted}"))
            .key(key)
            .boxed()
    };
    let iov = |key: &str| match map.get(key) {
        None => Ok(None),
        Some(value) if value.is_unit() => Ok(None),
        Some(value) => value
            .clone()
            .try_cast::<IoV>()
            .map(Some)
            .ok_or_else(|| wrong(key, "an IoV")),
    };
    let mut params = Params {
        apply_iov: iov("apply_iov")?,
        iov_coverage: iov("iov_coverage")?,
        ..Params::default()
    };
    if params.apply_iov.is_some() && params.iov_coverage.is_some() {
        let message = "`apply_iov` and `iov_coverage` exclude each other";
        return Err(Raised::new("calibrate::params", message)
            .hint("`apply_iov` is for SingleIOV, `iov_coverage` for the others")
            .boxed());
    }
    if let Some(step) = map.get("step_size").filter(|value| !value.is_unit()) {
        let step = step
            .as_int()
            .ok()
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| *n > 0);
        params.step_size =
            Some(step.ok_or_else(|| wrong("step_size", "a number of runs above 0"))?);
    }
    if let Some(runs) = map
        .get("payload_boundaries")
        .filter(|value| !value.is_unit())
    {
        let runs = runs
            .read_lock::<Array>()
            .ok_or_else(|| wrong("payload_boundaries", "an array of ExpRun"))?;
        params.payload_boundaries = Some(runs_of(&runs, "`payload_boundaries`")?);
    }
    if let Some(value) = map.get("has_experiment_settings").filter(|v| !v.is_unit()) {
        let value = value.as_bool();
        params.has_experiment_settings =
            value.map_err(|_| wrong("has_experiment_settings", "true or false"))?;
    }
    algorithm.edit(|a| a.params = params);
    Ok(())
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<A>("Algorithm")
        .register_fn("Algorithm", |call: Call<'_>, name: &str| {
            algorithm(&call, name, declared())
        })
        .register_fn("TestCalibrationAlgorithm", |call: Call<'_>| {
            algorithm(&call, "TestCalibrationAlgorithm", Kind::TestCalibration)
        })
        .register_fn("TestBoundarySettingAlgorithm", |call: Call<'_>| {
            let kind = Kind::TestBoundarySetting;
            algorithm(&call, "TestBoundarySettingAlgorithm", kind)
        })
        .register_fn(
            "fit",
            |call: Call<'_>, a: &mut A, object: &str, model: ModelHandle| {
                fit(&call, a, object, &model, &Map::new())
            },
        )
        .register_fn(
            "fit",
            |call: Call<'_>, a: &mut A, object: &str, model: ModelHandle, options: Map| {
                fit(&call, a, object, &model, &options)
            },
        )
        .register_fn("enough_data", |call: Call<'_>, a: &mut A, rule: FnPtr| {
            let rule = condition(&call, &rule, "enough_data")?;
            declare(a, |declared| declared.enough_data = Some(rule))
        })
        .register_fn("accept", |call: Call<'_>, a: &mut A, row: FnPtr| {
            let accept = formula(&call, &row)?;
            declare(a, |declared| declared.accept = Some(accept))
        })
        .register_fn("tolerate", |a: &mut A, fraction: f64| tolerate(a, fraction))
        .register_fn("tolerate", |a: &mut A, fraction: i64| {
            tolerate(a, fraction as f64)
        })
        .register_fn(
            "payload",
            |call: Call<'_>, a: &mut A, name: &str, class: &str, row: FnPtr| {
                payload(&call, a, name, class, &row)
            },
        )
        .register_fn("copy", |a: &mut A| a.copy())
        .register_get("name", |a: &mut A| a.look(|a| a.name.clone()))
        .register_get_set(
            "params",
            |a: &mut A| a.look(|a| params_map(&a.params)),
            |a: &mut A, map: Map| set_params(a, &map),
        )
        .register_get_set(
            "strategy",
            |a: &mut A| a.look(|a| a.strategy.clone()),
            |a: &mut A, strategy: Strategy| a.edit(|a| a.strategy = strategy),
        );
    hooks(engine);
    super::across::register(engine);
    super::global_algorithm::register(engine);
}

/// Sets one closure of a scripted algorithm.
fn hook(
    call: &Call<'_>,
    algorithm: &A,
    closure_of: &FnPtr,
    set: impl FnOnce(&mut Hooks, Arc<Kept>),
) -> Fallible<A> {
    let (context, closure) = closure(call, closure_of)?;
    let kept = Kept::new(&context, &closure, "data")
        .map_err(|failure| failed("closure::refused", failure))?;
    let mut hooks = algorithm.look(|a| hooks_of(&a.kind))?;
    set(&mut hooks, Arc::new(kept));
    algorithm.edit(|a| a.kind = Kind::Scripted(Arc::new(hooks)));
    Ok(algorithm.clone())
}

/// The closures so far; none of an algorithm of which nothing was said yet.
fn hooks_of(kind: &Kind) -> Fallible<Hooks> {
    match kind {
        Kind::Scripted(scripted) => {
            let any: &dyn Any = scripted.as_ref();
            Ok(any.downcast_ref::<Hooks>().cloned().unwrap_or_default())
        }
        Kind::Declared(declared) if untouched(declared) => Ok(Hooks::default()),
        Kind::Declared(_) => Err(both()),
        _ => Err(native("closures")),
    }
}

fn untouched(declared: &Declared) -> bool {
    declared.fits.is_empty()
        && declared.payloads.is_empty()
        && declared.enough_data.is_none()
        && declared.accept.is_none()
        && declared.combine.is_none()
        && declared.expand.is_none()
}

fn both() -> Box<EvalAltResult> {
    let message =
        "an algorithm is declared (`fit`, `payload`, …) or scripted (`calibrate`), not both";
    Raised::new("calibrate::both", message)
        .hint("in `calibrate` it can fit as well: `fit_each(data.histograms(\"name\"), model)`")
        .boxed()
}

fn native(what: &str) -> Box<EvalAltResult> {
    Raised::new(
        "calibrate::native",
        format!("a native algorithm and a global fit take no {what}"),
    )
    .boxed()
}

fn hooks(engine: &mut Engine) {
    engine
        .register_fn("calibrate", |call: Call<'_>, a: &mut A, data: FnPtr| {
            hook(&call, a, &data, |hooks, kept| hooks.calibrate = Some(kept))
        })
        .register_fn("setup", |call: Call<'_>, a: &mut A, data: FnPtr| {
            hook(&call, a, &data, |hooks, kept| hooks.setup = Some(kept))
        })
        .register_fn(
            "boundary_required",
            |call: Call<'_>, a: &mut A, data: FnPtr| {
                hook(&call, a, &data, |hooks, kept| {
                    hooks.boundary_required = Some(kept);
                })
            },
        );
}

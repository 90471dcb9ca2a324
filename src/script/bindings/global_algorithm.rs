//! Global fits as algorithms; the meaning is in the room `calibrate`.

use rhai::{Array, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::super::Context;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::calibrate::{AlgorithmHandle, algorithm};
use super::collect::formula;
use super::fit::number;
use super::global_fits::method;
use super::ordered::refuse_others;
use crate::calibrate::{Choice, ConstraintRule, Global, Hierarchy, Kind};

type Call<'a> = NativeCallContext<'a>;
type A = AlgorithmHandle;

fn wrong(message: String) -> Box<EvalAltResult> {
    Raised::new("script::wrong-value", message).boxed()
}

fn texts(array: &Array, what: &str) -> Fallible<Vec<String>> {
    let text = |value: &rhai::Dynamic| {
        let kind = a_kind(value);
        let message = || wrong(format!("{what} are texts, not {kind}"));
        value.clone().into_string().map_err(|_| message())
    };
    array.iter().map(text).collect()
}

fn global_fit(call: &Call<'_>, records: &str, components: &Array) -> Fallible<A> {
    let components = texts(components, "components")?;
    let place = Context::of(call).place(call);
    let global = Global::new(records, components, place);
    Ok(algorithm(call, "GlobalFit", Kind::Global(Box::new(global))))
}

/// Changes a global fit.
fn change(algorithm: &A, name: &str, change: impl FnOnce(&mut Global)) -> Fallible<A> {
    let changed = algorithm.edit(|a| match &mut a.kind {
        Kind::Global(global) => {
            change(global);
            true
        }
        _ => false,
    });
    if changed {
        return Ok(algorithm.clone());
    }
    let message = format!("`{name}` belongs to a global fit, and this is another algorithm");
    Err(Raised::new("calibrate::both", message)
        .hint("a global fit begins with `GlobalFit(records, components)`")
        .boxed())
}

fn choice(call: &Call<'_>, name: &str, rows: &FnPtr) -> Fallible<Choice> {
    Ok(Choice {
        name: name.to_owned(),
        rows: formula(call, rows)?,
        place: Context::of(call).place(call),
    })
}

fn constrain(
    call: &Call<'_>,
    algorithm: &A,
    (name, each): (&str, Option<&str>),
    rows: &FnPtr,
    weight: &FnPtr,
) -> Fallible<A> {
    let rule = ConstraintRule {
        chosen: choice(call, name, rows)?,
        weight: formula(call, weight)?,
        each: each.map(str::to_owned),
    };
    change(algorithm, "constrain", |g| g.constraints.push(rule))
}

fn hierarchy(
    call: &Call<'_>,
    algorithm: &A,
    component: &str,
    levels: &Array,
    motions: &Array,
) -> Fallible<A> {
    let rule = Hierarchy {
        component: component.to_owned(),
        levels: texts(levels, "levels")?,
        motions: texts(motions, "motions")?,
        place: Context::of(call).place(call),
    };
    change(algorithm, "hierarchy", |g| g.hierarchies.push(rule))
}

fn outliers(algorithm: &A, options: &Map) -> Fallible<A> {
    refuse_others(
        options,
        &["chi2_cut", "downweight"],
        "options of `outliers`",
    )?;
    let positive = |key: &str, value: &rhai::Dynamic| {
        let value = number(value)?;
        match value.is_finite() && value > 0.0 {
            true => Ok(value),
            false => Err(wrong(format!("`{key}` is {value}, it must be above 0"))),
        }
    };
    let cuts = match options.get("chi2_cut") {
        None => Vec::new(),
        Some(value) => match value.read_lock::<Array>() {
            Some(all) => {
                let all = all.iter().map(|value| positive("chi2_cut", value));
                all.collect::<Fallible<Vec<f64>>>()?
            }
            None => vec![positive("chi2_cut", value)?],
        },
    };
    let downweight = options.get("downweight");
    let downweight = downweight
        .map(|value| positive("downweight", value))
        .transpose()?;
    change(algorithm, "outliers", |g| {
        g.chi2_cut = cuts;
        g.downweight = downweight;
    })
}

fn count(n: i64, name: &str) -> Fallible<usize> {
    usize::try_from(n).map_err(|_| wrong(format!("`{name}` takes a number from 0 on, not {n}")))
}

fn scale_errors(algorithm: &A, factor: f64) -> Fallible<A> {
    if !(factor.is_finite() && factor > 0.0) {
        let message = format!("`scale_errors` takes a factor above 0, not {factor}");
        return Err(wrong(message));
    }
    change(algorithm, "scale_errors", |g| g.scale_errors = factor)
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn(
            "GlobalFit",
            |call: Call<'_>, records: &str, components: Array| {
                global_fit(&call, records, &components)
            },
        )
        .register_fn(
            "fix",
            |call: Call<'_>, a: &mut A, name: &str, rows: FnPtr| {
                let choice = choice(&call, name, &rows)?;
                change(a, "fix", |g| g.fixed.push(choice))
            },
        )
        .register_fn(
            "constrain",
            |call: Call<'_>, a: &mut A, name: &str, rows: FnPtr, weight: FnPtr| {
                constrain(&call, a, (name, None), &rows, &weight)
            },
        )
        .register_fn(
            "constrain_each",
            |call: Call<'_>, a: &mut A, name: &str, column: &str, rows: FnPtr, weight: FnPtr| {
                constrain(&call, a, (name, Some(column)), &rows, &weight)
            },
        )
        .register_fn(
            "hierarchy",
            |call: Call<'_>, a: &mut A, component: &str, levels: Array, motions: Array| {
                hierarchy(&call, a, component, &levels, &motions)
            },
        )
        .register_fn("method", |a: &mut A, name: &str| {
            let found = method(&name.into())?;
            change(a, "method", |g| g.method = found)
        })
        .register_fn("scale_errors", |a: &mut A, factor: f64| {
            scale_errors(a, factor)
        })
        .register_fn("scale_errors", |a: &mut A, factor: i64| {
            scale_errors(a, factor as f64)
        })
        .register_fn("outliers", |a: &mut A, options: Map| outliers(a, &options))
        .register_fn("min_entries", |a: &mut A, n: i64| {
            let n = count(n, "min_entries")?;
            change(a, "min_entries", |g| g.min_entries = n)
        })
        .register_fn("min_records", |a: &mut A, n: i64| {
            let n = count(n, "min_records")?;
            change(a, "min_records", |g| g.min_records = n)
        })
        .register_fn("save", |a: &mut A, names: Array| {
            let names = texts(&names, "payloads of `save`")?;
            change(a, "save", |g| g.save = Some(names))
        });
}

//! Values known before any row is seen: captured ones, constants, and what follows from them.
//!
//! Members, elements and calls of such values are worked out by the engine once, while compiling.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, FnPtr, Scope, ScriptFuncDef};

use crate::expr::{Failure, Place};

use super::super::{Context, Source, api, errors};
use super::meaning::{Home, Inner, Lowered, Meaning, Stop, scalar, wrong};
use super::near;
use super::resolve::data_meaning;

/// Functions that do something besides giving a value.
const NOT_PURE: [&str; 5] = ["info", "warning", "fatal", "print", "debug"];

/// The script functions of a source.
pub(super) fn functions(source: &Source) -> Vec<Arc<ScriptFuncDef>> {
    source.ast.iter_fn_def().cloned().collect()
}

/// The function of that name, with that number of parameters if given.
pub(super) fn function(
    source: &Source,
    name: &str,
    parameters: Option<usize>,
) -> Option<Arc<ScriptFuncDef>> {
    source
        .ast
        .iter_fn_def()
        .find(|f| f.name == name && parameters.is_none_or(|wanted| f.params.len() == wanted))
        .cloned()
}

/// The text behind the modules `a::b::`; the same text for none.
pub(super) fn home(context: &Context, from: &Home, modules: &[String]) -> Option<Home> {
    let mut home = from.clone();
    for alias in modules {
        let module = home.environment.import(alias)?.clone();
        let source = context.source_named(module.id()?)?;
        let environment = source.environment()?;
        home = Home {
            source,
            environment,
        };
    }
    Some(home)
}

/// A constant at the top of the text.
pub(super) fn constant(home: &Home, name: &str) -> Option<Dynamic> {
    home.environment
        .constant(name)
        .map(|value| value.flatten_clone())
}

/// `module::NAME`; `global::NAME` is a constant of the same text.
pub(super) fn module_constant(
    context: &Context,
    from: &Home,
    modules: &[String],
    name: &str,
) -> Option<Dynamic> {
    if matches!(modules, [only] if only == "global") {
        return constant(from, name);
    }
    let [path @ .., alias] = modules else {
        return None;
    };
    let parent = home(context, from, path)?;
    parent
        .environment
        .import(alias)?
        .get_var(name)
        .map(|value| value.flatten_clone())
}

/// A captured closure.
pub(super) fn closure(context: &Context, from: &Home, value: &Dynamic) -> Option<Arc<Inner>> {
    let pointer = value.read_lock::<FnPtr>()?.clone();
    let name = pointer.fn_name();
    let home = std::iter::once(from.clone())
        .chain(context.sources().into_iter().filter_map(|source| {
            let environment = source.environment()?;
            Some(Home {
                source,
                environment,
            })
        }))
        .find(|home| function(&home.source, name, None).is_some())?;
    let captured = pointer
        .iter_curry()
        .map(|v| data_meaning(v.flatten_clone()))
        .collect();
    Some(Arc::new(Inner {
        home,
        function: name.to_owned(),
        captured,
    }))
}

/// Lets the engine work out an expression over known values.
fn evaluate(
    context: &Context,
    text: &str,
    values: Vec<(&str, Dynamic)>,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let mut scope = Scope::new();
    for (name, value) in values {
        scope.push_dynamic(name, value);
    }
    let engine = context.engine();
    engine.eval_expression_with_scope::<Dynamic>(&mut scope, text)
}

/// What fails with known values fails in every row.
fn fails<T>(context: &Context, error: &EvalAltResult, place: Place) -> Lowered<T> {
    let failure = errors::failure(context, "", error);
    Err(Stop::Wrong(Failure { place, ..failure }))
}

/// A member of a known value.
pub(super) fn member(
    context: &Context,
    value: &Dynamic,
    name: &str,
    place: Place,
) -> Lowered<Meaning> {
    if let Some(map) = value.read_lock::<rhai::Map>() {
        return match map.get(name) {
            Some(member) => Ok(data_meaning(member.flatten_clone())),
            None => {
                let names = map.keys().map(|key| key.as_str());
                let hint = near::hint(name, names, "check its name");
                let message = format!("the captured map has no member `{name}`");
                wrong(place, message, hint)
            }
        };
    }
    let known = || vec![("value", value.clone()), ("name", name.into())];
    let found = match evaluate(context, &format!("value.{name}"), known()) {
        // Not every name can stand behind a dot.
        Err(error) if matches!(*error, EvalAltResult::ErrorParsing(..)) => {
            evaluate(context, "value[name]", known())
        }
        found => found,
    };
    found.map_or_else(
        |error| fails(context, &error, place),
        |member| Ok(data_meaning(member)),
    )
}

/// An element of a known value.
pub(super) fn index(
    context: &Context,
    value: &Dynamic,
    index: &Dynamic,
    place: Place,
) -> Lowered<Meaning> {
    if index.is_string() && value.is_map() {
        return member(context, value, &index.to_string(), place);
    }
    let values = vec![("value", value.clone()), ("index", index.clone())];
    evaluate(context, "value[index]", values).map_or_else(
        |error| fails(context, &error, place),
        |element| Ok(data_meaning(element)),
    )
}

/// An operator on known values that are no numbers, as `==` of two IoVs.
pub(super) fn operation(context: &Context, sign: &str, operands: &[Meaning]) -> Option<Meaning> {
    let known: Option<Vec<Dynamic>> = operands.iter().map(Meaning::known).collect();
    let known = known?;
    if known.iter().all(|value| scalar(value).is_some()) && !sign.starts_with("..") {
        return None;
    }
    let [left, right] = known.try_into().ok()?;
    let text = format!("left {sign} right");
    let values = vec![("left", left), ("right", right)];
    evaluate(context, &text, values).ok().map(data_meaning)
}

/// First and last number of a range that is not empty.
pub(super) fn range(value: &Dynamic) -> Option<(i64, i64)> {
    if let Some(range) = value.read_lock::<std::ops::Range<i64>>() {
        return (range.start < range.end).then(|| (range.start, range.end - 1));
    }
    let range = value.read_lock::<std::ops::RangeInclusive<i64>>()?;
    (range.start() <= range.end()).then(|| (*range.start(), *range.end()))
}

/// A function of known values; `None` if some are not known.
pub(super) fn call(
    context: &Context,
    name: &str,
    values: &[Meaning],
    place: Place,
) -> Option<Lowered<Meaning>> {
    let known: Option<Vec<Dynamic>> = values.iter().map(Meaning::known).collect();
    let known = known?;
    // A function of nothing may be a clock or a dice.
    if known.is_empty() || NOT_PURE.contains(&name) {
        return None;
    }
    let names: Vec<String> = (0..known.len())
        .map(|number| format!("value{number}"))
        .collect();
    let text = format!("{name}({})", names.join(", "));
    let values = names.iter().map(String::as_str).zip(known).collect();
    Some(evaluate(context, &text, values).map_or_else(
        |error| fails(context, &error, place),
        |value| Ok(data_meaning(value)),
    ))
}

/// Functions of the engine that look like misspelt functions of formulas.
const NATIVE: [&str; 14] = [
    "len", "push", "pop", "all", "some", "set", "get", "pad", "sign", "split", "trim", "bits",
    "int", "range",
];

/// Whether the engine is known to have a function of that name.
pub(super) fn native(name: &str) -> bool {
    NOT_PURE.contains(&name)
        || NATIVE.contains(&name)
        || api::names()
            .iter()
            .any(|known| known.called && known.name == name)
}

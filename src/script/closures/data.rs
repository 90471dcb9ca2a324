//! Values known before any row is seen: captured ones, constants, and what follows from them.
//!
//! Members, elements and calls of such values are worked out by the engine once, while compiling.

use std::sync::Arc;

use rhai::{Dynamic, FnPtr, Scope, ScriptFuncDef};

use crate::expr::Place;

use super::super::{Context, Source};
use super::meaning::{Home, Inner, Lowered, Meaning, cannot, scalar, wrong};
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
fn evaluate(context: &Context, text: &str, values: Vec<(&str, Dynamic)>) -> Option<Dynamic> {
    let mut scope = Scope::new();
    for (name, value) in values {
        scope.push_dynamic(name, value);
    }
    let engine = context.engine();
    engine
        .eval_expression_with_scope::<Dynamic>(&mut scope, text)
        .ok()
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
                wrong(
                    place,
                    format!("the captured map has no member `{name}`"),
                    hint,
                )
            }
        };
    }
    match evaluate(
        context,
        "value[name]",
        vec![("value", value.clone()), ("name", name.into())],
    )
    .or_else(|| {
        evaluate(
            context,
            &format!("value.{name}"),
            vec![("value", value.clone())],
        )
    }) {
        Some(member) => Ok(data_meaning(member)),
        None => cannot(
            place,
            format!(
                "`.{name}` of {} cannot be compiled",
                Meaning::Data(value.clone()).words()
            ),
        ),
    }
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
    match evaluate(context, "value[index]", values) {
        Some(element) => Ok(data_meaning(element)),
        None => {
            let message = format!(
                "there is no element [{index}] in {}",
                Meaning::Data(value.clone()).words()
            );
            wrong(place, message, "elements are counted from 0")
        }
    }
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
    evaluate(context, &text, vec![("left", left), ("right", right)]).map(data_meaning)
}

/// First and last number of a range that is not empty.
pub(super) fn range(value: &Dynamic) -> Option<(i64, i64)> {
    if let Some(range) = value.read_lock::<std::ops::Range<i64>>() {
        return (range.start < range.end).then(|| (range.start, range.end - 1));
    }
    let range = value.read_lock::<std::ops::RangeInclusive<i64>>()?;
    (range.start() <= range.end()).then(|| (*range.start(), *range.end()))
}

/// A function of known values, not all of them plain numbers.
pub(super) fn call(context: &Context, name: &str, values: &[Meaning]) -> Option<Meaning> {
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
    evaluate(context, &text, values).map(data_meaning)
}

/// A method of a known value.
pub(super) fn method(
    context: &Context,
    value: &Dynamic,
    name: &str,
    arguments: &[Meaning],
    place: Place,
) -> Lowered<Meaning> {
    let all: Vec<Meaning> = std::iter::once(Meaning::Data(value.clone()))
        .chain(arguments.iter().cloned())
        .collect();
    match call(context, name, &all) {
        Some(value) => Ok(value),
        None => cannot(
            place,
            format!("`.{name}(…)` of {} cannot be compiled", all[0].words()),
        ),
    }
}

/// Functions of the engine that look like misspelt functions of formulas.
const NATIVE: [&str; 14] = [
    "len", "push", "pop", "all", "some", "set", "get", "pad", "sign", "split", "trim", "bits",
    "int", "range",
];

/// Whether the engine is known to have a function of that name.
pub(super) fn native(name: &str) -> bool {
    NOT_PURE.contains(&name) || NATIVE.contains(&name)
}

//! Paths as scripts build them; what the steps do is in the room `collect`.

use std::path::{Path as File, PathBuf};

use rhai::{Array, Dynamic, Engine, ImmutableString, Map, NativeCallContext};
use serde_json::Value;

use super::super::Context;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::convert::to_json;
use super::handle::Handle;
use super::ordered::refuse_others;
use crate::collect::{External, Logic, Path, PathStep, Refused};

pub(crate) type PathHandle = Handle<Path>;
type Call<'a> = NativeCallContext<'a>;
type P = PathHandle;

fn wrong(key: &str, message: String) -> Box<rhai::EvalAltResult> {
    Raised::new("script::wrong-value", message).key(key).boxed()
}

fn refused(error: Refused) -> Box<rhai::EvalAltResult> {
    Raised::new("collect::path", error.message)
        .maybe_hint(error.hint)
        .boxed()
}

fn push(path: &P, step: PathStep) -> P {
    path.edit(|p| p.steps.push(step));
    path.clone()
}

fn first(path: &P, n: i64) -> Fallible<P> {
    let n = u64::try_from(n).map_err(|_| {
        let message = format!("`first` takes a number of events, not {n}");
        Raised::new("script::wrong-value", message)
            .hint("leave the step out to read all events")
            .boxed()
    })?;
    Ok(push(path, PathStep::First(n)))
}

fn prescale(path: &P, fraction: f64, seed: i64) -> Fallible<P> {
    let step = PathStep::prescale(fraction, seed.cast_unsigned()).map_err(refused)?;
    Ok(push(path, step))
}

fn trigger(call: &Call<'_>, path: &P, lines: &Dynamic, logic: &str) -> Fallible<P> {
    let logic = match logic {
        "or" => Logic::Or,
        "and" => Logic::And,
        other => {
            let message = format!("the logic of a trigger is \"or\" or \"and\", not `{other}`");
            return Err(Raised::new("script::wrong-value", message).boxed());
        }
    };
    let lines = texts("lines", lines)?;
    let place = Context::of(call).place(call);
    let step = PathStep::trigger(lines, logic, place).map_err(refused)?;
    Ok(push(path, step))
}

/// One text, or an array of them.
fn texts(key: &str, value: &Dynamic) -> Fallible<Vec<String>> {
    let all = match value.read_lock::<Array>() {
        Some(all) => all.clone(),
        None => vec![value.clone()],
    };
    let text = |item: Dynamic| {
        let kind = a_kind(&item);
        item.into_string().map_err(|_| {
            wrong(
                key,
                format!("`{key}` is an array of texts, and {kind} is none"),
            )
        })
    };
    all.into_iter().map(text).collect()
}

/// Entries of a map, in its order.
fn members(key: &str, value: &Dynamic) -> Fallible<Vec<(String, Value)>> {
    match to_json(value) {
        Ok(Value::Object(map)) => Ok(map.into_iter().collect()),
        _ => Err(wrong(
            key,
            format!(
                "`{key}` is a map of texts, numbers and truth values, not {}",
                a_kind(value)
            ),
        )),
    }
}

fn external(call: &Call<'_>, path: &P, name: &str, options: &Map) -> Fallible<P> {
    let keys = ["command", "arguments", "files", "trees", "environment"];
    refuse_others(options, &keys, "options of Path.external")?;
    let context = Context::of(call);
    let command = options.get("command").cloned().unwrap_or_default();
    let command = match command.is_unit() {
        true => Vec::new(),
        false => texts("command", &command)?,
    };
    let mut external = External::new(name, command, context.place(call)).map_err(refused)?;
    if let Some(arguments) = options.get("arguments") {
        for (key, value) in members("arguments", arguments)? {
            external.argument(&key, &value).map_err(refused)?;
        }
    }
    if let Some(variables) = options.get("environment") {
        for (key, value) in members("environment", variables)? {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            external.variable(&key, &value).map_err(refused)?;
        }
    }
    if let Some(files) = options.get("files") {
        for file in texts("files", files)? {
            external
                .file(&beside(&context, call, &file))
                .map_err(refused)?;
        }
    }
    if let Some(trees) = options.get("trees") {
        external.trees = texts("trees", trees)?;
    }
    let external = external.checked().map_err(refused)?;
    Ok(push(path, PathStep::External(Box::new(external))))
}

/// A file beside the script that calls, or else beside one that took part.
fn beside(context: &Context, call: &Call<'_>, file: &str) -> PathBuf {
    let caller = context.caller(call).into_iter();
    let folders = caller
        .chain(context.sources())
        .map(|source| source.path.parent().unwrap_or(File::new("")).join(file));
    let all: Vec<PathBuf> = folders.collect();
    let found = all.iter().find(|path| path.is_file()).or(all.first());
    found.cloned().unwrap_or_else(|| file.into())
}

pub(super) fn register(engine: &mut Engine) {
    let empty = || Handle::new(Path::default());
    engine
        .register_type_with_name::<P>("Path")
        .register_fn("Path", empty)
        .register_fn("create_path", empty)
        .register_fn("first", |p: &mut P, n: i64| first(p, n))
        .register_fn("prescale", |p: &mut P, fraction: f64| {
            prescale(p, fraction, 1)
        })
        .register_fn("prescale", |p: &mut P, fraction: i64| {
            prescale(p, fraction as f64, 1)
        })
        .register_fn("prescale", |p: &mut P, fraction: f64, seed: i64| {
            prescale(p, fraction, seed)
        })
        .register_fn("prescale", |p: &mut P, fraction: i64, seed: i64| {
            prescale(p, fraction as f64, seed)
        })
        .register_fn("trigger", |call: Call<'_>, p: &mut P, lines: Dynamic| {
            trigger(&call, p, &lines, "or")
        })
        .register_fn(
            "trigger",
            |call: Call<'_>, p: &mut P, lines: Dynamic, logic: &str| {
                trigger(&call, p, &lines, logic)
            },
        )
        .register_fn(
            "external",
            |call: Call<'_>, p: &mut P, name: &str, options: Map| {
                external(&call, p, name, &options)
            },
        )
        .register_fn("steps", |p: &mut P| -> Array {
            p.look(|p| {
                p.names()
                    .map(|name| ImmutableString::from(name).into())
                    .collect()
            })
        })
        .register_fn("copy", |p: &mut P| p.copy());
}

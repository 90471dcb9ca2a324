//! Linear equations that a collector sums up; the meaning is in the room `hist`.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use rhai::{Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::collect::{CollectorHandle, object, row_formula};
use super::ordered::refuse_others;
use crate::collect::{Equations, Storage};
use crate::expr::{Formula, Node, Value};

type Call<'a> = NativeCallContext<'a>;

const KEYS: [&str; 5] = ["equation", "channel", "channels", "coefficient", "target"];

/// The closure behind a key.
fn of_rows(call: &Call<'_>, c: &CollectorHandle, options: &Map, key: &str) -> Fallible<Formula> {
    let pointer = needed(options, key)?.clone().try_cast::<FnPtr>();
    let pointer = pointer.ok_or_else(|| wrong(options, key, "a closure over a row"))?;
    row_formula(call, c, &pointer)
}

fn needed<'a>(options: &'a Map, key: &str) -> Fallible<&'a Dynamic> {
    options.get(key).ok_or_else(|| {
        Raised::new("collect::equations", format!("`{key}` is missing"))
            .hint("equations need `equation`, `channel`, `channels` and `coefficient`")
            .boxed()
    })
}

fn wrong(options: &Map, key: &str, wanted: &str) -> Box<rhai::EvalAltResult> {
    let given = options.get(key).map_or_else(String::new, a_kind);
    Raised::new(
        "script::wrong-value",
        format!("`{key}` is {wanted}, not {given}"),
    )
    .key(key)
    .boxed()
}

/// First and last channel.
fn range(options: &Map) -> Fallible<(i64, i64)> {
    let value = needed(options, "channels")?;
    if let Some(range) = value.read_lock::<RangeInclusive<i64>>() {
        return Ok((*range.start(), *range.end()));
    }
    match value.read_lock::<Range<i64>>() {
        Some(range) => Ok((range.start, range.end.saturating_sub(1))),
        None => Err(wrong(options, "channels", "a range, as `1..=8736`")),
    }
}

/// The right side; 1 unless it is said.
fn target(call: &Call<'_>, c: &CollectorHandle, options: &Map) -> Fallible<Formula> {
    match options.get("target") {
        None => Ok(number(1.0)),
        Some(value) => match value
            .as_float()
            .or_else(|_| value.as_int().map(|n| n as f64))
        {
            Ok(value) => Ok(number(value)),
            Err(_) => of_rows(call, c, options, "target"),
        },
    }
}

fn number(value: f64) -> Formula {
    Formula::Compiled(Arc::new(Node::Constant(Value::Float(value))))
}

fn equations(
    call: &Call<'_>,
    c: &CollectorHandle,
    name: &str,
    options: &Map,
) -> Fallible<CollectorHandle> {
    refuse_others(options, &KEYS, "options of normal equations")?;
    let (first, last) = range(options)?;
    let equations = Equations {
        equation: of_rows(call, c, options, "equation")?,
        channel: of_rows(call, c, options, "channel")?,
        first,
        last,
        coefficient: of_rows(call, c, options, "coefficient")?,
        target: target(call, c, options)?,
    };
    object(call, c, name, Storage::Equations(equations))
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn(
        "normal_equations",
        |call: Call<'_>, c: &mut CollectorHandle, name: &str, options: Map| {
            equations(&call, c, name, &options)
        },
    );
}

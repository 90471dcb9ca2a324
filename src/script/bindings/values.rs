//! What every plain value can do in a script.

use std::fmt::Display;

use rhai::{Array, Dynamic, Engine};

/// A type whose values never change: copied, compared, shown.
pub(super) trait PlainValue: Clone + PartialEq + Display + Send + Sync + 'static {}

impl<T: Clone + PartialEq + Display + Send + Sync + 'static> PlainValue for T {}

/// Equality, text, and `in` for a type of plain values.
pub(super) fn plain_value<T: PlainValue>(engine: &mut Engine) {
    let among = |all: &Array, value: &T| {
        let is = |item: &Dynamic| item.read_lock::<T>().is_some_and(|item| *item == *value);
        all.iter().any(is)
    };
    engine
        .register_fn("==", |a: T, b: T| a == b)
        .register_fn("!=", |a: T, b: T| a != b)
        .register_fn("to_string", |value: &mut T| value.to_string())
        .register_fn("to_debug", |value: &mut T| value.to_string())
        .register_fn("+", |text: &str, value: T| format!("{text}{value}"))
        .register_fn("contains", move |all: Array, value: T| among(&all, &value));
}

//! What every plain value can do in a script.

use std::fmt::Display;

use rhai::{Array, Dynamic, Engine};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};

/// A type whose values never change: copied, compared, shown.
pub(super) trait PlainValue: Clone + PartialEq + Display + Send + Sync + 'static {}

impl<T: Clone + PartialEq + Display + Send + Sync + 'static> PlainValue for T {}

/// Equality of values of a type; what is of another type cannot be compared: Rhai would call them different
/// without a word. Only `()`, none, is different from all of them.
pub(super) fn equality<T: Clone + PartialEq + Send + Sync + 'static>(engine: &mut Engine) {
    for (sign, equal) in [("==", true), ("!=", false)] {
        let other = move |a: Dynamic, b: Dynamic| -> Fallible<bool> {
            if a.is_unit() || b.is_unit() {
                return Ok(!equal);
            }
            let message = format!("{sign} cannot compare {} with {}", a_kind(&a), a_kind(&b));
            Err(Raised::new("script::compared", message).boxed())
        };
        engine
            .register_fn(sign, move |a: T, b: T| (a == b) == equal)
            .register_fn(sign, move |a: T, b: Dynamic| other(Dynamic::from(a), b))
            .register_fn(sign, move |a: Dynamic, b: T| other(a, Dynamic::from(b)));
    }
}

/// Equality, text, and `in` for a type of plain values.
pub(super) fn plain_value<T: PlainValue>(engine: &mut Engine) {
    let among = |all: &Array, value: &T| {
        let is = |item: &Dynamic| item.read_lock::<T>().is_some_and(|item| *item == *value);
        all.iter().any(is)
    };
    equality::<T>(engine);
    engine
        .register_fn("to_string", |value: &mut T| value.to_string())
        .register_fn("to_debug", |value: &mut T| value.to_string())
        .register_fn("+", |text: &str, value: T| format!("{text}{value}"))
        .register_fn("contains", move |all: Array, value: T| among(&all, &value));
}

//! Work across the channels of a declared algorithm; the meaning is in the room `calibrate`.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use rhai::{Engine, FnPtr, NativeCallContext};

use super::super::Context;
use super::super::closures::{Kept, compile_channel};
use super::super::raise::{Fallible, Raised, failed};
use super::super::scripted::Combined;
use super::calibrate::{AlgorithmHandle, declare};
use super::fit::closure;
use crate::calibrate::Expand;
use crate::expr::Formula;

type Call<'a> = NativeCallContext<'a>;
type A = AlgorithmHandle;

fn combine(call: &Call<'_>, algorithm: &A, fits: &FnPtr) -> Fallible<A> {
    let (context, closure) = closure(call, fits)?;
    let kept = Kept::new(&context, &closure, "fits");
    let refused = |failure| failed("closure::refused", failure);
    let kept = kept.map_err(refused)?;
    let columns = kept.columns().map_err(refused)?;
    let combined = Arc::new(Combined(kept, columns));
    declare(algorithm, |declared| declared.combine = Some(combined))
}

fn expand(call: &Call<'_>, algorithm: &A, (first, last): (i64, i64), row: &FnPtr) -> Fallible<A> {
    if first > last {
        let message = format!("the range of `expand` is empty: {first} to {last}");
        return Err(Raised::new("calibrate::empty-range", message).boxed());
    }
    let (context, closure) = closure(call, row)?;
    let (row, channel) = compile_channel(&context, &closure)
        .map_err(|failure| failed("closure::refused", failure))?;
    let expand = Expand {
        channel,
        first,
        last,
        row: Formula::Compiled(row),
        place: Context::of(call).place(call),
    };
    declare(algorithm, |declared| declared.expand = Some(expand))
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("combine", |call: Call<'_>, a: &mut A, fits: FnPtr| {
            combine(&call, a, &fits)
        })
        .register_fn(
            "expand",
            |call: Call<'_>, a: &mut A, range: RangeInclusive<i64>, row: FnPtr| {
                expand(&call, a, (*range.start(), *range.end()), &row)
            },
        )
        .register_fn(
            "expand",
            |call: Call<'_>, a: &mut A, range: Range<i64>, row: FnPtr| {
                expand(&call, a, (range.start, range.end.saturating_sub(1)), &row)
            },
        );
}

//! Rows of collectors that belong together: pairs of an event, related elements.

use rhai::{Engine, NativeCallContext};

use super::super::Context;
use super::super::raise::{Fallible, Raised};
use super::collect::{CollectorHandle, push};
use crate::collect::{Collector, Join, Step};

type Call<'a> = NativeCallContext<'a>;
type C = CollectorHandle;

fn pairs(call: &Call<'_>, c: &C) -> Fallible<C> {
    if c.look(Collector::makes_pairs) {
        let message = "the rows are pairs already";
        return Err(Raised::new("collect::pairs", message)
            .hint("`singles()` goes back to rows")
            .boxed());
    }
    if !c.look(has_each) {
        let message = "`pairs` needs more than one row per event";
        return Err(Raised::new("collect::pairs", message)
            .hint("put `each(\"…\")` before it")
            .boxed());
    }
    let place = Context::of(call).place(call);
    Ok(push(c, Step::Pairs(place)))
}

fn singles(call: &Call<'_>, c: &C) -> Fallible<C> {
    if !c.look(Collector::makes_pairs) {
        let message = "`singles` goes back from pairs to rows, and the rows are no pairs";
        return Err(Raised::new("collect::pairs", message)
            .hint("put `pairs()` before it")
            .boxed());
    }
    let place = Context::of(call).place(call);
    Ok(push(c, Step::Singles(place)))
}

fn join(call: &Call<'_>, c: &C, name: &str, array: &str, by: Option<&str>) -> Fallible<C> {
    if !c.look(has_each) {
        let message = "`join` leads from an element to its related one, and the rows are events";
        return Err(Raised::new("collect::join", message)
            .hint("put `each(\"…\")` before it")
            .boxed());
    }
    if c.look(Collector::makes_pairs) {
        let message = "`join` leads from a row to its related element, and the rows are pairs";
        return Err(Raised::new("collect::join", message)
            .hint("put it before `pairs()`")
            .boxed());
    }
    let step = Step::Join(Join {
        name: name.to_owned(),
        array: array.to_owned(),
        by: by.map(str::to_owned),
        place: Context::of(call).place(call),
    });
    Ok(push(c, step))
}

fn has_each(collector: &Collector) -> bool {
    let each = |step: &Step| matches!(step, Step::Each(..));
    collector.steps.iter().any(each)
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("pairs", |call: Call<'_>, c: &mut C| pairs(&call, c))
        .register_fn("singles", |call: Call<'_>, c: &mut C| singles(&call, c))
        .register_fn(
            "join",
            |call: Call<'_>, c: &mut C, name: &str, array: &str| join(&call, c, name, array, None),
        )
        .register_fn(
            "join",
            |call: Call<'_>, c: &mut C, name: &str, array: &str, by: &str| {
                join(&call, c, name, array, Some(by))
            },
        );
}

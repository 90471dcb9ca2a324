//! `IoV` and `ExpRun`; the meaning is in the room `iov`.

use rhai::{Array, Dynamic, Engine};

use super::super::raise::{Fallible, Raised, raise};
use super::values::plain_value;
use crate::iov::{ExpRun, IoV};

fn number(value: i64) -> Fallible<i32> {
    i32::try_from(value).map_err(|_| {
        Raised::new(
            "iov::not-a-number",
            format!("{value} is no experiment or run number"),
        )
        .boxed()
    })
}

fn exp_run(exp: i64, run: i64) -> Fallible<ExpRun> {
    Ok(ExpRun::new(number(exp)?, number(run)?))
}

fn pair(values: &Array) -> Fallible<ExpRun> {
    let numbers: Option<Vec<i64>> = values.iter().map(|value| value.as_int().ok()).collect();
    match numbers.as_deref() {
        Some([exp, run]) => exp_run(*exp, *run),
        _ => Err(Raised::new(
            "iov::not-a-pair",
            "a run is a pair of whole numbers, [experiment, run]",
        )
        .boxed()),
    }
}

fn interval(low: ExpRun, high: ExpRun) -> Fallible<IoV> {
    IoV::new(low, high).map_err(|error| raise("iov::wrong-interval")(&error))
}

macro_rules! compare {
    ($engine:expr, $type:ty) => {
        plain_value::<$type>($engine);
        $engine
            .register_fn("<", |a: $type, b: $type| a < b)
            .register_fn("<=", |a: $type, b: $type| a <= b)
            .register_fn(">", |a: $type, b: $type| a > b)
            .register_fn(">=", |a: $type, b: $type| a >= b)
            .register_fn("min", |a: $type, b: $type| a.min(b))
            .register_fn("max", |a: $type, b: $type| a.max(b));
    };
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<IoV>("IoV")
        .register_type_with_name::<ExpRun>("ExpRun")
        .register_fn("ExpRun", exp_run)
        .register_fn("ExpRun", |exp: i64| exp_run(exp, -1))
        .register_fn("ExpRun", |values: Array| pair(&values))
        .register_get("exp", |run: &mut ExpRun| i64::from(run.exp))
        .register_get("run", |run: &mut ExpRun| i64::from(run.run))
        .register_fn("before", |run: &mut ExpRun| run.before())
        .register_fn("IoV", |el: i64, rl: i64, eh: i64, rh: i64| {
            interval(exp_run(el, rl)?, exp_run(eh, rh)?)
        })
        .register_fn("IoV", |exp: i64, run: i64| {
            interval(exp_run(exp, run)?, exp_run(exp, run)?)
        })
        .register_fn("IoV", interval)
        .register_get("exp_low", |iov: &mut IoV| i64::from(iov.low().exp))
        .register_get("run_low", |iov: &mut IoV| i64::from(iov.low().run))
        .register_get("exp_high", |iov: &mut IoV| i64::from(iov.high().exp))
        .register_get("run_high", |iov: &mut IoV| i64::from(iov.high().run))
        .register_get("low", |iov: &mut IoV| iov.low())
        .register_get("high", |iov: &mut IoV| iov.high())
        .register_fn("open_ended", |iov: &mut IoV| iov.open_ended())
        .register_fn("overlaps", |iov: &mut IoV, other: IoV| iov.overlaps(&other))
        .register_fn("overlaps", |iov: &mut IoV, run: ExpRun| {
            IoV::single(run).is_ok_and(|run| iov.overlaps(&run))
        })
        .register_fn("contains", |iov: &mut IoV, other: IoV| iov.contains(&other))
        .register_fn("contains", |iov: &mut IoV, run: ExpRun| {
            iov.contains_run(run)
        });
    compare!(engine, IoV);
    compare!(engine, ExpRun);
    engine.register_fn("sort", |all: &mut Array| sort(all));
}

/// Sorts numbers, texts, runs or intervals; a mixture is refused.
fn sort(all: &mut Array) -> Fallible<()> {
    fn by<T: Clone + 'static + Send + Sync>(
        all: &mut Array,
        order: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) -> bool {
        let values: Option<Vec<T>> = all.iter().map(|v| v.clone().try_cast::<T>()).collect();
        let Some(mut values) = values else {
            return false;
        };
        values.sort_by(order);
        *all = values.into_iter().map(Dynamic::from).collect();
        true
    }
    let done = by::<i64>(all, Ord::cmp)
        || by::<f64>(all, f64::total_cmp)
        || by::<rhai::ImmutableString>(all, Ord::cmp)
        || by::<IoV>(all, Ord::cmp)
        || by::<ExpRun>(all, Ord::cmp);
    if done {
        return Ok(());
    }
    Err(Raised::new(
        "script::wrong-value",
        "only values of one kind can be sorted: numbers, texts, runs or intervals",
    )
    .boxed())
}

//! Strategies that a script writes, and their executions; the meaning is in the room `calibrate`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext, Position};

use super::super::closures::Kept;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed};
use super::super::strategies::{Rule, UnderWay};
use super::calibrate::params_map;
use super::data::{map_of, opaque, runs_array};
use super::fit::closure;
use crate::calibrate::{Executed, Strategy};
use crate::iov::{ExpRun, IoV};

type S = UnderWay;
type E = Executed;

fn strategy(call: &NativeCallContext<'_>, name: &str, run: &FnPtr) -> Fallible<Strategy> {
    let (context, closure) = closure(call, run)?;
    let closure = Kept::new(&context, &closure, "s")
        .map_err(|failure| failed("closure::refused", failure))?;
    let name = name.to_owned();
    Ok(Strategy::Scripted(Arc::new(Rule { name, closure })))
}

fn raised(message: String) -> Box<EvalAltResult> {
    Raised::new("calibrate::strategy", message).boxed()
}

/// An array of runs.
pub(super) fn runs_of(array: &Array, what: &str) -> Fallible<Vec<ExpRun>> {
    let run = |item: &Dynamic| {
        item.clone().try_cast::<ExpRun>().ok_or_else(|| {
            let message = format!(
                "{what} are an array of ExpRun; this one holds {}",
                a_kind(item)
            );
            Raised::new("script::wrong-value", message)
                .hint("make them of pairs: `pairs.map(|pair| ExpRun(pair))`")
                .boxed()
        })
    };
    array.iter().map(run).collect()
}

fn execute(s: &S, runs: &Array, iov: IoV, options: Option<Map>) -> Fallible<E> {
    let runs = runs_of(runs, "the runs of an execution")?;
    if runs.is_empty() {
        let message = "an execution needs at least one run";
        return Err(Raised::new("calibrate::strategy", message).boxed());
    }
    let options = match options {
        Some(map) => Some(opaque(map, "the map of options")?),
        None => None,
    };
    s.run.execute(&runs, iov, options).map_err(raised)
}

fn commit(s: &S, execution: &E, iov: Option<IoV>) -> Fallible<()> {
    s.run.commit(execution, iov).map_err(raised)
}

fn boundaries(s: &S, runs: &Array) -> Fallible<Array> {
    let runs = runs_of(runs, "the runs")?;
    let found = s.run.boundaries(&runs).map_err(raised)?;
    Ok(runs_array(&found))
}

fn fail(s: &S, message: &str) -> Fallible<()> {
    s.run.fail(message);
    s.ended.store(true, Ordering::Relaxed);
    // No `catch` of the script gets hold of this.
    Err(EvalAltResult::ErrorTerminated(message.into(), Position::NONE).into())
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn(
            "Strategy",
            |call: NativeCallContext<'_>, name: &str, run: FnPtr| strategy(&call, name, &run),
        )
        .register_type_with_name::<S>("StrategyRun")
        .register_get("runs", |s: &mut S| runs_array(&s.run.runs()))
        .register_get("coverage", |s: &mut S| {
            s.run.coverage().map_or(Dynamic::UNIT, Dynamic::from)
        })
        .register_get("params", |s: &mut S| params_map(&s.run.params()))
        .register_get("iteration", |s: &mut S| i64::from(s.run.iteration()))
        .register_fn("execute", |s: &mut S, runs: Array, iov: IoV| {
            execute(s, &runs, iov, None)
        })
        .register_fn(
            "execute",
            |s: &mut S, runs: Array, iov: IoV, options: Map| execute(s, &runs, iov, Some(options)),
        )
        .register_fn("commit", |s: &mut S, execution: E| {
            commit(s, &execution, None)
        })
        .register_fn("commit", |s: &mut S, execution: E, iov: IoV| {
            commit(s, &execution, Some(iov))
        })
        .register_fn("boundaries", |s: &mut S, runs: Array| boundaries(s, &runs))
        .register_fn("fail", |s: &mut S, message: &str| fail(s, message));
    engine
        .register_type_with_name::<E>("Execution")
        .register_get("succeeded", |e: &mut E| e.succeeded())
        .register_get("code", |e: &mut E| e.result as i64)
        .register_get("message", |e: &mut E| e.message.clone())
        .register_get("result", |e: &mut E| map_of(e.answer.as_ref()))
        .register_get("runs", |e: &mut E| runs_array(&e.runs))
        .register_get("iov", |e: &mut E| e.iov);
}

//! Constants that follow the time; the meaning is in the room `calibrate`.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext};

use super::super::closures::compile_row;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed, raise};
use super::super::worker;
use super::fit::closure;
use super::lookups::{memory, tell_missed};
use super::ordered::refuse_others;
use super::save::{iov_of, payload_of, store};
use super::tables::Table;
use crate::calibrate::{Block, Data, Interval, Intervals, Piece, TimelineError, lay_out};
use crate::conditions::{Payload, take_turns};
use crate::expr::{self, Expr, Wanted, from_text};
use crate::iov::IoV;

/// An expression from the configuration; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    text: Arc<str>,
    names: Arc<[String]>,
    expr: Expr,
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formula({:?}, {:?})", self.text, self.names)
    }
}

fn formula(text: &str, names: &Array) -> Fallible<Formula> {
    if let Some(other) = names.iter().find(|name| !name.is_string()) {
        let message = format!("names are texts, not {}", a_kind(other));
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let expr = from_text(text, &names).map_err(|error| {
        Raised::new("formula::text", error.to_string())
            .maybe_hint(error.hint)
            .boxed()
    })?;
    Ok(Formula {
        text: text.into(),
        names: names.into(),
        expr,
    })
}

fn refused(error: TimelineError) -> Box<EvalAltResult> {
    match error {
        TimelineError::Failed(failure) => failed("closure::failed", failure),
        other => {
            let hint = other.hint().map(str::to_owned);
            Raised::new("data::timeline", other.to_string())
                .maybe_hint(hint)
                .boxed()
        }
    }
}

/// A loss as a formula over blocks.
fn loss_of(call: &NativeCallContext<'_>, loss: &Dynamic) -> Fallible<expr::Formula> {
    if let Some(formula) = loss.read_lock::<Formula>() {
        let known = |name: &&String| !Block::NAMES.contains(&name.as_str());
        if let Some(other) = formula.names.iter().find(known) {
            let message = format!("a loss has no `{other}`");
            return Err(Raised::new("formula::text", message)
                .hint(format!("it may use {}", Block::NAMES.join(", ")))
                .boxed());
        }
        return Ok(expr::Formula::Compiled(Arc::clone(&formula.expr)));
    }
    let Some(pointer) = loss.read_lock::<FnPtr>() else {
        let message = format!("a loss is a formula or a closure, not {}", a_kind(loss));
        return Err(Raised::new("script::wrong-value", message).boxed());
    };
    let (context, closure) = closure(call, &pointer)?;
    let compiled =
        compile_row(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    if let Some(warning) = compiled.warning {
        context.warn("closure::row-by-row", warning);
    }
    Ok(compiled.formula)
}

fn settings(options: &Map) -> Fallible<Intervals> {
    refuse_others(
        options,
        &["atom", "shortest_run", "min_rows"],
        "options of `intervals`",
    )?;
    let wrong = |key: &str, value: &Dynamic, wanted: &str| {
        let message = format!("`{key}` is {wanted}, not {}", a_kind(value));
        Raised::new("script::wrong-value", message).key(key).boxed()
    };
    let mut settings = Intervals::default();
    if let Some(value) = options.get("atom") {
        settings.atom = super::fit::number(value).map_err(|_| wrong("atom", value, "a number"))?;
    }
    if let Some(value) = options.get("shortest_run") {
        settings.shortest_run =
            super::fit::number(value).map_err(|_| wrong("shortest_run", value, "a number"))?;
    }
    if let Some(value) = options.get("min_rows") {
        let rows = value
            .as_int()
            .ok()
            .and_then(|rows| usize::try_from(rows).ok());
        settings.min_rows = rows.ok_or_else(|| wrong("min_rows", value, "a number of rows"))?;
    }
    Ok(settings)
}

fn intervals(
    call: &NativeCallContext<'_>,
    table: &Table,
    time: &str,
    loss: &Dynamic,
    options: &Map,
) -> Fallible<Array> {
    worker::large_step();
    let settings = settings(options)?;
    let times = table.column(time)?.to_floats().ok_or_else(|| {
        let message = format!("`{time}` does not hold numbers");
        Raised::new("table::no-numbers", message).boxed()
    })?;
    let formula = loss_of(call, loss)?;
    let mut memory = memory(&formula)?;
    let loss = |blocks: &[Block]| {
        let values = Block::table(blocks).evaluate_in(&formula, Wanted::Number, &mut memory);
        let values = values.map_err(TimelineError::Failed)?;
        Ok(values.to_floats().unwrap_or_default())
    };
    let found = settings.of(&table.0, &times, loss).map_err(refused)?;
    tell_missed(&mut memory);
    Ok(found.into_iter().map(Dynamic::from).collect())
}

/// A payload that changes with time, piece by piece; a second variable is a second name for it.
#[derive(Clone)]
struct Timeline {
    data: Data,
    name: String,
    options: Map,
    pieces: Arc<Mutex<Vec<(Piece, Payload)>>>,
}

impl Timeline {
    fn new(data: &Data, name: &str, options: Map) -> Fallible<Self> {
        refuse_others(&options, &["class", "columns"], "options of `timeline`")?;
        Ok(Self {
            data: data.clone(),
            name: name.to_owned(),
            options,
            pieces: Arc::default(),
        })
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<(Piece, Payload)>> {
        self.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, piece: Piece, value: &Dynamic) -> Fallible<()> {
        let payload = payload_of(&self.data, &self.name, value, &self.options)?;
        self.pieces().push((piece, payload));
        Ok(())
    }

    /// Stores a payload for each stretch of runs.
    fn save(&self, coverage: IoV) -> Fallible<()> {
        let (pieces, payloads): (Vec<Piece>, Vec<Payload>) =
            self.pieces().clone().into_iter().unzip();
        for stretch in lay_out(&pieces, coverage).map_err(refused)? {
            let payload = match stretch.parts.as_slice() {
                [(only, _)] => payloads[*only].clone(),
                parts => {
                    let turns: Vec<Payload> = parts
                        .iter()
                        .map(|(number, _)| payloads[*number].clone())
                        .collect();
                    let events: Vec<u32> = parts[1..].iter().map(|(_, event)| *event).collect();
                    take_turns(&turns, &events).map_err(|error| raise("data::save")(&error))?
                }
            };
            store(&self.data, payload, Some(stretch.iov))?;
        }
        Ok(())
    }
}

fn save(data: &Data, timeline: &Timeline, options: &Map) -> Fallible<()> {
    refuse_others(options, &["iov"], "options of `save` for a timeline")?;
    timeline.save(iov_of(options)?.unwrap_or(data.input().iov))
}

fn iov(interval: &Interval) -> Fallible<IoV> {
    interval.iov().map_err(refused)
}

pub(super) fn register(engine: &mut Engine) {
    type Call<'a> = NativeCallContext<'a>;
    engine
        .register_type_with_name::<Formula>("Formula")
        .register_fn("formula", |text: &str, names: Array| formula(text, &names))
        .register_type_with_name::<Interval>("Interval")
        .register_get("rows", |i: &mut Interval| Table::new(i.rows.clone()))
        .register_get("iov", |i: &mut Interval| iov(i))
        .register_get("start", |i: &mut Interval| i.start)
        .register_get("end", |i: &mut Interval| i.end)
        .register_fn(
            "intervals",
            |call: Call<'_>, t: &mut Table, time: &str, loss: Dynamic| {
                intervals(&call, t, time, &loss, &Map::new())
            },
        )
        .register_fn(
            "intervals",
            |call: Call<'_>, t: &mut Table, time: &str, loss: Dynamic, options: Map| {
                intervals(&call, t, time, &loss, &options)
            },
        )
        .register_type_with_name::<Timeline>("Timeline")
        .register_fn("timeline", |d: &mut Data, name: &str| {
            Timeline::new(d, name, Map::new())
        })
        .register_fn("timeline", |d: &mut Data, name: &str, options: Map| {
            Timeline::new(d, name, options)
        })
        .register_fn(
            "add",
            |t: &mut Timeline, interval: Interval, value: Dynamic| {
                let events = interval.events().map_err(refused)?;
                t.add(Piece::Events(events), &value)
            },
        )
        .register_fn("add", |t: &mut Timeline, iov: IoV, value: Dynamic| {
            t.add(Piece::Runs(iov), &value)
        })
        .register_fn("save", |d: &mut Data, timeline: Timeline| {
            save(d, &timeline, &Map::new())
        })
        .register_fn("save", |d: &mut Data, timeline: Timeline, options: Map| {
            save(d, &timeline, &options)
        });
}

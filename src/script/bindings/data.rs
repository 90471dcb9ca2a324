//! What a scripted algorithm is given, as `data`; the meaning is in the room `calibrate`.

use rhai::{Array, Dynamic, Engine, EvalAltResult, Map};

use super::super::closures::plain_text;
use super::super::kinds::with_article;
use super::super::raise::{Fallible, Raised, raise};
use super::super::worker;
use super::blocks::{Histograms, Sums};
use super::matrices::LinearSystem;
use super::objects::to_script;
use super::save::save;
use super::tables::Table;
use crate::calibrate::{Data, Opaque};
use crate::collect::ChainConstants;
use crate::conditions::{InForce, Payload};
use crate::hist::{Block, Histogram};
use crate::iov::{ExpRun, IoV};

/// An object of that name, or the error that there is none.
fn found<T>(data: &Data, name: &str, got: Result<Option<T>, String>) -> Fallible<T> {
    worker::large_step();
    match got {
        Ok(Some(object)) => Ok(object),
        Ok(None) => Err(unknown(data, name)),
        Err(message) => {
            Err(Raised::new("data::object", format!("the object `{name}`: {message}")).boxed())
        }
    }
}

fn unknown(data: &Data, name: &str) -> Box<EvalAltResult> {
    let known = data.input().objects.names();
    let near = crate::settings::nearest(name, known.iter().map(String::as_str));
    let hint = match (near, known.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "the calibration has no collector".to_owned(),
        (None, known) => format!("there are {}", known.join(", ")),
    };
    Raised::new(
        "data::unknown-object",
        format!("no collector fills an object `{name}`"),
    )
    .hint(hint)
    .boxed()
}

/// The object is there, and is something else.
fn other(name: &str, block: &Block) -> Box<EvalAltResult> {
    let (is, ask) = match block {
        Block::Efficiency(_) => ("an efficiency", "efficiency"),
        Block::Sum(_) => ("a sum", "sum"),
        Block::Equations(_) => ("a system of equations", "normal_equations"),
        _ => ("a histogram", "histograms"),
    };
    Raised::new("data::other-object", format!("`{name}` is {is}"))
        .hint(format!("ask for it as `data.{ask}(\"{name}\")`"))
        .boxed()
}

fn block(data: &Data, name: &str) -> Fallible<Block> {
    let input = data.input();
    found(data, name, input.objects.block(name, &input.runs))
}

fn table(data: &Data, name: &str) -> Fallible<Table> {
    let input = data.input();
    let table = input.objects.table(name, &input.runs);
    found(data, name, table).map(Table::new)
}

fn histogram(data: &Data, name: &str) -> Fallible<Histogram> {
    histograms(data, name)?.single().ok_or_else(|| {
        let message = format!("`{name}` is split into channels");
        Raised::new("data::other-object", message)
            .hint(format!("ask for it as `data.histograms(\"{name}\")`"))
            .boxed()
    })
}

fn histograms(data: &Data, name: &str) -> Fallible<Histograms> {
    match block(data, name)? {
        block @ (Block::Counts(_) | Block::Profile(_)) => Ok(Histograms::new(block)),
        block => Err(other(name, &block)),
    }
}

fn efficiency(data: &Data, name: &str) -> Fallible<Histograms> {
    match block(data, name)? {
        block @ Block::Efficiency(_) => Ok(Histograms::new(block)),
        block => Err(other(name, &block)),
    }
}

fn sum(data: &Data, name: &str) -> Fallible<Sums> {
    match block(data, name)? {
        Block::Sum(block) => Ok(Sums::new(block)),
        block => Err(other(name, &block)),
    }
}

fn normal_equations(data: &Data, name: &str) -> Fallible<LinearSystem> {
    match block(data, name)? {
        Block::Equations(block) => LinearSystem::of_sums(&block.sums()),
        block => Err(other(name, &block)),
    }
}

fn collection(data: &Data, name: &str) -> Fallible<Data> {
    data.of_collection(name).ok_or_else(|| {
        let all = data.input().objects.collections();
        let known: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let near = crate::settings::nearest(name, known.iter().copied());
        let hint = near.map_or_else(
            || format!("there are {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let message = format!("the calibration has no collection `{name}`");
        Raised::new("data::unknown-collection", message)
            .hint(hint)
            .boxed()
    })
}

/// Constants in force as a table, or as a map of members where they are no rows of numbers.
fn constants(data: &Data, name: &str, run: Option<ExpRun>) -> Fallible<Dynamic> {
    let (payload, _) = in_force(data, name, run)?;
    match (&payload.object, payload.members.is_empty()) {
        (Some(object), true) => Ok(to_script(object)),
        _ => Table::of_payload(&payload).map(Dynamic::from),
    }
}

/// Constants in force as a table.
pub(super) fn payload(data: &Data, name: &str, run: Option<ExpRun>) -> Fallible<Table> {
    Table::of_payload(&in_force(data, name, run)?.0)
}

/// Where the constants in force come from.
fn origin(data: &Data, name: &str, run: Option<ExpRun>) -> Fallible<Map> {
    let (_, found) = in_force(data, name, run)?;
    Ok(Map::from([
        ("from".into(), found.from.into()),
        ("revision".into(), found.revision.into()),
        ("iov".into(), Dynamic::from(found.iov)),
    ]))
}

fn in_force(data: &Data, name: &str, run: Option<ExpRun>) -> Fallible<(Payload, InForce)> {
    let input = data.input();
    let run = run.or(input.runs.first().copied());
    let Some(run) = run else {
        let message = format!("there is no run for which `{name}` could be in force");
        return Err(Raised::new("data::no-run", message).boxed());
    };
    worker::large_step();
    let found = input.in_force(name, run);
    match found.map_err(|error| raise("data::payload")(&error))? {
        Some(found) => Ok(found),
        None => {
            let message = format!("there are no constants `{name}` in force for run {run}");
            let advice = ChainConstants::new(&input.constants).map(|all| all.advice(name));
            Err(Raised::new("data::unknown-payload", message)
                .maybe_hint(advice.ok())
                .boxed())
        }
    }
}

/// The last value of a member that this calibration saved in the iteration before.
fn previous(data: &Data, member: &str) -> Fallible<Table> {
    let input = data.input();
    let none = |hint: &str| {
        let message = format!("no earlier iteration saved a member `{member}`");
        Raised::new("data::no-previous", message).hint(hint).boxed()
    };
    let (Some(store), Some(run)) = (&input.earlier, input.runs.first()) else {
        return Err(none("ask only if `data.iteration > 0`"));
    };
    let failed = |error: &dyn std::fmt::Display| raise("data::payload")(error);
    let database = store.database().map_err(|error| failed(&error))?;
    let mut names: Vec<&str> = database.records.iter().map(|r| r.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let mut with = Vec::new();
    for name in names {
        let payload = store.find(name, *run).map_err(|error| failed(&error))?;
        with.extend(payload.filter(|payload| payload.members.contains_key(member)));
    }
    match with.as_slice() {
        [] => Err(none("members are those given to `data.save`")),
        [payload] => Table::of_payload(payload),
        [first, second, ..] => {
            let message = format!(
                "{} and {} both have a member `{member}`",
                first.name, second.name
            );
            Err(Raised::new("data::no-previous", message)
                .hint("ask for one of them: `data.payload(\"name\")`")
                .boxed())
        }
    }
}

/// A map of plain data on its way between algorithm and strategy.
pub(super) fn opaque(map: Map, what: &str) -> Fallible<Opaque> {
    let value = Dynamic::from_map(map).flatten();
    let text = plain_text(&value).map_err(|kind| {
        let kind = with_article(&super::super::kinds::readable(&kind));
        Raised::new("data::no-plain-data", format!("{what} holds {kind}"))
            .hint("it may hold numbers, texts, truth values, IoV, ExpRun, and arrays and maps of them; of a column: `to_array()`")
            .boxed()
    })?;
    Ok(Opaque::new(value, text))
}

/// The map that was carried; an empty one for none.
pub(super) fn map_of(carried: Option<&Opaque>) -> Map {
    carried
        .and_then(|opaque| opaque.value::<Dynamic>())
        .and_then(Dynamic::try_cast::<Map>)
        .unwrap_or_default()
}

pub(super) fn runs_array(runs: &[ExpRun]) -> Array {
    runs.iter().copied().map(Dynamic::from).collect()
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Data>("Data")
        .register_fn("table", |d: &mut Data, name: &str| table(d, name))
        .register_fn("histogram", |d: &mut Data, name: &str| histogram(d, name))
        .register_fn("histograms", |d: &mut Data, name: &str| histograms(d, name))
        .register_fn("efficiency", |d: &mut Data, name: &str| efficiency(d, name))
        .register_fn("sum", |d: &mut Data, name: &str| sum(d, name))
        .register_fn("normal_equations", |d: &mut Data, name: &str| {
            normal_equations(d, name)
        })
        .register_fn("collection", |d: &mut Data, name: &str| collection(d, name))
        .register_fn("payload", |d: &mut Data, name: &str| {
            constants(d, name, None)
        })
        .register_fn("payload", |d: &mut Data, name: &str, run: ExpRun| {
            constants(d, name, Some(run))
        })
        .register_fn("origin", |d: &mut Data, name: &str| origin(d, name, None))
        .register_fn("origin", |d: &mut Data, name: &str, run: ExpRun| {
            origin(d, name, Some(run))
        })
        .register_fn("previous", |d: &mut Data, member: &str| previous(d, member))
        .register_fn("note", |d: &mut Data, text: &str| d.note(text))
        .register_fn("save", |d: &mut Data, name: &str, value: Dynamic| {
            save(d, name, &value, &Map::new())
        })
        .register_fn(
            "save",
            |d: &mut Data, name: &str, value: Dynamic, options: Map| {
                save(d, name, &value, &options)
            },
        );
    attributes(engine);
}

fn attributes(engine: &mut Engine) {
    engine
        .register_get("runs", |d: &mut Data| runs_array(&d.input().runs))
        .register_get("iov", |d: &mut Data| -> IoV { d.input().iov })
        .register_get("iteration", |d: &mut Data| i64::from(d.input().iteration))
        .register_get("collections", |d: &mut Data| -> Array {
            let all = d.input().objects.collections();
            all.into_iter().map(|(name, _)| name.into()).collect()
        })
        .register_get("options", |d: &mut Data| map_of(d.input().options.as_ref()))
        .register_get_set(
            "result",
            |d: &mut Data| map_of(d.result().as_ref()),
            |d: &mut Data, map: Map| -> Fallible<()> {
                d.set_result(opaque(map, "`data.result`")?);
                Ok(())
            },
        );
}

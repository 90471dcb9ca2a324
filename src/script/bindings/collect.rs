//! Collectors, built step by step; what the steps do is in the room `collect`.

use rhai::{Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::Context;
use super::super::closures::{compile_pair, compile_row};
use super::super::raise::{Fallible, Raised, failed};
use super::fit::closure;
use super::handle::Handle;
use super::ordered::refuse_others;
use crate::collect::{Binning, Collector, Granularity, Object, PerChannel, Step, Storage};
use crate::expr::{Formula, SIDES};
use crate::hist::Axis;

/// A collector as scripts hold it.
pub(crate) type CollectorHandle = Handle<Collector>;

/// A closure over rows as a formula; a warning is said when it runs row by row.
pub(super) fn formula(call: &NativeCallContext<'_>, pointer: &FnPtr) -> Fallible<Formula> {
    let (context, closure) = closure(call, pointer)?;
    let compiled =
        compile_row(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    if let Some(warning) = compiled.warning {
        context.warn("closure::row-by-row", warning);
    }
    Ok(compiled.formula)
}

/// A closure over the rows of a collector as they are after its last step: `|row|`, or `|a, b|`
/// where they are pairs.
pub(super) fn row_formula(
    call: &NativeCallContext<'_>,
    collector: &CollectorHandle,
    pointer: &FnPtr,
) -> Fallible<Formula> {
    if !collector.look(Collector::makes_pairs) {
        return formula(call, pointer);
    }
    let (context, closure) = closure(call, pointer)?;
    let compiled =
        compile_pair(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    if let Some(warning) = compiled.warning {
        context.warn("closure::row-by-row", warning);
    }
    Ok(compiled.formula)
}

fn collector(name: &str, options: &Map) -> Fallible<CollectorHandle> {
    refuse_others(
        options,
        &["tree", "granularity", "max_events_per_run", "prescale"],
        "options of a Collector",
    )?;
    let mut collector = Collector::new(name);
    for (key, value) in options {
        let wrong = |wanted: &str| {
            Raised::new(
                "script::wrong-value",
                format!("`{key}` is {wanted}, not {value}"),
            )
            .key(key)
            .boxed()
        };
        match key.as_str() {
            "tree" => collector.tree = value.clone().into_string().map_err(|_| wrong("a text"))?,
            "granularity" => collector.granularity = granularity(&value.to_string())?,
            "max_events_per_run" => {
                let limit = value.as_int().map_err(|_| wrong("a whole number"))?;
                collector.max_events_per_run = u64::try_from(limit).ok();
            }
            _ => {
                let fraction = value
                    .as_float()
                    .or_else(|_| value.as_int().map(|n| n as f64));
                let fraction = fraction.ok().filter(|f| (0.0..=1.0).contains(f));
                collector.prescale = fraction.ok_or_else(|| wrong("a fraction from 0 to 1"))?;
            }
        }
    }
    Ok(Handle::new(collector))
}

pub(super) fn granularity(name: &str) -> Fallible<Granularity> {
    match name {
        "run" => Ok(Granularity::Run),
        "all" => Ok(Granularity::All),
        other => Err(Raised::new(
            "script::wrong-value",
            format!("a granularity is \"run\" or \"all\", not `{other}`"),
        )
        .boxed()),
    }
}

/// A granularity as scripts write it.
pub(super) fn granularity_name(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Run => "run",
        Granularity::All => "all",
    }
}

/// Appends a step and gives the same handle back.
pub(super) fn push(collector: &CollectorHandle, step: Step) -> CollectorHandle {
    collector.edit(|c| c.steps.push(step));
    collector.clone()
}

pub(super) fn object(
    call: &NativeCallContext<'_>,
    collector: &CollectorHandle,
    name: &str,
    storage: Storage,
) -> Fallible<CollectorHandle> {
    if collector.look(|c| c.objects().any(|object| object.name == name)) {
        let message = format!("the collector has an object `{name}` already");
        return Err(Raised::new("collect::name-taken", message)
            .hint("give it another name")
            .boxed());
    }
    let place = Context::of(call).place(call);
    let object = Object {
        name: name.to_owned(),
        storage,
        channels: Vec::new(),
        place,
    };
    Ok(push(collector, Step::Fill(object)))
}

fn per_channel(
    call: &NativeCallContext<'_>,
    collector: &CollectorHandle,
    name: &str,
    index: &FnPtr,
    first: i64,
    last: i64,
) -> Fallible<CollectorHandle> {
    if first > last {
        let message = format!("the range of `{name}` is empty: {first} to {last}");
        return Err(Raised::new("collect::empty-range", message).boxed());
    }
    let channel = PerChannel {
        name: name.to_owned(),
        index: row_formula(call, collector, index)?,
        first,
        last,
    };
    let whole =
        |object: &Object| matches!(object.storage, Storage::Equations(_) | Storage::Records);
    let added = collector.edit(|c| match c.steps.last_mut() {
        Some(Step::Fill(object)) if !whole(object) => {
            object.channels.push(channel);
            true
        }
        _ => false,
    });
    if added {
        return Ok(collector.clone());
    }
    Err(Raised::new(
        "collect::no-object",
        "`per_channel` splits the object declared just before, and there is none",
    )
    .hint("put it right after `histogram`, `profile`, `efficiency`, `sum` or `table`")
    .boxed())
}

fn columns(
    call: &NativeCallContext<'_>,
    collector: &CollectorHandle,
    columns: &Dynamic,
) -> Fallible<Vec<(String, Formula)>> {
    if let Some(map) = columns.read_lock::<Map>() {
        return map
            .iter()
            .map(|(name, value)| {
                let pointer = value.clone().try_cast::<FnPtr>().ok_or_else(|| {
                    Raised::new(
                        "script::wrong-value",
                        format!("column `{name}` is no closure"),
                    )
                    .boxed()
                })?;
                Ok((name.to_string(), row_formula(call, collector, &pointer)?))
            })
            .collect();
    }
    let names = columns.clone().into_array().map_err(|kind| {
        Raised::new(
            "script::wrong-value",
            format!("columns are an array of names or a map of closures, not {kind}"),
        )
        .boxed()
    })?;
    let place = Context::of(call).place(call);
    let pairs = collector.look(Collector::makes_pairs);
    // `"a.m_time"` and `"b.m_time"` are those of the two rows of a pair.
    let side = |name: &str| SIDES.into_iter().find(|side| side[1..] == *name);
    Ok(names
        .iter()
        .map(|name| {
            let name = name.to_string();
            let mut names: Vec<String> = name.split('.').map(str::to_owned).collect();
            if let (true, Some(side)) = (pairs && names.len() > 1, side(&names[0])) {
                side.clone_into(&mut names[0]);
            }
            let column = crate::expr::Node::Column(crate::expr::Path(names), place);
            (name, Formula::Compiled(std::sync::Arc::new(column)))
        })
        .collect())
}

type Call<'a> = NativeCallContext<'a>;
type C = CollectorHandle;

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<C>("Collector")
        .register_fn("Collector", |name: &str| collector(name, &Map::new()))
        .register_fn("Collector", |name: &str, options: Map| {
            collector(name, &options)
        })
        .register_get("name", |c: &mut C| c.look(|c| c.name.clone()))
        .register_fn("copy", |c: &mut C| c.copy())
        .register_fn("each", |call: Call<'_>, c: &mut C, array: &str| {
            push(
                c,
                Step::Each(array.to_owned(), Context::of(&call).place(&call)),
            )
        })
        .register_fn(
            "define",
            |call: Call<'_>, c: &mut C, name: &str, row: FnPtr| -> Fallible<C> {
                let place = Context::of(&call).place(&call);
                Ok(push(
                    c,
                    Step::Define(name.to_owned(), row_formula(&call, c, &row)?, place),
                ))
            },
        )
        .register_fn(
            "select",
            |call: Call<'_>, c: &mut C, name: &str, row: FnPtr| -> Fallible<C> {
                let place = Context::of(&call).place(&call);
                Ok(push(
                    c,
                    Step::Select(name.to_owned(), row_formula(&call, c, &row)?, place),
                ))
            },
        );
    fills(engine);
}

fn fills(engine: &mut Engine) {
    engine
        .register_fn(
            "histogram",
            |call: Call<'_>, c: &mut C, name: &str, x: FnPtr, axis: Axis| {
                let storage = Storage::Histogram(vec![Binning {
                    value: row_formula(&call, c, &x)?,
                    axis,
                }]);
                object(&call, c, name, storage)
            },
        )
        .register_fn(
            "histogram",
            |call: Call<'_>,
             c: &mut C,
             name: &str,
             x: FnPtr,
             x_axis: Axis,
             y: FnPtr,
             y_axis: Axis| {
                let x = Binning {
                    value: row_formula(&call, c, &x)?,
                    axis: x_axis,
                };
                let y = Binning {
                    value: row_formula(&call, c, &y)?,
                    axis: y_axis,
                };
                object(&call, c, name, Storage::Histogram(vec![x, y]))
            },
        )
        .register_fn(
            "profile",
            |call: Call<'_>, c: &mut C, name: &str, x: FnPtr, axis: Axis, y: FnPtr| {
                let x = Binning {
                    value: row_formula(&call, c, &x)?,
                    axis,
                };
                object(
                    &call,
                    c,
                    name,
                    Storage::Profile(x, row_formula(&call, c, &y)?),
                )
            },
        )
        .register_fn(
            "efficiency",
            |call: Call<'_>, c: &mut C, name: &str, row: FnPtr| {
                object(
                    &call,
                    c,
                    name,
                    Storage::Efficiency(row_formula(&call, c, &row)?),
                )
            },
        )
        .register_fn(
            "sum",
            |call: Call<'_>, c: &mut C, name: &str, row: FnPtr| {
                object(&call, c, name, Storage::Sum(row_formula(&call, c, &row)?))
            },
        )
        .register_fn(
            "table",
            |call: Call<'_>, c: &mut C, name: &str, wanted: Dynamic| {
                object(&call, c, name, Storage::Table(columns(&call, c, &wanted)?))
            },
        )
        .register_fn("records", |call: Call<'_>, c: &mut C, name: &str| {
            object(&call, c, name, Storage::Records)
        })
        .register_fn(
            "per_channel",
            |call: Call<'_>,
             c: &mut C,
             name: &str,
             row: FnPtr,
             range: std::ops::RangeInclusive<i64>| {
                per_channel(&call, c, name, &row, *range.start(), *range.end())
            },
        )
        .register_fn(
            "per_channel",
            |call: Call<'_>, c: &mut C, name: &str, row: FnPtr, range: std::ops::Range<i64>| {
                per_channel(&call, c, name, &row, range.start, range.end - 1)
            },
        );
}

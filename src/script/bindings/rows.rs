//! Tables and what closures over their rows give: other tables, columns, histograms.

use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, FnPtr, Map, NativeCallContext};

use super::super::closures::compile_row;
use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, failed, raise};
use super::super::worker;
use super::blocks::Histograms;
use super::columns::Column;
use super::fit::closure;
use super::lookups::{memory, tell_missed};
use super::ordered::refuse_others;
use super::tables::{CHANNEL, Table};
use crate::expr::{self, Statistics, Wanted, filled_from_neighbours};
use crate::hist::{Axis, Block, ChannelRange, CountBlock, Histogram, ProfileBlock};

type Call<'a> = NativeCallContext<'a>;

/// The value of a closure for each row.
fn values(call: &Call<'_>, table: &Table, row: &FnPtr, wanted: Wanted) -> Fallible<expr::Column> {
    worker::large_step();
    let (context, closure) = closure(call, row)?;
    let compiled =
        compile_row(&context, &closure).map_err(|failure| failed("closure::refused", failure))?;
    if let Some(warning) = compiled.warning {
        context.warn("closure::row-by-row", warning);
    }
    let mut memory = memory(&compiled.formula)?;
    let values = table.0.evaluate_in(&compiled.formula, wanted, &mut memory);
    tell_missed(&mut memory);
    values.map_err(|failure| failed("closure::failed", failure))
}

/// The same as numbers.
fn numbers(call: &Call<'_>, table: &Table, row: &FnPtr) -> Fallible<Vec<f64>> {
    let column = values(call, table, row, Wanted::Number)?;
    Ok(column.to_floats().unwrap_or_default())
}

fn condition(call: &Call<'_>, table: &Table, row: &FnPtr) -> Fallible<Vec<bool>> {
    match values(call, table, row, Wanted::Condition)? {
        expr::Column::Bool(keep) => Ok(keep),
        _ => Ok(Vec::new()),
    }
}

fn filter(call: &Call<'_>, table: &Table, row: &FnPtr) -> Fallible<Table> {
    let keep = condition(call, table, row)?;
    Ok(Table::new(table.0.filtered(&keep)))
}

fn define(call: &Call<'_>, table: &Table, name: &str, row: &FnPtr) -> Fallible<Table> {
    let column = values(call, table, row, Wanted::Any)?;
    let with = table.0.with(name, column);
    with.map(Table::new)
        .map_err(|error| raise("table::column")(&error))
}

fn sort_by(call: &Call<'_>, table: &Table, row: &FnPtr) -> Fallible<Table> {
    let key = values(call, table, row, Wanted::Any)?;
    Ok(Table::new(table.0.sorted_by(&key)))
}

fn column(call: &Call<'_>, table: &Table, row: &FnPtr) -> Fallible<Column> {
    let column = values(call, table, row, Wanted::Any)?;
    Ok(table.made(column))
}

fn histogram(call: &Call<'_>, table: &Table, row: &FnPtr, axis: Axis) -> Fallible<Histogram> {
    let values = numbers(call, table, row)?;
    let mut block =
        CountBlock::new(vec![axis], Vec::new()).map_err(|e| raise("hist::block")(&e))?;
    block.fill(&[], &[&values]);
    block.histogram(&[]).ok_or_else(|| {
        Raised::new("hist::block", "a histogram of one axis has one dimension").boxed()
    })
}

/// Which channel each row belongs to: the channels that occur, in order, and the position of
/// each row's among them.
struct Split {
    name: String,
    channels: Vec<i64>,
    positions: Vec<i64>,
}

impl Split {
    fn new(call: &Call<'_>, table: &Table, channel: &Dynamic) -> Fallible<Self> {
        let (name, column) = match channel.read_lock::<FnPtr>() {
            Some(row) => (
                CHANNEL.to_owned(),
                values(call, table, &row, Wanted::Whole)?,
            ),
            None => {
                let name = channel.clone().into_string().map_err(|_| {
                    let message = format!(
                        "the channel is the name of a column or a closure, not {}",
                        a_kind(channel)
                    );
                    Raised::new("script::wrong-value", message).boxed()
                })?;
                let column = table.column(&name)?.clone();
                (name, column)
            }
        };
        let expr::Column::Int(numbers) = column else {
            let message = format!("`{name}` does not hold whole numbers, as channels are");
            return Err(Raised::new("table::no-channels", message)
                .hint("make them: `define(name, |row| to_int(row.x))`")
                .boxed());
        };
        let mut channels = numbers.clone();
        channels.sort_unstable();
        channels.dedup();
        let at = |number: &i64| channels.binary_search(number).ok();
        let positions = numbers.iter().filter_map(at);
        let positions = positions.filter_map(|p| i64::try_from(p).ok()).collect();
        Ok(Self {
            name,
            positions,
            channels,
        })
    }

    fn ranges(&self) -> Vec<ChannelRange> {
        let last = i64::try_from(self.channels.len()).unwrap_or(i64::MAX);
        vec![ChannelRange::new(&self.name, 0, (last - 1).max(0))]
    }

    fn finish(self, block: Block) -> Histograms {
        Histograms::of_rows(self.name, self.channels, block)
    }
}

fn histograms(
    call: &Call<'_>,
    table: &Table,
    channel: &Dynamic,
    row: &FnPtr,
    axis: Axis,
) -> Fallible<Histograms> {
    let split = Split::new(call, table, channel)?;
    let values = numbers(call, table, row)?;
    let mut block =
        CountBlock::new(vec![axis], split.ranges()).map_err(|e| raise("hist::block")(&e))?;
    block.fill(&[&split.positions], &[&values]);
    Ok(split.finish(Block::Counts(block)))
}

fn histograms2(
    call: &Call<'_>,
    table: &Table,
    channel: &Dynamic,
    x: (&FnPtr, Axis),
    y: (&FnPtr, Axis),
) -> Fallible<Histograms> {
    let split = Split::new(call, table, channel)?;
    let values = (numbers(call, table, x.0)?, numbers(call, table, y.0)?);
    let mut block =
        CountBlock::new(vec![x.1, y.1], split.ranges()).map_err(|e| raise("hist::block")(&e))?;
    block.fill(&[&split.positions], &[&values.0, &values.1]);
    Ok(split.finish(Block::Counts(block)))
}

fn profiles(
    call: &Call<'_>,
    table: &Table,
    channel: &Dynamic,
    x: (&FnPtr, Axis),
    y: &FnPtr,
) -> Fallible<Histograms> {
    let split = Split::new(call, table, channel)?;
    let (row, axis) = x;
    let (x, y) = (numbers(call, table, row)?, numbers(call, table, y)?);
    let mut block =
        ProfileBlock::new(axis, split.ranges()).map_err(|e| raise("hist::block")(&e))?;
    block.fill(&[&split.positions], &x, &y);
    Ok(split.finish(Block::Profile(block)))
}

fn fill_gaps(table: &Table, column: &str, options: &Map) -> Fallible<Table> {
    refuse_others(options, &["from"], "options of `fill_gaps`")?;
    let values = table.column(column)?.to_floats().ok_or_else(|| {
        let message = format!("`{column}` does not hold numbers");
        Raised::new("table::no-numbers", message).boxed()
    })?;
    let from = options.get("from").map(ToString::to_string);
    let filled = match from.as_deref() {
        Some("median") => {
            let median = Statistics::new(values.iter().copied()).median();
            let fill = |value: &f64| if value.is_nan() { median } else { *value };
            values.iter().map(fill).collect()
        }
        Some("neighbours") => filled_from_neighbours(&values, table.column(CHANNEL)?),
        _ => {
            return Err(Raised::new(
                "script::wrong-value",
                "`fill_gaps` must know what to fill in",
            )
            .hint("write `#{ from: \"neighbours\" }` or `#{ from: \"median\" }`")
            .key("from")
            .boxed());
        }
    };
    let with = table.0.with(column, expr::Column::Float(filled));
    with.map(Table::new)
        .map_err(|error| raise("table::column")(&error))
}

fn names(array: &Array, what: &str) -> Fallible<Vec<String>> {
    if !array.iter().all(Dynamic::is_string) {
        let message = format!("{what} are an array of texts");
        return Err(Raised::new("script::wrong-value", message).boxed());
    }
    Ok(array.iter().map(ToString::to_string).collect())
}

fn distinct(table: &Table, key: &str, others: &Array) -> Fallible<Table> {
    table.column(key)?;
    let others = names(others, "the other columns")?;
    for name in &others {
        table.column(name)?;
    }
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    Ok(Table::new(table.0.distinct(key, &others)))
}

fn stack(table: &Table, columns: &Array, suffixes: &Array) -> Fallible<Table> {
    let columns = names(columns, "the columns")?;
    let suffixes = names(suffixes, "the suffixes")?;
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let suffixes: Vec<&str> = suffixes.iter().map(String::as_str).collect();
    let stacked = table.0.stacked(&columns, &suffixes);
    match stacked.map_err(|error| raise("table::column")(&error))? {
        Ok(stacked) => Ok(Table::new(stacked)),
        Err(missing) => Err(table.column(&missing).map(drop).err().unwrap_or_else(|| {
            Raised::new(
                "table::unknown-column",
                format!("there is no column `{missing}`"),
            )
            .boxed()
        })),
    }
}

fn rename(table: &Table, from: &str, to: &str) -> Fallible<Table> {
    table.column(from)?;
    let renamed = table.0.renamed(from, to);
    let renamed = renamed.map_err(|error| raise("table::column")(&error))?;
    Ok(Table(
        renamed.map_or_else(|| Arc::clone(&table.0), Arc::new),
    ))
}

fn first(table: &Table, n: i64) -> Fallible<Table> {
    let n = usize::try_from(n).map_err(|_| {
        let message = format!("`first` takes a number of rows, not {n}");
        Raised::new("script::wrong-value", message).boxed()
    })?;
    Ok(Table::new(table.0.first(n)))
}

pub(super) fn register(engine: &mut Engine) {
    plain(engine);
    engine
        .register_fn("filter", |call: Call<'_>, t: &mut Table, row: FnPtr| {
            filter(&call, t, &row)
        })
        .register_fn(
            "any",
            |call: Call<'_>, t: &mut Table, row: FnPtr| -> Fallible<bool> {
                Ok(condition(&call, t, &row)?.contains(&true))
            },
        )
        .register_fn(
            "define",
            |call: Call<'_>, t: &mut Table, name: &str, row: FnPtr| define(&call, t, name, &row),
        )
        .register_fn("column", |call: Call<'_>, t: &mut Table, row: FnPtr| {
            column(&call, t, &row)
        })
        .register_fn("sort_by", |call: Call<'_>, t: &mut Table, row: FnPtr| {
            sort_by(&call, t, &row)
        })
        .register_fn(
            "histogram",
            |call: Call<'_>, t: &mut Table, row: FnPtr, axis: Axis| histogram(&call, t, &row, axis),
        )
        .register_fn(
            "histograms",
            |call: Call<'_>, t: &mut Table, channel: Dynamic, row: FnPtr, axis: Axis| {
                histograms(&call, t, &channel, &row, axis)
            },
        )
        .register_fn(
            "histograms2",
            |call: Call<'_>,
             t: &mut Table,
             channel: Dynamic,
             x: FnPtr,
             x_axis: Axis,
             y: FnPtr,
             y_axis: Axis| {
                histograms2(&call, t, &channel, (&x, x_axis), (&y, y_axis))
            },
        )
        .register_fn(
            "profiles",
            |call: Call<'_>, t: &mut Table, channel: Dynamic, x: FnPtr, axis: Axis, y: FnPtr| {
                profiles(&call, t, &channel, (&x, axis), &y)
            },
        );
}

/// Verbs without closures.
fn plain(engine: &mut Engine) {
    engine
        .register_fn("first", |t: &mut Table, n: i64| first(t, n))
        .register_fn("rename", |t: &mut Table, from: &str, to: &str| {
            rename(t, from, to)
        })
        .register_fn("join", |t: &mut Table, other: Table, key: &str| {
            let joined = t.0.joined(&other.0, key);
            joined
                .map(Table::new)
                .map_err(|error| raise("table::join")(&error))
        })
        .register_fn("distinct", |t: &mut Table, key: &str| {
            distinct(t, key, &Array::new())
        })
        .register_fn("distinct", |t: &mut Table, key: &str, others: Array| {
            distinct(t, key, &others)
        })
        .register_fn("stack", |t: &mut Table, columns: Array, suffixes: Array| {
            stack(t, &columns, &suffixes)
        })
        .register_fn("fill_gaps", |t: &mut Table, column: &str, options: Map| {
            fill_gaps(t, column, &options)
        });
}

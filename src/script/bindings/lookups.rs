//! Values by the number of a channel, made of the rows of a table; the meaning is in `expr`.

use std::sync::Arc;

use rhai::{Dynamic, Engine};

use super::super::raise::{Fallible, Raised, failed};
use super::super::worker;
use super::data;
use super::fit::number;
use super::tables::{CHANNEL, Table};
use crate::calibrate::words::counted;
use crate::expr::{
    self, Bound, Failure, Formula, Groups as Rows, Lookup, LookupTable, PayloadMember, Place,
    Scratch, Statistics, Type,
};

/// The rows of a table by a channel; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    table: Table,
    rows: Arc<Rows>,
}

/// The channels in a column; `None` where it has none.
fn keys(table: &Table, key: &str) -> Fallible<Vec<Option<i64>>> {
    let column = table.column(key)?;
    expr::channels(column).ok_or_else(|| {
        let message = match column.kind() {
            Type::Float => {
                format!("`{key}` has numbers with a fraction; channels are whole numbers")
            }
            kind => {
                let kind = kind.sentence();
                format!("each value of `{key}` is {kind}; channels are whole numbers")
            }
        };
        Raised::new("table::no-channels", message)
            .hint("make them: `define(name, |row| to_int(row.x))`")
            .boxed()
    })
}

fn numbers(table: &Table, name: &str) -> Fallible<Vec<f64>> {
    table.column(name)?.to_floats().ok_or_else(|| {
        let message = format!("`{name}` does not hold numbers");
        Raised::new("table::no-numbers", message).boxed()
    })
}

fn fixed(values: impl IntoIterator<Item = (i64, f64)>, missing: f64) -> Result<Lookup, i64> {
    let table = LookupTable::new(values)?.with_missing(missing);
    Ok(Lookup::Fixed(Arc::new(table)))
}

fn lookup(table: &Table, key: &str, value: &str, missing: f64) -> Fallible<Lookup> {
    let values = numbers(table, value)?;
    let pairs = keys(table, key)?.into_iter().zip(values);
    let pairs = pairs.filter_map(|(key, value)| Some((key?, value)));
    fixed(pairs, missing).map_err(|twice| {
        let message = format!("several rows have the {key} {twice}");
        Raised::new("table::twice", message)
            .hint(format!(
                "take one of them, `distinct(\"{key}\", [\"{value}\"])`, or their mean, \
                 `group(\"{key}\").mean(\"{value}\")`"
            ))
            .boxed()
    })
}

fn group(table: &Table, key: &str) -> Fallible<Groups> {
    keys(table, key)?;
    let rows = Rows::new(&table.0, key).ok_or_else(|| {
        Raised::new("table::no-channels", format!("`{key}` holds no channels")).boxed()
    })?;
    Ok(Groups {
        table: table.clone(),
        rows: Arc::new(rows),
    })
}

impl Groups {
    fn of(&self, column: &str, what: impl Fn(&Statistics) -> f64) -> Fallible<Lookup> {
        let values = numbers(&self.table, column)?;
        self.lookup(self.rows.of(&values, what))
    }

    fn weighted_mean(&self, column: &str, error: &str) -> Fallible<Lookup> {
        let values = numbers(&self.table, column)?;
        let errors = numbers(&self.table, error)?;
        self.lookup(self.rows.weighted_mean(&values, &errors))
    }

    fn lookup(&self, values: Vec<f64>) -> Fallible<Lookup> {
        let pairs = self.rows.keys().iter().copied().zip(values);
        fixed(pairs, f64::NAN).map_err(|twice| {
            Raised::new("table::twice", format!("the group {twice} stands twice")).boxed()
        })
    }
}

fn mean(lookup: &Lookup) -> Fallible<f64> {
    match lookup {
        Lookup::Fixed(table) => Ok(Statistics::new(table.iter().map(|(_, value)| value)).mean()),
        Lookup::Payload(member) => {
            let message = format!(
                "which constants of payload {} are meant is not known",
                member.payload
            );
            Err(Raised::new("table::look-up", message)
                .hint("take them from `data.payload(…)`")
                .boxed())
        }
    }
}

/// Memory to evaluate a formula in: constants that it looks up are those in force for the first
/// run of the execution under way.
pub(super) fn memory(formula: &Formula) -> Fallible<Scratch> {
    memory_for(formula.lookups())
}

/// The same for all look-ups of several formulas.
pub(super) fn memory_for(looked: Vec<(PayloadMember, Place)>) -> Fallible<Scratch> {
    let mut scratch = Scratch::default();
    let Some(data) = worker::current().filter(|_| !looked.is_empty()) else {
        return Ok(scratch);
    };
    let mut tables = Vec::new();
    for (member, place) in looked {
        let at = |message: String| {
            let hint = None;
            failed(
                "closure::look-up",
                Failure {
                    message,
                    hint,
                    place,
                },
            )
        };
        let payload = data::payload(&data, &member.payload, None)?;
        if payload.0.column(CHANNEL).is_none() {
            let name = &member.payload;
            let message =
                format!("payload {name} has several channel numbers, a look-up takes one");
            return Err(at(message));
        }
        match lookup(&payload, CHANNEL, &member.member, f64::NAN)? {
            Lookup::Fixed(table) => tables.push((member, table)),
            Lookup::Payload(member) => return Err(at(format!("{member} is not known"))),
        }
    }
    scratch.bind(Bound::new(tables));
    Ok(scratch)
}

/// Says which channels were looked up in vain.
pub(super) fn tell_missed(scratch: &mut Scratch) {
    for (member, rows) in scratch.take_missed() {
        worker::note(&format!(
            "{} looked up in {member} for a channel that is not there",
            counted(rows, "row")
        ));
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("lookup", |t: &mut Table, key: &str, value: &str| {
            lookup(t, key, value, f64::NAN)
        })
        .register_fn(
            "lookup",
            |t: &mut Table, key: &str, value: &str, missing: Dynamic| {
                lookup(t, key, value, number(&missing)?)
            },
        )
        .register_fn("group", |t: &mut Table, key: &str| group(t, key))
        .register_type_with_name::<Groups>("Groups")
        .register_fn("mean", |g: &mut Groups, column: &str| {
            g.of(column, Statistics::mean)
        })
        .register_fn("median", |g: &mut Groups, column: &str| {
            g.of(column, Statistics::median)
        })
        .register_fn("sum", |g: &mut Groups, column: &str| {
            g.of(column, Statistics::sum)
        })
        .register_fn("count", |g: &mut Groups| g.lookup(g.rows.counts()))
        .register_fn(
            "weighted_mean",
            |g: &mut Groups, column: &str, error: &str| g.weighted_mean(column, error),
        )
        .register_fn("mean", |lookup: &mut Lookup| mean(lookup));
}

//! `data.save`: a map of members or a table becomes a payload.

use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Array, Dynamic, EvalAltResult, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised, raise};
use super::columns::Column;
use super::objects::from_script;
use super::ordered::refuse_others;
use super::payload_class::payload_class;
use super::tables::{CHANNEL, Table};
use crate::calibrate::Data;
use crate::conditions::{Library, Payload, PayloadFormat, RootForm};
use crate::expr;
use crate::iov::IoV;
use crate::root::Value;

/// Members that are numbered by their position.
const ROW: &str = "row";

/// Members and the channels that their values belong to; none for a single object.
type Content = (Option<(&'static str, Vec<i64>)>, IndexMap<String, Vec<f64>>);

pub(super) fn save(data: &Data, name: &str, value: &Dynamic, options: &Map) -> Fallible<()> {
    refuse_others(options, &["iov", "columns", "class"], "options of `save`")?;
    let iov = iov_of(options)?;
    let payload = payload_of(data, name, value, options)?;
    store(data, payload, iov)
}

/// The interval that was given.
pub(super) fn iov_of(options: &Map) -> Fallible<Option<IoV>> {
    let Some(iov) = options.get("iov") else {
        return Ok(None);
    };
    iov.clone().try_cast::<IoV>().map(Some).ok_or_else(|| {
        let message = format!("`iov` is an IoV, not {}", a_kind(iov));
        Raised::new("script::wrong-value", message)
            .key("iov")
            .boxed()
    })
}

/// The payload that a map of members or a table describes.
pub(super) fn payload_of(
    data: &Data,
    name: &str,
    value: &Dynamic,
    options: &Map,
) -> Fallible<Payload> {
    let class = class(data, name, options)?;
    if let Some(object) = whole_object(name, &class, value)? {
        return Ok(Payload {
            object: Some(object),
            ..Payload::empty(name, &class)
        });
    }
    let (channels, members) = match value.read_lock::<Table>() {
        Some(table) => of_table(name, &table, options.get("columns"))?,
        None => of_map(name, value, options)?,
    };
    Ok(Payload {
        name: name.to_owned(),
        class,
        channels: channels
            .into_iter()
            .map(|(index, numbers)| (index.to_owned(), numbers))
            .collect(),
        members,
        object: None,
    })
}

/// Keeps a payload that can be stored.
pub(super) fn store(data: &Data, payload: Payload, iov: Option<IoV>) -> Fallible<()> {
    let can_be = payload
        .check()
        .and_then(|()| RootForm.write(&payload).map(drop));
    can_be.map_err(|error| raise("data::save")(&error))?;
    data.save(payload, iov);
    Ok(())
}

/// The object that a map of members describes whose values are no columns: arrays without
/// channels, arrays of arrays, maps, texts.
fn whole_object(name: &str, class: &str, value: &Dynamic) -> Fallible<Option<Value>> {
    let Some(class) = Library::standard().class(class) else {
        return Ok(None);
    };
    let Some(map) = value.read_lock::<Map>() else {
        return Ok(None);
    };
    let is_single = |value: &Dynamic| value.is_int() || value.is_float();
    let is_column = |value: &Dynamic| {
        let items = value.read_lock::<Array>();
        let of_numbers = items.is_some_and(|items| items.iter().all(is_single));
        value.is::<Column>() || of_numbers || is_single(value)
    };
    let has_channels = map.contains_key(CHANNEL)
        || map.values().any(|value| {
            value
                .read_lock::<Column>()
                .is_some_and(|c| c.channels.is_some())
        });
    let is_rows = map.values().all(is_column) && (has_channels || map.values().all(is_single));
    if is_rows {
        Ok(None)
    } else {
        from_script(name, class, &map).map(Some)
    }
}

/// The class that was given, else that of a known payload, else that of the constants in force,
/// else the name itself.
fn class(data: &Data, name: &str, options: &Map) -> Fallible<String> {
    if let Some(class) = options.get("class") {
        return payload_class(name, &class.to_string());
    }
    if let Some(class) = Library::standard().payload_class(name) {
        return Ok(class.to_owned());
    }
    let input = data.input();
    let Some(run) = input.runs.first() else {
        return Ok(name.to_owned());
    };
    let before = input.constants.find(name, *run);
    let before = before.map_err(|error| raise("data::payload")(&error))?;
    Ok(before.map_or_else(|| name.to_owned(), |payload| payload.class))
}

fn wrong(name: &str, message: &str, hint: &str) -> Box<EvalAltResult> {
    Raised::new("data::save", format!("payload {name}: {message}"))
        .hint(hint)
        .boxed()
}

/// Columns of a table: those that were chosen, else all that hold numbers.
fn of_table(name: &str, table: &Table, columns: Option<&Dynamic>) -> Fallible<Content> {
    let chosen: Vec<String> = match columns {
        Some(columns) => {
            let columns = columns.read_lock::<Array>().map(|all| all.clone());
            let columns = columns.filter(|all| all.iter().all(Dynamic::is_string));
            let columns = columns.ok_or_else(|| {
                Raised::new("script::wrong-value", "`columns` is an array of names")
                    .key("columns")
                    .boxed()
            })?;
            columns.iter().map(ToString::to_string).collect()
        }
        None => {
            let numbers = table.0.shown().filter(|(_, c)| c.to_floats().is_some());
            numbers.map(|(name, _)| name.to_owned()).collect()
        }
    };
    let mut channels = None;
    let mut members = IndexMap::new();
    for column in chosen {
        let values = table.column(&column)?;
        if column == CHANNEL {
            channels = Some((CHANNEL, numbers(name, values)?));
        } else {
            members.insert(column.clone(), floats(name, &column, values)?);
        }
    }
    let rows = i64::try_from(table.0.len()).unwrap_or(i64::MAX);
    Ok((channels.or(Some((ROW, (0..rows).collect()))), members))
}

/// Numbers, or columns and arrays of them.
fn of_map(name: &str, value: &Dynamic, options: &Map) -> Fallible<Content> {
    if options.contains_key("columns") {
        let hint = "leave it out: the map says which members there are";
        return Err(wrong(
            name,
            "`columns` chooses among those of a table",
            hint,
        ));
    }
    let Some(map) = value.read_lock::<Map>() else {
        let message = format!("{} is no map of members and no table", a_kind(value));
        return Err(wrong(name, &message, "write `#{ member: value }`"));
    };
    let mut said: Option<Vec<i64>> = None;
    let mut kept: Option<Arc<expr::Column>> = None;
    let mut members = IndexMap::new();
    let mut several = None;
    for (member, value) in map.iter() {
        let (values, channels) = values(name, member, value)?;
        if member == CHANNEL {
            said = Some(numbers(name, &values)?);
            continue;
        }
        if !(value.is_float() || value.is_int()) {
            several.get_or_insert(member.to_string());
        }
        if let Some(channels) = channels {
            if kept.as_ref().is_some_and(|known| *known != channels) {
                let message =
                    format!("`{member}` belongs to other channels than the members before");
                return Err(wrong(name, &message, "take all members from one table"));
            }
            kept = Some(channels);
        }
        members.insert(member.to_string(), floats(name, member, &values)?);
    }
    let channels = match (said, kept) {
        (Some(numbers), _) => Some(numbers),
        (None, Some(kept)) => Some(numbers(name, &kept)?),
        (None, None) => None,
    };
    match (channels, several) {
        (None, Some(member)) => {
            let message =
                format!("`{member}` has several values, and nothing says of which channels");
            Err(wrong(
                name,
                &message,
                "add a member `channel` with their numbers",
            ))
        }
        (channels, _) => Ok((channels.map(|numbers| (CHANNEL, numbers)), members)),
    }
}

/// The values of one member of a map, and the channels they come with.
fn values(
    name: &str,
    member: &str,
    value: &Dynamic,
) -> Fallible<(expr::Column, Option<Arc<expr::Column>>)> {
    if let Some(column) = value.read_lock::<Column>() {
        return Ok(((*column.values).clone(), column.channels.clone()));
    }
    let items = match value.read_lock::<Array>() {
        Some(items) => items.clone(),
        None => vec![value.clone()],
    };
    if items.iter().all(Dynamic::is_int) {
        let whole = items.iter().filter_map(|item| item.as_int().ok());
        return Ok((expr::Column::Int(whole.collect()), None));
    }
    let floats: Option<Vec<f64>> = items.iter().map(number).collect();
    match floats {
        Some(values) => Ok((expr::Column::Float(values), None)),
        None => {
            let message = format!("`{member}` is {}, not numbers", a_kind(value));
            Err(wrong(
                name,
                &message,
                "give a number, a column, or an array of numbers",
            ))
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers stand for numbers here"
)]
fn number(value: &Dynamic) -> Option<f64> {
    value
        .as_float()
        .ok()
        .or_else(|| value.as_int().ok().map(|n| n as f64))
}

fn floats(name: &str, member: &str, values: &expr::Column) -> Fallible<Vec<f64>> {
    values.to_floats().ok_or_else(|| {
        let message = format!("`{member}` does not hold numbers");
        wrong(
            name,
            &message,
            "choose others with `#{ columns: [\"channel\", …] }`",
        )
    })
}

/// The numbers of channels.
fn numbers(name: &str, values: &expr::Column) -> Fallible<Vec<i64>> {
    match values {
        expr::Column::Int(numbers) => Ok(numbers.clone()),
        _ => {
            let hint = "they are whole numbers: `to_int(x)`";
            Err(wrong(
                name,
                "`channel` does not hold the numbers of channels",
                hint,
            ))
        }
    }
}

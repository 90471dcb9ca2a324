//! Whole objects of payloads as maps and arrays of scripts, and back.

use rhai::{Array, Dynamic, EvalAltResult, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Raised};
use super::columns::Column;
use super::matrices::Matrix;
use super::object_histograms::{histogram, is_histogram};
use crate::conditions::Library;
use crate::expr;
use crate::root::{Record, Shape, Value};

/// The class of symmetric matrices.
const SYMMETRIC: &str = "TMatrixTSym<double>";

/// What the halves of a symmetric matrix may differ by, as a part of its largest element.
const ROUNDING: f64 = 1e-12;

/// A value of a payload as a script sees it: records as maps, maps as arrays of `[key, value]`.
pub(super) fn to_script(value: &Value) -> Dynamic {
    let pair = |(key, value): &(Value, Value)| {
        Dynamic::from(vec![to_script(key), to_script(value)] as Array)
    };
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(whole) => (*whole).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.to_string().into(),
        Value::Ints(all) => all
            .iter()
            .map(|n| Dynamic::from(*n))
            .collect::<Array>()
            .into(),
        Value::Floats(all) => all
            .iter()
            .map(|n| Dynamic::from(*n))
            .collect::<Array>()
            .into(),
        Value::List(items) => items.iter().map(to_script).collect::<Array>().into(),
        Value::Map(pairs) => pairs.iter().map(pair).collect::<Array>().into(),
        Value::Object(record) => {
            let members = record.members.iter();
            let map: Map = members
                .map(|(name, value)| (name.as_ref().into(), to_script(value)))
                .collect();
            map.into()
        }
    }
}

/// The object of a class (by its whole name) that a map of members describes.
pub(super) fn from_script(payload: &str, class: &str, map: &Map) -> Fallible<Value> {
    Maker { payload }.record(class, map, "")
}

struct Maker<'a> {
    payload: &'a str,
}

impl Maker<'_> {
    fn wrong(&self, path: &str, message: impl std::fmt::Display) -> Box<EvalAltResult> {
        let message = format!("payload {}: {path}: {message}", self.payload);
        Raised::new("data::save", message).boxed()
    }

    fn record(&self, class: &str, map: &Map, path: &str) -> Fallible<Value> {
        let join = |name: &str| match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        let Some(fields) = Library::standard().classes().fields(class) else {
            return Err(self.wrong(path, format!("class {class} is not known")));
        };
        let known = || fields.iter().map(|field| &*field.name);
        if let Some(other) = map
            .keys()
            .find(|key| known().all(|name| name != key.as_str()))
        {
            let hint = match crate::settings::nearest(other, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!(
                "payload {}: class {class} has no member {}",
                self.payload,
                join(other)
            );
            return Err(Raised::new("data::save", message).hint(hint).boxed());
        }
        let mut record = Record::new(class);
        for field in &fields {
            match map.get(&*field.name) {
                Some(value) => {
                    let value = self.value(value, &field.shape, &join(&field.name))?;
                    record = record.with(&field.name, value);
                }
                None if field.has_default => {}
                None => return Err(self.wrong(&join(&field.name), "no value is given for it")),
            }
        }
        Ok(record.into())
    }

    fn value(&self, value: &Dynamic, shape: &Shape, path: &str) -> Fallible<Value> {
        let other =
            |wanted: &str| self.wrong(path, format!("it is {wanted}, not {}", a_kind(value)));
        match shape {
            Shape::Whole => whole(value)
                .map(Value::Int)
                .ok_or_else(|| other("a whole number")),
            Shape::Number => number(value)
                .map(Value::Float)
                .ok_or_else(|| other("a number")),
            Shape::Text => match value.clone().into_string() {
                Ok(text) => Ok(Value::Text(text.into())),
                Err(_) => Err(other("a text")),
            },
            Shape::List(item) => {
                let items = items(value).ok_or_else(|| other("an array"))?;
                self.list(&items, item, path)
            }
            Shape::Fixed(item, dims) => {
                let items = items(value).ok_or_else(|| other("an array"))?;
                let flat = flat(items, dims.len());
                let length: usize = dims.iter().product();
                if flat.len() != length {
                    let message = format!("it has {} values, not {length}", flat.len());
                    return Err(self.wrong(path, message));
                }
                self.list(&flat, item, path)
            }
            Shape::Map(key, item) => {
                let pairs = pairs(value).ok_or_else(|| other("an array of [key, value]"))?;
                let pairs = pairs.iter().map(|(k, v)| {
                    let inside = format!("{path}[{k}]");
                    Ok((self.value(k, key, &inside)?, self.value(v, item, &inside)?))
                });
                Ok(Value::Map(pairs.collect::<Fallible<_>>()?))
            }
            Shape::Pair(first, second) => match items(value).as_deref() {
                Some([a, b]) => Ok(Record::new("")
                    .with("first", self.value(a, first, &format!("{path}.first"))?)
                    .with("second", self.value(b, second, &format!("{path}.second"))?)
                    .into()),
                _ => Err(other("an array of two values")),
            },
            Shape::Object(class) => self.object(value, class, path),
        }
    }

    /// An object: a map of its members; of a matrix its rows; of a vector in space, or another class
    /// of a few numbers, these as an array.
    fn object(&self, value: &Dynamic, class: &str, path: &str) -> Fallible<Value> {
        if is_histogram(class) {
            return histogram(class, value, path).map_err(|message| self.wrong(path, message));
        }
        if let Some(map) = value.read_lock::<Map>() {
            return self.record(class, &map, path);
        }
        let numbers = |items: &Array| items.iter().map(number).collect::<Option<Vec<f64>>>();
        let rows = items(value).unwrap_or_default();
        if class == SYMMETRIC {
            let all =
                numbers(&flat(rows.clone(), 2)).filter(|all| all.len() == rows.len() * rows.len());
            return match all.map(|all| even(all, rows.len())) {
                Some(all) => Ok(Record::new(class)
                    .with("fElements", Value::Floats(all))
                    .into()),
                None => Err(self.wrong(
                    path,
                    "it is a symmetric matrix: an array of rows of numbers",
                )),
            };
        }
        let made = numbers(&rows).and_then(|all| of_numbers(class, &mut all.as_slice()));
        made.ok_or_else(|| {
            let message = format!(
                "it is a map with the members of {class}, not {}",
                a_kind(value)
            );
            self.wrong(path, message)
        })
    }

    fn list(&self, items: &[Dynamic], item: &Shape, path: &str) -> Fallible<Value> {
        let each = items.iter().enumerate();
        let values =
            each.map(|(place, value)| self.value(value, item, &format!("{path}[{place}]")));
        Ok(Value::packed(
            item.is_whole(),
            values.collect::<Fallible<_>>()?,
        ))
    }
}

/// An object whose members, and theirs, are these numbers in their order.
fn of_numbers(class: &str, numbers: &mut &[f64]) -> Option<Value> {
    let whole = numbers.len();
    let fields = Library::standard().classes().fields(class)?;
    let mut record = Record::new(class);
    for field in &fields {
        let value = match &field.shape {
            Shape::Object(inner) if fields.len() == 1 => {
                return {
                    let inner = of_numbers(inner, numbers)?;
                    Some(record.with(&field.name, inner).into())
                };
            }
            Shape::Number => numbers.split_off_first().copied()?,
            _ => return None,
        };
        record = record.with(&field.name, value);
    }
    (whole == fields.len()).then(|| record.into())
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(value: &Dynamic) -> Option<i64> {
    let of_float =
        |number: f64| (number.fract() == 0.0 && number.abs() < 9.0e15).then_some(number as i64);
    let truth = || value.as_bool().ok().map(i64::from);
    let whole = value.as_int().ok().or_else(truth);
    whole.or_else(|| value.as_float().ok().and_then(of_float))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whole numbers stand for numbers here"
)]
pub(super) fn number(value: &Dynamic) -> Option<f64> {
    let whole = || value.as_int().ok().map(|whole| whole as f64);
    value.as_float().ok().or_else(whole)
}

/// The items of an array or a column.
pub(super) fn items(value: &Dynamic) -> Option<Array> {
    if let Some(column) = value.read_lock::<Column>() {
        return Some(match &*column.values {
            expr::Column::Int(all) => all.iter().map(|n| Dynamic::from(*n)).collect(),
            other => other.to_floats()?.into_iter().map(Dynamic::from).collect(),
        });
    }
    if let Some(matrix) = value.read_lock::<Matrix>() {
        return Some(rows_of(&matrix));
    }
    value.read_lock::<Array>().map(|items| items.clone())
}

/// The rows of a matrix as arrays.
fn rows_of(matrix: &Matrix) -> Array {
    let row = |i: usize| -> Dynamic {
        let row = (0..matrix.0.columns()).map(|j| Dynamic::from(matrix.0.at(i, j)));
        row.collect::<Array>().into()
    };
    (0..matrix.0.rows()).map(row).collect()
}

/// A square matrix whose halves differ by rounding only, with halves that are equal.
fn even(mut all: Vec<f64>, size: usize) -> Vec<f64> {
    let largest = all
        .iter()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    for row in 0..size {
        for column in 0..row {
            let (a, b) = (all[row * size + column], all[column * size + row]);
            if (a - b).abs() <= ROUNDING * largest {
                let mean = 0.5 * (a + b);
                (all[row * size + column], all[column * size + row]) = (mean, mean);
            }
        }
    }
    all
}

/// Arrays inside arrays as one, as far as there are dimensions.
fn flat(items: Array, dims: usize) -> Array {
    if dims < 2 || !items.iter().all(Dynamic::is_array) {
        return items;
    }
    let inner = items.into_iter().filter_map(|item| item.into_array().ok());
    inner.flat_map(|inner| flat(inner, dims - 1)).collect()
}

/// Keys and values: of an array of pairs, or of a map whose keys are texts or whole numbers.
fn pairs(value: &Dynamic) -> Option<Vec<(Dynamic, Dynamic)>> {
    if let Some(map) = value.read_lock::<Map>() {
        let key = |key: &str| {
            key.parse::<i64>()
                .map_or_else(|_| key.to_owned().into(), Dynamic::from)
        };
        return Some(map.iter().map(|(k, v)| (key(k), v.clone())).collect());
    }
    let items = value.read_lock::<Array>()?;
    let pair = |item: &Dynamic| match item.read_lock::<Array>()?.as_slice() {
        [key, value] => Some((key.clone(), value.clone())),
        _ => None,
    };
    items.iter().map(pair).collect()
}

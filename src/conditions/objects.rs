//! Columns of constants as the object of a class.

use std::collections::BTreeMap;

use crate::root::{Field, Record, Shape, Value};

use super::library::ChannelIndex;
use super::{Error, Library, Payload};

/// Missing channels that a message names.
const NAMED: usize = 5;

/// The object of `class` (its whole name) that has the columns of a payload as its members.
///
/// # Errors
/// A member that the class does not have or that is missing, channels that are not those of the
/// class, a number that does not fit, and members that rows of numbers cannot describe.
pub(super) fn object(payload: &Payload, class: &str, library: &Library) -> Result<Value, Error> {
    let maker = Maker {
        payload,
        library,
        indices: library.indices(class),
    };
    let fields = library.classes().fields(class).unwrap_or_default();
    let mut used = Vec::new();
    let mut record = Record::new(class);
    for field in &fields {
        let columns = maker.columns_of(field);
        let is_given = columns
            .iter()
            .any(|name| payload.members.contains_key(name));
        used.extend(columns);
        if is_given || !field.has_default {
            record = record.with(&field.name, maker.member(field)?);
        }
    }
    if let Some(other) = payload.members.keys().find(|name| !used.contains(name)) {
        let reason = format!(
            "class {class} has no such member; it has {}",
            used.join(", ")
        );
        return Err(maker.wrong(other, reason));
    }
    Ok(record.into())
}

/// An object of `class` for each channel, in the order of the payload.
///
/// # Errors
/// As [`object`].
pub(super) fn objects(
    payload: &Payload,
    class: &str,
    library: &Library,
) -> Result<Vec<Value>, Error> {
    let maker = Maker {
        payload,
        library,
        indices: library.indices(class),
    };
    let fields = library.classes().fields(class).unwrap_or_default();
    let known = |name: &String| fields.iter().any(|field| *field.name == **name);
    if let Some(other) = payload.members.keys().find(|name| !known(name)) {
        return Err(maker.wrong(other, format!("class {class} has no such member")));
    }
    (0..payload.len())
        .map(|row| maker.record(class, row))
        .collect()
}

/// Makes members of columns.
struct Maker<'a> {
    payload: &'a Payload,
    library: &'a Library,
    indices: &'a [ChannelIndex],
}

impl Maker<'_> {
    fn wrong(&self, member: &str, reason: impl Into<String>) -> Error {
        Error::Member {
            payload: self.payload.name.clone(),
            member: member.to_owned(),
            reason: reason.into(),
        }
    }

    /// The columns that a member is made of: its own, or those of the objects it holds.
    fn columns_of(&self, field: &Field) -> Vec<String> {
        let inner = match &field.shape {
            Shape::Map(_, item) | Shape::List(item) | Shape::Fixed(item, _) => item,
            shape => shape,
        };
        match inner {
            Shape::Object(class) => {
                let fields = self.library.classes().fields(class).unwrap_or_default();
                fields.iter().map(|field| field.name.to_string()).collect()
            }
            _ => vec![field.name.to_string()],
        }
    }

    fn member(&self, field: &Field) -> Result<Value, Error> {
        let name = &*field.name;
        match &field.shape {
            shape if shape.is_plain() => self.single(name, shape),
            Shape::List(item) => self.by_position(name, item, &[]),
            Shape::Fixed(item, dims) => self.by_position(name, item, dims),
            Shape::Map(key, item) => self.by_key(name, key, item),
            _ => Err(self.not_of_rows(name)),
        }
    }

    fn not_of_rows(&self, name: &str) -> Error {
        let reason = "rows of numbers cannot describe it; give the whole object, as a map of members, \
                      with `data.save`";
        self.wrong(name, reason)
    }

    fn column(&self, name: &str) -> Result<&[f64], Error> {
        let column = self.payload.members.get(name).map(Vec::as_slice);
        column.ok_or_else(|| self.wrong(name, "no value is given for it"))
    }

    /// The value at a row, as a member of that shape holds it.
    fn value(&self, name: &str, shape: &Shape, row: usize) -> Result<Value, Error> {
        let value = self.column(name)?[row];
        match shape {
            Shape::Number => Ok(Value::Float(value)),
            Shape::Whole => whole(value).map(Value::Int).ok_or_else(|| {
                let place = match self.payload.channel_text(row) {
                    Some(channel) => format!(" for channel {channel}"),
                    None => String::new(),
                };
                self.wrong(name, format!("it is a whole number, not {value}{place}"))
            }),
            _ => Err(self.not_of_rows(name)),
        }
    }

    /// A member that all channels share.
    fn single(&self, name: &str, shape: &Shape) -> Result<Value, Error> {
        let column = self.column(name)?;
        let Some(first) = column.first() else {
            return Err(self.wrong(name, "there is no channel that could give its value"));
        };
        let other = column.iter().position(|value| value != first);
        if let Some(row) = other {
            let channel = self.payload.channel_text(row).unwrap_or_default();
            let reason = format!(
                "all channels share it, but it is {first} for the first and {} for {channel}",
                column[row]
            );
            return Err(self.wrong(name, reason));
        }
        self.value(name, shape, 0)
    }

    fn by_position(&self, name: &str, item: &Shape, dims: &[usize]) -> Result<Value, Error> {
        let rows = self.positions(name, dims)?;
        match item {
            Shape::Object(class) => {
                let records = rows.iter().map(|row| self.record(class, *row));
                records.collect::<Result<_, _>>().map(Value::List)
            }
            Shape::Number => {
                let column = self.column(name)?;
                Ok(Value::Floats(rows.iter().map(|row| column[*row]).collect()))
            }
            Shape::Whole => {
                let numbers = rows.iter().map(|row| match self.value(name, item, *row)? {
                    Value::Int(number) => Ok(number),
                    _ => Err(self.not_of_rows(name)),
                });
                numbers.collect::<Result<_, _>>().map(Value::Ints)
            }
            _ => Err(self.not_of_rows(name)),
        }
    }

    fn record(&self, class: &str, row: usize) -> Result<Value, Error> {
        let fields = self.library.classes().fields(class).unwrap_or_default();
        let each = fields.iter();
        let record = each.map(|field| Ok((field, self.value(&field.name, &field.shape, row)?)));
        let record = record.collect::<Result<Vec<_>, Error>>()?;
        let with =
            |record: Record, (field, value): (&Field, Value)| record.with(&field.name, value);
        Ok(record.into_iter().fold(Record::new(class), with).into())
    }

    fn by_key(&self, name: &str, key: &Shape, item: &Shape) -> Result<Value, Error> {
        match (key, item) {
            (Shape::Whole, Shape::List(part)) => self.lists(name, part),
            (Shape::Whole, _) => {
                let [numbers] = self.numbers(name)?;
                let pairs = numbers.iter().enumerate().map(|(row, number)| {
                    let value = match item {
                        Shape::Object(class) => self.record(class, row)?,
                        item => self.value(name, item, row)?,
                    };
                    Ok((Value::Int(*number), value))
                });
                Ok(Value::Map(pairs.collect::<Result<_, Error>>()?))
            }
            (Shape::Pair(..), item) => {
                let [first, second] = self.numbers(name)?;
                let pairs = first.iter().zip(second).enumerate().map(|(row, (a, b))| {
                    let key = Record::new("").with("first", *a).with("second", *b);
                    Ok((key.into(), self.value(name, item, row)?))
                });
                Ok(Value::Map(pairs.collect::<Result<_, Error>>()?))
            }
            _ => Err(self.not_of_rows(name)),
        }
    }

    /// A list for each key: the second number of a channel is the position in it.
    fn lists(&self, name: &str, part: &Shape) -> Result<Value, Error> {
        let [keys, places] = self.numbers(name)?;
        let start = self.indices.get(1).map_or(0, |index| index.first);
        let mut lists: BTreeMap<i64, BTreeMap<i64, Value>> = BTreeMap::new();
        for (row, (key, place)) in keys.iter().zip(places).enumerate() {
            let list = lists.entry(*key).or_default();
            list.insert(place - start, self.value(name, part, row)?);
        }
        let mut pairs = Vec::new();
        for (key, list) in lists {
            let gap = list
                .keys()
                .zip(0..)
                .find(|(place, expected)| **place != *expected);
            if let Some((_, missing)) = gap {
                let reason = format!("the value number {} of {key} is missing", missing + start);
                return Err(self.wrong(name, reason));
            }
            let list = list.into_values().collect();
            pairs.push((Value::Int(key), Value::packed(part.is_whole(), list)));
        }
        Ok(Value::Map(pairs))
    }

    /// The channel numbers, which must be so many per channel.
    fn numbers<const N: usize>(&self, name: &str) -> Result<[&Vec<i64>; N], Error> {
        let all: Vec<&Vec<i64>> = self.payload.channels.values().collect();
        let have = all.len();
        <[&Vec<i64>; N]>::try_from(all).map_err(|_| self.other_numbers(name, N, have))
    }

    fn other_numbers(&self, name: &str, needed: usize, have: usize) -> Error {
        let plural = if needed == 1 { "" } else { "s" };
        let names: Vec<&str> = self
            .indices
            .iter()
            .map(|index| index.name.as_str())
            .collect();
        let named = match names.len() {
            0 => String::new(),
            _ => format!(" ({})", names.join(", ")),
        };
        let reason = format!("its channels have {needed} number{plural}{named}, these have {have}");
        self.wrong(name, reason)
    }

    /// The row of each position of an array.
    fn positions(&self, name: &str, dims: &[usize]) -> Result<Vec<usize>, Error> {
        let numbers: Vec<&Vec<i64>> = self.payload.channels.values().collect();
        let needed = dims.len().max(1);
        if numbers.len() != needed {
            return Err(self.other_numbers(name, needed, numbers.len()));
        }
        let first = |index: usize| self.indices.get(index).map_or(0, |known| known.first);
        let mut lengths = dims.to_vec();
        if lengths.is_empty() {
            let fixed = self.indices.first().and_then(|index| index.count);
            let last = numbers[0]
                .iter()
                .max()
                .map_or(0, |last| last - first(0) + 1);
            lengths.push(fixed.unwrap_or_else(|| usize::try_from(last).unwrap_or(0)));
        }
        let mut rows = vec![None; lengths.iter().product()];
        for row in 0..self.payload.len() {
            let mut place = 0;
            for (index, length) in lengths.iter().enumerate() {
                let number = numbers[index].get(row).copied().unwrap_or_default();
                let offset = usize::try_from(number - first(index));
                let offset = offset.ok().filter(|offset| offset < length);
                let offset = offset.ok_or_else(|| self.outside(name, row, index, *length))?;
                place = place * length + offset;
            }
            rows[place] = Some(row);
        }
        let empty: Vec<usize> = (0..rows.len())
            .filter(|place| rows[*place].is_none())
            .collect();
        if !empty.is_empty() {
            return Err(self.missing(name, &empty, &lengths));
        }
        Ok(rows.into_iter().flatten().collect())
    }

    /// The number of a place.
    fn index_name(&self, index: usize) -> &str {
        let own = self.payload.channels.keys().nth(index);
        own.map_or("channel", String::as_str)
    }

    fn outside(&self, name: &str, row: usize, index: usize, length: usize) -> Error {
        let what = self.index_name(index);
        let number = self.payload.channels[index][row];
        let first = self.indices.get(index).map_or(0, |known| known.first);
        let last = first + i64::try_from(length).unwrap_or(0) - 1;
        let reason = format!("there is no {what} {number}: they go from {first} to {last}");
        self.wrong(name, reason)
    }

    fn missing(&self, name: &str, empty: &[usize], lengths: &[usize]) -> Error {
        let numbers = |place: usize| {
            let mut left = place;
            let mut parts: Vec<String> = Vec::new();
            for (index, length) in lengths.iter().enumerate().rev() {
                let first = self.indices.get(index).map_or(0, |known| known.first);
                let offset = i64::try_from(left % length).unwrap_or(0);
                parts.push((first + offset).to_string());
                left /= length;
            }
            parts.reverse();
            parts.join(",")
        };
        let named: Vec<String> = empty
            .iter()
            .take(NAMED)
            .map(|place| numbers(*place))
            .collect();
        let more = if empty.len() > NAMED { ", …" } else { "" };
        let all: usize = lengths.iter().product();
        let reason = format!(
            "it has a value for each of {all} channels, and {} are missing: {}{more}",
            empty.len(),
            named.join("; "),
        );
        self.wrong(name, reason)
    }
}

/// A whole number that a float stands for.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(value: f64) -> Option<i64> {
    let fits = value.fract() == 0.0 && value.abs() < 9.0e15;
    fits.then_some(value as i64)
}

//! The object of a payload as columns of constants, one row per channel.

use indexmap::IndexMap;

use crate::root::{Record, Value};

use super::library::ChannelIndex;
use super::root_form::CLONES;

/// Members of classes of our own that hold the numbers of channels begin with this.
pub(super) const INDEX: &str = "index_";

/// Channel numbers by what they number, and members by name.
pub(super) type Columns = (IndexMap<String, Vec<i64>>, IndexMap<String, Vec<f64>>);

/// One number per channel.
struct Strand {
    name: String,
    /// The numbers of each channel.
    keys: Vec<Vec<i64>>,
    values: Vec<f64>,
}

/// The columns of an object; `None` when its members do not belong to the same channels, or are
/// no numbers. Members that all channels share stand in each row.
pub(super) fn columns(object: &Value, indices: &[ChannelIndex]) -> Option<Columns> {
    let record = object.as_record()?;
    let mut reader = Reader {
        indices,
        own: own_numbers(record)?,
        singles: Vec::new(),
        strands: Vec::new(),
        order: Vec::new(),
    };
    if let (CLONES, Some(Value::List(items))) = (&*record.class, record.get("objects")) {
        let keys = reader.positions(items.len())?;
        reader.records(keys, &items.iter().collect::<Vec<_>>())?;
        return reader.finish();
    }
    for (name, value) in &record.members {
        if !name.starts_with(INDEX) {
            reader.member(name, value)?;
        }
    }
    reader.finish()
}

/// The channel numbers that a class of our own holds.
fn own_numbers(record: &Record) -> Option<Vec<(String, Vec<i64>)>> {
    let own = record.members.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(INDEX)?;
        Some((name, value))
    });
    own.map(|(name, value)| match value {
        Value::Ints(numbers) => Some((name.to_owned(), numbers.clone())),
        Value::Null => Some((name.to_owned(), Vec::new())),
        _ => None,
    })
    .collect()
}

struct Reader<'a> {
    indices: &'a [ChannelIndex],
    own: Vec<(String, Vec<i64>)>,
    singles: Vec<(String, f64)>,
    strands: Vec<Strand>,
    /// Names of all members in their order.
    order: Vec<String>,
}

impl Reader<'_> {
    fn member(&mut self, name: &str, value: &Value) -> Option<()> {
        match value {
            Value::Ints(_) | Value::Floats(_) => {
                let values = numbers(value)?;
                let keys = self.positions(values.len())?;
                self.strand(name, keys, values);
            }
            Value::List(items) => {
                let keys = self.positions(items.len())?;
                self.records(keys, &items.iter().collect::<Vec<_>>())?;
            }
            Value::Map(pairs) => self.map(name, pairs)?,
            single => {
                self.order.push(name.to_owned());
                self.singles.push((name.to_owned(), number(single)?));
            }
        }
        Some(())
    }

    fn strand(&mut self, name: &str, keys: Vec<Vec<i64>>, values: Vec<f64>) {
        self.order.push(name.to_owned());
        self.strands.push(Strand {
            name: name.to_owned(),
            keys,
            values,
        });
    }

    fn map(&mut self, name: &str, pairs: &[(Value, Value)]) -> Option<()> {
        if pairs
            .iter()
            .any(|(_, item)| matches!(item, Value::Object(_)))
        {
            let keys = pairs
                .iter()
                .map(|(key, _)| key_numbers(key))
                .collect::<Option<_>>()?;
            return self.records(
                keys,
                &pairs.iter().map(|(_, item)| item).collect::<Vec<_>>(),
            );
        }
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let start = self.indices.get(1).map_or(0, |index| index.first);
        for (key, item) in pairs {
            let key = key_numbers(key)?;
            match item {
                Value::Ints(_) | Value::Floats(_) => {
                    for (place, value) in (start..).zip(numbers(item)?) {
                        keys.push(key.iter().copied().chain([place]).collect());
                        values.push(value);
                    }
                }
                single => {
                    keys.push(key);
                    values.push(number(single)?);
                }
            }
        }
        self.strand(name, keys, values);
        Some(())
    }

    /// Objects of numbers: each of their members is a column.
    fn records(&mut self, keys: Vec<Vec<i64>>, items: &[&Value]) -> Option<()> {
        let mut columns: IndexMap<String, Vec<f64>> = IndexMap::new();
        for item in items {
            for (name, value) in &item.as_record()?.members {
                columns
                    .entry(name.to_string())
                    .or_default()
                    .push(number(value)?);
            }
        }
        for (name, values) in columns {
            if values.len() != keys.len() {
                return None;
            }
            self.strand(&name, keys.clone(), values);
        }
        Some(())
    }

    /// The channel numbers of the places of an array.
    fn positions(&self, length: usize) -> Option<Vec<Vec<i64>>> {
        if let Some((_, first)) = self.own.first() {
            let row = |row: usize| self.own.iter().map(|(_, n)| n.get(row).copied()).collect();
            let all = || (0..length).map(row).collect();
            return if first.len() == length { all() } else { None };
        }
        let counts: Option<Vec<usize>> = self.indices.iter().map(|index| index.count).collect();
        let lengths =
            counts.filter(|all| !all.is_empty() && all.iter().product::<usize>() == length);
        let lengths = lengths.unwrap_or_else(|| vec![length]);
        let place = |place: usize| {
            let mut left = place;
            let mut numbers = Vec::new();
            for (index, length) in lengths.iter().enumerate().rev() {
                let first = self.indices.get(index).map_or(0, |known| known.first);
                numbers.push(first + i64::try_from(left % length).unwrap_or(0));
                left /= length;
            }
            numbers.reverse();
            numbers
        };
        Some((0..length).map(place).collect())
    }

    fn finish(self) -> Option<Columns> {
        let Some(first) = self.strands.first() else {
            let members = self
                .singles
                .into_iter()
                .map(|(name, value)| (name, vec![value]));
            return Some((IndexMap::new(), members.collect()));
        };
        if self.strands.iter().any(|strand| strand.keys != first.keys) {
            return None;
        }
        let width = first.keys.first().map_or(1, Vec::len);
        if first.keys.iter().any(|key| key.len() != width) {
            return None;
        }
        let name = |index: usize| -> String {
            let own = self.own.get(index).map(|(name, _)| name.as_str());
            let known = || self.indices.get(index).map(|index| index.name.as_str());
            own.or_else(known)
                .unwrap_or(["channel", "index"][index.min(1)])
                .to_owned()
        };
        let numbers = |index: usize| first.keys.iter().map(|key| key[index]).collect();
        let channels = (0..width)
            .map(|index| (name(index), numbers(index)))
            .collect();
        let rows = first.keys.len();
        let mut members = IndexMap::new();
        for name in &self.order {
            let single = self.singles.iter().find(|(known, _)| known == name);
            let strand = self.strands.iter().find(|strand| strand.name == *name);
            let values = match (single, strand) {
                (Some((_, value)), _) => vec![*value; rows],
                (None, Some(strand)) => strand.values.clone(),
                (None, None) => continue,
            };
            members.insert(name.clone(), values);
        }
        Some((channels, members))
    }
}

#[expect(clippy::cast_precision_loss, reason = "constants are numbers here")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "constants are numbers here")]
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Ints(whole) => Some(whole.iter().map(|n| *n as f64).collect()),
        Value::Floats(numbers) => Some(numbers.clone()),
        _ => None,
    }
}

/// The numbers of a key: one, or two for a pair.
fn key_numbers(key: &Value) -> Option<Vec<i64>> {
    let whole = |value: &Value| match value {
        Value::Int(number) => Some(*number),
        _ => None,
    };
    match key {
        Value::Object(pair) => pair.members.iter().map(|(_, part)| whole(part)).collect(),
        single => Some(vec![whole(single)?]),
    }
}

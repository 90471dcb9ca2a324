//! Payloads as JSON: strict, stable, readable, with floats that come back bit by bit.

use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{Payload, PayloadFormat};

/// Version of the layout of the file.
const FORMAT: u32 = 1;

/// Values in one line of an array.
const PER_LINE: usize = 10;

/// The JSON form: one object with `format`, `name`, `class`, `channels` (index → numbers) and
/// `members` (member → values, or one value when there are no channels).
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl PayloadFormat for Json {
    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, payload: &Payload) -> Vec<u8> {
        let mut text = format!("{{\n  \"format\": {FORMAT},\n");
        let _ = writeln!(text, "  \"name\": {},", json(&payload.name));
        let _ = writeln!(text, "  \"class\": {},", json(&payload.class));
        text.push_str("  \"channels\": ");
        object(&mut text, &payload.channels, |text, numbers| {
            array(text, numbers)
        });
        text.push_str(",\n  \"members\": ");
        object(&mut text, &payload.members, |text, values| {
            match (payload.channels.is_empty(), values.as_slice()) {
                (true, [value]) => text.push_str(&json(value)),
                _ => array(text, values),
            }
        });
        text.push_str("\n}\n");
        text.into_bytes()
    }

    fn read(&self, bytes: &[u8]) -> Result<Payload, String> {
        let file: File = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if file.format != FORMAT {
            return Err(format!(
                "its format is {}, and this version reads {FORMAT}",
                file.format
            ));
        }
        let single = file.channels.0.is_empty();
        let mut members = IndexMap::new();
        for (name, values) in file.members.0 {
            let values = match (single, values) {
                (true, Values::One(value)) => vec![value],
                (false, Values::PerChannel(values)) => values,
                (true, _) => {
                    return Err(format!("{name} must be one number: there are no channels"));
                }
                (false, _) => {
                    return Err(format!("{name} must be a list of numbers, one per channel"));
                }
            };
            members.insert(name, values);
        }
        let payload = Payload {
            name: file.name,
            class: file.class,
            channels: file.channels.0,
            members,
        };
        payload.check().map_err(|error| error.to_string())?;
        Ok(payload)
    }
}

/// One value as JSON; floats in the shortest form that comes back to the same bits.
fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("numbers and texts always have a JSON form")
}

fn object<T>(text: &mut String, map: &IndexMap<String, T>, mut value: impl FnMut(&mut String, &T)) {
    if map.is_empty() {
        text.push_str("{}");
        return;
    }
    text.push('{');
    for (position, (key, content)) in map.iter().enumerate() {
        text.push_str(if position == 0 { "\n    " } else { ",\n    " });
        text.push_str(&json(key));
        text.push_str(": ");
        value(text, content);
    }
    text.push_str("\n  }");
}

fn array<T: Serialize>(text: &mut String, values: &[T]) {
    text.push('[');
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        let new_line = position % PER_LINE == 0 && values.len() > PER_LINE;
        text.push_str(match (new_line, position) {
            (true, _) => "\n      ",
            (false, 0) => "",
            (false, _) => " ",
        });
        text.push_str(&json(value));
    }
    if values.len() > PER_LINE {
        text.push_str("\n    ");
    }
    text.push(']');
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    name: String,
    class: String,
    channels: Unique<Vec<i64>>,
    members: Unique<Values>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Values {
    One(f64),
    PerChannel(Vec<f64>),
}

/// A JSON object that refuses a key given twice, where serde would keep the last one.
struct Unique<T>(IndexMap<String, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueVisitor(PhantomData))
    }
}

struct UniqueVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for UniqueVisitor<T> {
    type Value = Unique<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = IndexMap::new();
        while let Some((key, value)) = access.next_entry::<String, T>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format!("`{key}` is given twice")));
            }
            map.insert(key, value);
        }
        Ok(Unique(map))
    }
}

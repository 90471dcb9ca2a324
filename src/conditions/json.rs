//! Payloads as JSON: strict, stable, readable, with floats that come back bit by bit.

use std::fmt;
use std::marker::PhantomData;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::{Map, Value, json};

use super::readable::readable;
use super::{Payload, PayloadFormat};

/// Version of the layout of the file.
const FORMAT: u32 = 1;

/// The JSON form: one object with `format`, `name`, `class`, `channels` (index → numbers) and
/// `members` (member → values, or one value when there are no channels).
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

impl PayloadFormat for Json {
    fn extension(&self) -> &'static str {
        "json"
    }

    fn write(&self, payload: &Payload) -> Vec<u8> {
        let members: Map<String, Value> = payload
            .members
            .iter()
            .map(
                |(name, values)| match (payload.channels.is_empty(), values.as_slice()) {
                    (true, [value]) => (name.clone(), json!(value)),
                    _ => (name.clone(), json!(values)),
                },
            )
            .collect();
        let file = json!({
            "format": FORMAT,
            "name": payload.name,
            "class": payload.class,
            "channels": payload.channels,
            "members": members,
        });
        readable(&file)
            .expect("numbers and texts always have a JSON form")
            .into_bytes()
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

//! Values of payloads as text and as JSON.

use serde_json::{Map, Value, json};

use crate::conditions::{Leaf, Payload, leaves, turns_of};
use crate::root;

use super::place::from_event;

/// Numbers in one line of an array.
const PER_LINE: usize = 10;

/// Decimal exponents of numbers that are written out.
const WRITTEN_OUT: std::ops::Range<f64> = 1e-5..1e15;

/// The shortest text that comes back to the same number.
pub(super) fn plain(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || !number.is_finite() || WRITTEN_OUT.contains(&size) {
        return number.to_string();
    }
    format!("{number:e}")
}

/// JSON has no numbers that are not finite.
pub(super) fn number(value: f64) -> Value {
    if value.is_finite() {
        json!(value)
    } else {
        json!(value.to_string())
    }
}

/// An object value by value, one line each: its path, and what stands there. Objects that take turns within
/// a run have a line with their first events in front.
pub(super) fn by_path(payload: &Payload) -> String {
    let Some(object) = &payload.object else {
        return String::new();
    };
    let turns = turns_of(payload);
    let (shown, several) = match turns.as_slice() {
        [only] => (only.payload.object.as_ref().unwrap_or(object), false),
        turns => (object, !turns.is_empty()),
    };
    let mut text = String::new();
    let mut last = None;
    for (path, leaf) in leaves(shown) {
        let number = turn_of(&path).filter(|_| several);
        if let Some(at) = number.filter(|at| last != Some(*at)) {
            let first = turns.get(at).and_then(|turn| turn.first_event);
            text += &format!(
                "# object {} of {}{}\n",
                at + 1,
                turns.len(),
                from_event(first)
            );
            last = Some(at);
        }
        if number.is_some() || !several {
            lines(&mut text, &path, leaf);
        }
    }
    text
}

/// The number of the object that takes turns, in front of a path in the container.
fn turn_of(path: &str) -> Option<usize> {
    let (number, _) = path.strip_prefix("m_objects[")?.split_once(']')?;
    number.parse().ok()
}

fn lines(text: &mut String, path: &str, leaf: Leaf) {
    let mut array = |all: Vec<String>| {
        let long = all.len() > PER_LINE;
        for (line, numbers) in all.chunks(PER_LINE).enumerate() {
            let first = line * PER_LINE;
            let last = first + numbers.len() - 1;
            let place = if long {
                format!("[{first}..{last}]")
            } else {
                String::new()
            };
            *text += &format!("{path}{place} = [{}]\n", numbers.join(", "));
        }
    };
    let value = match leaf {
        Leaf::Wholes(all) => return array(all.iter().map(i64::to_string).collect()),
        Leaf::Numbers(all) => return array(all.iter().map(|one| plain(*one)).collect()),
        Leaf::Nothing => "nothing".into(),
        Leaf::Empty => "[]".into(),
        Leaf::Truth(truth) => truth.to_string(),
        Leaf::Whole(whole) => whole.to_string(),
        Leaf::Number(number) => plain(number),
        Leaf::Text(words) => format!("{words:?}"),
    };
    *text += &format!("{path} = {value}\n");
}

/// What is in a payload, for programs: columns, or the object, or the objects that take turns.
pub(super) fn content(payload: &Payload) -> Map<String, Value> {
    let mut map = Map::new();
    if !payload.members.is_empty() {
        let members = payload.members.iter().map(|(name, values)| {
            let values = values.iter().map(|value| number(*value)).collect();
            (name.clone(), values)
        });
        map.insert("channels".into(), json!(payload.channels));
        map.insert("members".into(), Value::Object(members.collect()));
        return map;
    }
    let turns = turns_of(payload);
    if turns.is_empty() {
        let object = payload.object.as_ref().map_or(Value::Null, value);
        map.insert("object".into(), object);
        return map;
    }
    let objects = turns.iter().map(|turn| {
        let object = turn.payload.object.as_ref().map_or(Value::Null, value);
        json!({ "first_event": turn.first_event, "object": object })
    });
    map.insert("objects".into(), objects.collect());
    map
}

/// An object as JSON.
fn value(object: &root::Value) -> Value {
    use root::Value as Of;
    match object {
        Of::Null => Value::Null,
        Of::Bool(truth) => json!(truth),
        Of::Int(whole) => json!(whole),
        Of::Float(one) => number(*one),
        Of::Text(text) => json!(&**text),
        Of::Ints(all) => json!(all),
        Of::Floats(all) => all.iter().map(|one| number(*one)).collect(),
        Of::List(items) => items.iter().map(value).collect(),
        Of::Map(pairs) => pairs
            .iter()
            .map(|(k, v)| json!([value(k), value(v)]))
            .collect(),
        Of::Object(record) => {
            let members = record.members.iter();
            Value::Object(
                members
                    .map(|(name, of)| (name.to_string(), value(of)))
                    .collect(),
            )
        }
    }
}

//! An object laid out flat: each value with the path that leads to it.

use std::fmt::Write as _;

use crate::root::Value;

/// A value at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf<'a> {
    /// A null pointer, or an object without members.
    Nothing,
    /// A list or a map without entries.
    Empty,
    /// A truth value.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// An array of whole numbers.
    Wholes(&'a [i64]),
    /// An array of numbers.
    Numbers(&'a [f64]),
}

/// All values in `object` with their paths, in the order of the members: `m_points[2].fX`, and `m_gain[7]` or
/// `m_gain[1,2]` for what a map has for such keys. Arrays of numbers stay together.
#[must_use]
pub fn leaves(object: &Value) -> Vec<(String, Leaf<'_>)> {
    let mut found = Vec::new();
    walk(object, &mut String::new(), &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &mut String, found: &mut Vec<(String, Leaf<'a>)>) {
    let leaf = match value {
        Value::Null => Leaf::Nothing,
        Value::Bool(truth) => Leaf::Truth(*truth),
        Value::Int(whole) => Leaf::Whole(*whole),
        Value::Float(number) => Leaf::Number(*number),
        Value::Text(text) => Leaf::Text(text),
        Value::Ints(all) if all.is_empty() => Leaf::Empty,
        Value::Floats(all) if all.is_empty() => Leaf::Empty,
        Value::Ints(all) => Leaf::Wholes(all),
        Value::Floats(all) => Leaf::Numbers(all),
        Value::List(items) if items.is_empty() => Leaf::Empty,
        Value::Map(pairs) if pairs.is_empty() => Leaf::Empty,
        Value::Object(record) if record.members.is_empty() => Leaf::Nothing,
        Value::List(items) => {
            for (place, item) in items.iter().enumerate() {
                below(path, &format!("[{place}]"), item, found);
            }
            return;
        }
        Value::Map(pairs) => {
            for (place, (key, item)) in pairs.iter().enumerate() {
                let key = key_text(key).unwrap_or_else(|| format!("#{place}"));
                below(path, &format!("[{key}]"), item, found);
            }
            return;
        }
        Value::Object(record) => {
            for (name, item) in &record.members {
                let dot = if path.is_empty() { "" } else { "." };
                below(path, &format!("{dot}{name}"), item, found);
            }
            return;
        }
    };
    found.push((path.clone(), leaf));
}

fn below<'a>(path: &mut String, step: &str, value: &'a Value, found: &mut Vec<(String, Leaf<'a>)>) {
    let length = path.len();
    path.push_str(step);
    walk(value, path, found);
    path.truncate(length);
}

/// A key as it stands between brackets: a number, a text in quotes, the parts of a pair.
fn key_text(key: &Value) -> Option<String> {
    match key {
        Value::Int(number) => Some(number.to_string()),
        Value::Text(text) => Some(format!("{text:?}")),
        Value::Object(pair) => {
            let mut text = String::new();
            for (place, (_, part)) in pair.members.iter().enumerate() {
                let comma = if place > 0 { "," } else { "" };
                let _ = write!(text, "{comma}{}", key_text(part)?);
            }
            Some(text)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Record;

    #[test]
    fn paths_lead_through_objects_lists_and_maps() {
        let point = |x: f64| Value::from(Record::new("P").with("fX", x).with("fOn", true));
        let pair: Value = Record::new("")
            .with("first", 1_i64)
            .with("second", 2_i64)
            .into();
        let object: Value = Record::new("C")
            .with("m_points", Value::List(vec![point(0.5), point(1.5)]))
            .with("m_gain", Value::Map(vec![(pair, Value::Float(2.0))]))
            .with(
                "m_names",
                Value::Map(vec![(Value::Text("a".into()), Value::Int(3))]),
            )
            .with("m_all", Value::Floats(vec![1.0, 2.0]))
            .with("m_none", Value::List(Vec::new()))
            .with("m_null", Value::Null)
            .into();
        let found = leaves(&object);
        let expected: [(&str, Leaf); 9] = [
            ("m_points[0].fX", Leaf::Number(0.5)),
            ("m_points[0].fOn", Leaf::Truth(true)),
            ("m_points[1].fX", Leaf::Number(1.5)),
            ("m_points[1].fOn", Leaf::Truth(true)),
            ("m_gain[1,2]", Leaf::Number(2.0)),
            ("m_names[\"a\"]", Leaf::Whole(3)),
            ("m_all", Leaf::Numbers(&[1.0, 2.0])),
            ("m_none", Leaf::Empty),
            ("m_null", Leaf::Nothing),
        ];
        let found: Vec<(&str, Leaf)> = found
            .iter()
            .map(|(path, leaf)| (path.as_str(), *leaf))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_value_alone_has_an_empty_path() {
        assert_eq!(leaves(&Value::Int(3)), [(String::new(), Leaf::Whole(3))]);
    }
}

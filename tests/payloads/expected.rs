//! Compares values with their description in `expected.json`.

use b2caf::root::{Record, Value};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Checks that a value is as described.
pub(crate) fn same(expected: &Json, found: &Value, place: &str) {
    if expected.get("digest").is_some() {
        return digest(expected, &numbers(found, place), place);
    }
    match found {
        Value::Null => assert!(expected.is_null(), "{place}"),
        Value::Text(text) => assert_eq!(expected.as_str(), Some(&**text), "{place}"),
        Value::Map(pairs) => {
            let list = array(expected, pairs.len(), place);
            for (index, (entry, (key, value))) in list.iter().zip(pairs).enumerate() {
                same(&entry[0], key, &format!("{place}[{index}].first"));
                same(&entry[1], value, &format!("{place}[{index}].second"));
            }
        }
        Value::List(items) if items.first().is_some_and(is_packed_row) => {
            for name in ["sigmaNoiseSq", "packedCovMat"] {
                let column = items
                    .iter()
                    .map(|item| item.as_record().unwrap().get(name).unwrap());
                let column: Vec<f64> = column.flat_map(|value| numbers(value, place)).collect();
                digest(&expected[name], &column, &format!("{place}.{name}"));
            }
        }
        // An array of objects is described with its class.
        Value::List(items) if expected.is_object() => {
            let list = array(&expected["objects"], items.len(), place);
            for (index, (entry, item)) in list.iter().zip(items).enumerate() {
                let class = &item.as_record().unwrap().class;
                assert_eq!(expected["class"].as_str(), Some(&**class), "{place}");
                same(entry, item, &format!("{place}[{index}]"));
            }
        }
        Value::List(items) => {
            let list = array(expected, items.len(), place);
            for (index, (entry, item)) in list.iter().zip(items).enumerate() {
                same(entry, item, &format!("{place}[{index}]"));
            }
        }
        Value::Ints(_) | Value::Floats(_) => {
            let found = numbers(found, place);
            let list = array(expected, found.len(), place);
            for (index, (entry, item)) in list.iter().zip(found).enumerate() {
                number(entry, item, &format!("{place}[{index}]"));
            }
        }
        Value::Object(record) => object(expected, record, place),
        one => number(expected, numbers(one, place)[0], place),
    }
}

fn is_packed_row(value: &Value) -> bool {
    value
        .as_record()
        .is_some_and(|record| record.get("packedCovMat").is_some())
}

fn array<'j>(expected: &'j Json, length: usize, place: &str) -> &'j [Json] {
    let list = expected
        .as_array()
        .unwrap_or_else(|| panic!("{place}: {expected}"));
    assert_eq!(list.len(), length, "{place}");
    list
}

fn object(expected: &Json, record: &Record, place: &str) {
    let get = |name: &str| {
        let found = record.get(name);
        found.unwrap_or_else(|| panic!("{place} has no {name}"))
    };
    if let Some(list) = expected.as_array() {
        // A pair.
        assert_eq!((list.len(), record.members.len()), (2, 2), "{place}");
        same(&list[0], get("first"), place);
        return same(&list[1], get("second"), place);
    }
    if let Some(Value::Object(inner)) = record.get("fCoordinates") {
        return object(expected, inner, place);
    }
    let described = expected.as_object().unwrap();
    let own = described.keys().filter(|name| *name != "fName").count();
    let whole = !["TH", "TMatrix", "TAxis"]
        .iter()
        .any(|start| record.class.starts_with(start));
    if whole && !described.contains_key("stats") {
        let names: Vec<&str> = record.members.iter().map(|(name, _)| &**name).collect();
        assert_eq!(
            own,
            names.iter().filter(|name| **name != "fName").count(),
            "{place}: {names:?}"
        );
    }
    for (name, entry) in described {
        let place = format!("{place}.{name}");
        match name.as_str() {
            "stats" => {
                let names = ["", "2", "x", "x2", "y", "y2", "xy"].map(|end| format!("fTsumw{end}"));
                for (name, entry) in names.iter().zip(entry.as_array().unwrap()) {
                    same(entry, get(name), &place);
                }
            }
            "title" => same(entry, get("fTitle"), &place),
            "full" => same(entry, get("fElements"), &place),
            "fName" if &*record.class == "TClonesArray" => {}
            _ => same(entry, get(name), &place),
        }
    }
}

fn numbers(value: &Value, place: &str) -> Vec<f64> {
    match value {
        Value::Bool(value) => vec![f64::from(u8::from(*value))],
        Value::Int(value) => vec![*value as f64],
        Value::Float(value) => vec![*value],
        Value::Ints(values) => values.iter().map(|value| *value as f64).collect(),
        Value::Floats(values) => values.clone(),
        other => panic!("{place}: {} where numbers were expected", other.kind()),
    }
}

/// Floats of four bytes are described with nine digits.
fn number(expected: &Json, found: f64, place: &str) {
    let expected = expected
        .as_f64()
        .unwrap_or_else(|| panic!("{place}: {expected}"));
    let single = f64::from(found as f32) == found && expected as f32 == found as f32;
    assert!(
        expected == found || single,
        "{place}: {found} instead of {expected}"
    );
}

fn digest(expected: &Json, found: &[f64], place: &str) {
    assert_eq!(
        expected["count"].as_u64(),
        Some(found.len() as u64),
        "{place}"
    );
    let mut bytes = Vec::new();
    for value in found {
        match expected["dtype"].as_str().unwrap() {
            "f4" => bytes.extend((*value as f32).to_be_bytes()),
            "f8" => bytes.extend(value.to_be_bytes()),
            "i2" => bytes.extend((*value as i16).to_be_bytes()),
            "i4" => bytes.extend((*value as i32).to_be_bytes()),
            "u4" => bytes.extend((*value as u32).to_be_bytes()),
            other => panic!("{place}: numbers of kind {other}"),
        }
    }
    let sum = Sha256::digest(&bytes);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        expected["sha256_big_endian"].as_str(),
        Some(&*hex),
        "{place}"
    );
}

//! JSON for reading and comparing: indented, but with lists of values in lines of ten.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

/// Values in one line of a list.
const PER_LINE: usize = 10;

/// `value` as JSON with a final newline. Floats have the shortest form that comes back to the
/// same bits; a list of at most ten numbers, texts or truth values stands in one line, a longer
/// one in lines of ten.
///
/// # Errors
/// When the value has no JSON form, as a map whose keys are no texts.
pub fn readable(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    write(&mut text, &serde_json::to_value(value)?, 0);
    text.push('\n');
    Ok(text)
}

fn write(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Array(list) if list.iter().all(is_plain) => write_plain(text, list, depth),
        Value::Array(list) => {
            text.push('[');
            for (position, entry) in list.iter().enumerate() {
                new_line(text, position > 0, depth + 1);
                write(text, entry, depth + 1);
            }
            new_line(text, false, depth);
            text.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            text.push('{');
            for (position, (key, entry)) in map.iter().enumerate() {
                new_line(text, position > 0, depth + 1);
                let _ = write!(text, "{}: ", Value::from(key.as_str()));
                write(text, entry, depth + 1);
            }
            new_line(text, false, depth);
            text.push('}');
        }
        plain => {
            let _ = write!(text, "{plain}");
        }
    }
}

/// Numbers, texts, truth values, nulls.
fn write_plain(text: &mut String, list: &[Value], depth: usize) {
    let long = list.len() > PER_LINE;
    text.push('[');
    for (position, entry) in list.iter().enumerate() {
        if long && position % PER_LINE == 0 {
            new_line(text, position > 0, depth + 1);
        } else if position > 0 {
            text.push_str(", ");
        }
        let _ = write!(text, "{entry}");
    }
    if long {
        new_line(text, false, depth);
    }
    text.push(']');
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

fn new_line(text: &mut String, comma: bool, depth: usize) {
    if comma {
        text.push(',');
    }
    text.push('\n');
    for _ in 0..depth {
        text.push_str("  ");
    }
}

//! Values as upstream prints them: Python's literals.

use serde_json::Value;

/// A JSON value written as a Python literal.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => float_literal(float),
            _ => number.to_string(),
        },
        Value::String(text) => text_literal(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|(key, item)| format!("{}: {}", text_literal(key), literal(item)))
                .collect();
            format!("{{{}}}", items.join(", "))
        }
    }
}

/// Shortest form that reads back the same; with an exponent outside of 1e-4 … 1e16.
fn float_literal(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = value.to_string();
    if text.contains('.') {
        text
    } else {
        text + ".0"
    }
}

/// In single quotes, or in double ones if it holds single ones only.
fn text_literal(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for letter in text.chars() {
        match letter {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\\' => literal.push_str("\\\\"),
            _ if letter == quote => {
                literal.push('\\');
                literal.push(letter);
            }
            _ if u32::from(letter) < 0x20 || letter == '\u{7f}' => {
                literal.push_str(&format!("\\x{:02x}", u32::from(letter)));
            }
            _ => literal.push(letter),
        }
    }
    literal.push(quote);
    literal
}

#[cfg(test)]
mod tests {
    use super::literal;
    use serde_json::json;

    #[test]
    fn numbers_and_texts_look_like_python() {
        let value =
            json!({"a": [1, 2.0, -1e-7, 1e16, 0.0001, null, true], "b": "it's", "c": "a\nb"});
        assert_eq!(
            literal(&value),
            "{'a': [1, 2.0, -1e-07, 1e+16, 0.0001, None, True], 'b': \"it's\", 'c': 'a\\nb'}"
        );
    }
}

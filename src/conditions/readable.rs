//! JSON for reading and comparing: indented, but with lists of values in lines of ten.

use serde::Serialize;

/// Values in one line of a list.
const PER_LINE: usize = 10;

/// `value` as JSON with a final newline. Floats have the shortest form that comes back to the
/// same bits; a list of at most ten numbers, texts or truth values stands in one line, a longer
/// one in lines of ten.
///
/// # Errors
/// When the value has no JSON form, as a map whose keys are no texts.
pub fn readable(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_string(value)?;
    let mut reader = Reader {
        plain: plain.as_bytes(),
        at: 0,
        text: Vec::with_capacity(plain.len() + plain.len() / 4),
    };
    reader.value(0);
    reader.text.push(b'\n');
    // Cut and put together at signs of one byte only.
    String::from_utf8(reader.text).map_err(serde::ser::Error::custom)
}

/// Goes through JSON in one line, and writes it in several.
struct Reader<'a> {
    plain: &'a [u8],
    at: usize,
    text: Vec<u8>,
}

impl Reader<'_> {
    fn next(&self) -> u8 {
        self.plain.get(self.at).copied().unwrap_or(b' ')
    }

    /// Where the number, text, truth value or null at `at` ends.
    fn end(&self, at: usize) -> usize {
        let rest = &self.plain[at..];
        if rest.first() != Some(&b'"') {
            let sign = |byte: &u8| matches!(byte, b',' | b']' | b'}');
            return at + rest.iter().position(sign).unwrap_or(rest.len());
        }
        let mut end = 1;
        while let Some(byte) = rest.get(end) {
            match byte {
                b'"' => return at + end + 1,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.plain.len()
    }

    /// Takes over a number, text, truth value or null.
    fn word(&mut self) {
        let end = self.end(self.at);
        self.text.extend_from_slice(&self.plain[self.at..end]);
        self.at = end;
    }

    fn value(&mut self, depth: usize) {
        match self.next() {
            b'[' if self.is_plain_list() => self.plain_list(depth),
            open @ (b'[' | b'{') => {
                let close = if open == b'[' { b']' } else { b'}' };
                self.at += 1;
                self.text.push(open);
                let mut first = true;
                while self.next() != close && self.at < self.plain.len() {
                    self.at += usize::from(!first);
                    self.new_line(!first, depth + 1);
                    if open == b'{' {
                        self.key();
                    }
                    self.value(depth + 1);
                    first = false;
                }
                self.at += 1;
                if !first {
                    self.new_line(false, depth);
                }
                self.text.push(close);
            }
            _ => self.word(),
        }
    }

    fn key(&mut self) {
        let end = self.end(self.at);
        self.text.extend_from_slice(&self.plain[self.at..end]);
        self.text.extend_from_slice(b": ");
        self.at = end + 1;
    }

    /// Whether there are neither lists nor maps in the list at hand.
    fn is_plain_list(&self) -> bool {
        let mut at = self.at + 1;
        loop {
            match self.plain.get(at) {
                Some(b'[' | b'{') => return false,
                Some(b']') | None => return true,
                Some(b',') => at += 1,
                Some(_) => at = self.end(at),
            }
        }
    }

    /// Numbers, texts, truth values, nulls.
    fn plain_list(&mut self, depth: usize) {
        let mut ends = Vec::new();
        let mut at = self.at + 1;
        while !matches!(self.plain.get(at), Some(b']') | None) {
            let end = self.end(at);
            ends.push((at, end));
            at = end + usize::from(self.plain.get(end) == Some(&b','));
        }
        let long = ends.len() > PER_LINE;
        self.text.push(b'[');
        for (position, (from, to)) in ends.into_iter().enumerate() {
            if long && position % PER_LINE == 0 {
                self.new_line(position > 0, depth + 1);
            } else if position > 0 {
                self.text.extend_from_slice(b", ");
            }
            self.text.extend_from_slice(&self.plain[from..to]);
        }
        if long {
            self.new_line(false, depth);
        }
        self.text.push(b']');
        self.at = at + 1;
    }

    fn new_line(&mut self, comma: bool, depth: usize) {
        if comma {
            self.text.push(b',');
        }
        self.text.push(b'\n');
        self.text.extend(std::iter::repeat_n(b' ', 2 * depth));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn lists_of_values_stand_in_lines_of_ten_and_all_else_is_indented() {
        let eleven: Vec<i32> = (0..11).collect();
        let value = json!({
            "text": "a \"b\\\", [c] {d}: 1,\nµ",
            "empty": [], "nothing": {}, "none": null,
            "few": [1.5, -0.0, "x, y]", true, null],
            "many": eleven,
            "rows": [[1, 2], [], [[3]], {"a": [4]}],
        });
        let expected = r#"{
  "text": "a \"b\\\", [c] {d}: 1,\nµ",
  "empty": [],
  "nothing": {},
  "none": null,
  "few": [1.5, -0.0, "x, y]", true, null],
  "many": [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    10
  ],
  "rows": [
    [1, 2],
    [],
    [
      [3]
    ],
    {
      "a": [4]
    }
  ]
}
"#;
        let text = readable(&value).unwrap();
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(readable(&json!("[")).unwrap(), "\"[\"\n");
        assert_eq!(readable(&f64::NAN).unwrap(), "null\n");
    }
}

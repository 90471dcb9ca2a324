//! The outermost shape of the input data file.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// What the file holds.
pub(super) enum Document {
    /// Names and what stands behind them; a name given twice is there twice.
    Samples(Vec<(String, Value)>),
    /// No object; what it is, in words.
    Other(&'static str),
}

/// Reads the text.
pub(super) fn parse(text: &str) -> serde_json::Result<Document> {
    serde_json::from_str(text)
}

/// What kind of value it is, in words with an article.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value as JSON, cut when it is long.
pub(super) fn shorten(value: &Value) -> String {
    const LETTERS: usize = 60;
    let text = value.to_string();
    if text.chars().count() <= LETTERS {
        return text;
    }
    text.chars().take(LETTERS).chain("...".chars()).collect()
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor)
    }
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut samples = Vec::new();
        while let Some(entry) = map.next_entry()? {
            samples.push(entry);
        }
        Ok(Document::Samples(samples))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
        while seq.next_element::<Value>()?.is_some() {}
        Ok(Document::Other("a list"))
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Other("null"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
        Ok(Document::Other("a truth value"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
        Ok(Document::Other("a number"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
        Ok(Document::Other("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
        Ok(Document::Other("a number"))
    }

    fn visit_str<E>(self, _: &str) -> Result<Document, E> {
        Ok(Document::Other("a text"))
    }
}

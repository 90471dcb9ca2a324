//! Values as a script hands them over.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::CalibrationSettings;

/// The value of one field before any rule was applied.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldValue {
    /// Nothing: the field counts as left out.
    Nothing,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, possibly not finite.
    Float(f64),
    /// Text.
    Text(String),
    /// Several values in their order.
    List(Vec<FieldValue>),
    /// Values by name, in their order.
    Map(IndexMap<String, FieldValue>),
    /// The settings of another script.
    Settings(Arc<CalibrationSettings>),
    /// Anything else, in words with an article: `a function`.
    Other(String),
}

impl FieldValue {
    /// What kind of value it is, in words with an article.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Nothing => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Settings(_) => "the settings of a calibration",
            Self::Other(words) => words,
        }
    }

    /// A list of texts.
    #[must_use]
    pub fn texts<T: Into<String>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(
            items
                .into_iter()
                .map(|text| Self::Text(text.into()))
                .collect(),
        )
    }

    /// The value as strict JSON, or where inside it (`a.b[2]`) something stands that JSON cannot hold, and what.
    ///
    /// # Errors
    /// Every such place, each with the kind of value found there.
    pub fn to_json(&self) -> Result<Value, Vec<(String, String)>> {
        let mut wrong = Vec::new();
        let json = self.json_at(&mut String::new(), &mut wrong);
        if wrong.is_empty() {
            Ok(json)
        } else {
            Err(wrong)
        }
    }

    fn json_at(&self, place: &mut String, wrong: &mut Vec<(String, String)>) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::from(*value),
            Self::Text(value) => Value::from(value.as_str()),
            Self::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    within(place, &format!("[{index}]"), |at| item.json_at(at, wrong))
                })
                .collect(),
            Self::Map(items) => items
                .iter()
                .map(|(key, item)| {
                    let dot = if place.is_empty() { "" } else { "." };
                    let step = format!("{dot}{key}");
                    let json = within(place, &step, |at| item.json_at(at, wrong));
                    (key.clone(), json)
                })
                .collect(),
            Self::Float(value) if value.is_finite() => Value::from(*value),
            Self::Float(value) => {
                wrong.push((place.clone(), value.to_string()));
                Value::Null
            }
            Self::Settings(_) | Self::Other(_) => {
                wrong.push((place.clone(), self.kind().to_owned()));
                Value::Null
            }
        }
    }
}

/// Calls `look` with the place extended by one step.
fn within<T>(place: &mut String, step: &str, look: impl FnOnce(&mut String) -> T) -> T {
    let length = place.len();
    place.push_str(step);
    let result = look(place);
    place.truncate(length);
    result
}

impl From<&Value> for FieldValue {
    fn from(json: &Value) -> Self {
        match json {
            Value::Null => Self::Nothing,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => number.as_i64().map_or_else(
                || Self::Float(number.as_f64().unwrap_or(f64::NAN)),
                Self::Int,
            ),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(items) => Self::Map(
                items
                    .iter()
                    .map(|(key, item)| (key.clone(), Self::from(item)))
                    .collect(),
            ),
        }
    }
}

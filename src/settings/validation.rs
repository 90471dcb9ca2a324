//! The settings of a validation script.

use std::fmt;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::{Error, FieldValue, text};

/// What a validation script says about itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ValidationSettings {
    /// Name of the calibration it belongs to, at most 64 characters.
    pub name: String,
    /// What the validation does.
    pub description: String,
    /// Files of the calibration that it needs, by name.
    pub download_files: Option<Vec<String>>,
    /// Defaults that a configuration may override, key by key.
    pub expert_config: Map<String, Value>,
}

impl ValidationSettings {
    /// Names of the fields, in their order.
    pub const FIELDS: &'static [&'static str] =
        &["name", "description", "download_files", "expert_config"];

    /// Checks the fields that a script gave and makes the record.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_fields(given: IndexMap<String, FieldValue>) -> Result<Self, Error> {
        let mut fields = Fields::new("ValidationSettings", Self::FIELDS, given);
        let name = fields.name();
        let description = fields.text("description");
        let download_files = fields.texts("download_files");
        let expert_config = fields.expert_config();
        fields.finish(Self {
            name,
            description,
            download_files,
            expert_config,
        })
    }

    /// The value of a field by its name, as a script reads it back.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldValue> {
        Some(match name {
            "name" => FieldValue::Text(self.name.clone()),
            "description" => FieldValue::Text(self.description.clone()),
            "download_files" => self
                .download_files
                .as_ref()
                .map_or(FieldValue::Nothing, |names| {
                    FieldValue::texts(names.iter().cloned())
                }),
            "expert_config" => FieldValue::from(&Value::Object(self.expert_config.clone())),
            _ => return None,
        })
    }

    /// The record as JSON, keys in upstream's order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.description,
            "download_files": self.download_files,
            "expert_config": self.expert_config,
        })
    }
}

impl Serialize for ValidationSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Upstream's text form: a heading and one indented line per field.
impl fmt::Display for ValidationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = text::literal(&json!(self.download_files));
        let config = text::literal(&json!(self.expert_config));
        writeln!(f, "ValidationSettings(name='{}'):", self.name)?;
        writeln!(f, "  description='{}'", self.description)?;
        writeln!(f, "  download_files='{files}'")?;
        write!(f, "  expert_config={config}")
    }
}

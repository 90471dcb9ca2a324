//! The settings of a calibration script.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::nearest::hint;
use super::{Error, FieldValue, Problem, Rule, filters, text};

/// Formats of input data.
pub const DATA_FORMATS: &[&str] = &["raw", "cdst", "mdst", "udst"];

/// Who a calibration can belong to; `example` is for scripts that show how it is done.
pub const SUBSYSTEMS: &[&str] = &[
    "pxd",
    "svd",
    "cdc",
    "ecl",
    "top",
    "arich",
    "klm",
    "trigger",
    "tracking",
    "alignment",
    "beam",
    "example",
];

/// What a calibration script says about itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalibrationSettings {
    /// Name, at most 64 characters.
    pub name: String,
    /// Account of the expert.
    pub expert_username: String,
    /// One of [`SUBSYSTEMS`].
    pub subsystem: String,
    /// What the calibration does, usually the opening comment of the script.
    pub description: String,
    /// Formats it can read, lower case.
    pub input_data_formats: BTreeSet<String>,
    /// Names of the samples it needs.
    pub input_data_names: BTreeSet<String>,
    /// Filters for each sample; empty, or one entry per sample.
    pub input_data_filters: IndexMap<String, Vec<String>>,
    /// Calibrations that must come before.
    pub depends_on: Vec<Arc<CalibrationSettings>>,
    /// Defaults that a configuration may override, key by key.
    pub expert_config: Map<String, Value>,
    /// Names of the payloads it produces, if it says so.
    pub produced_payloads: Option<Vec<String>>,
}

impl CalibrationSettings {
    /// Names of the fields, in their order.
    pub const FIELDS: &'static [&'static str] = &[
        "name",
        "expert_username",
        "subsystem",
        "description",
        "input_data_formats",
        "input_data_names",
        "input_data_filters",
        "depends_on",
        "expert_config",
        "produced_payloads",
    ];

    /// Checks the fields that a script gave and makes the record.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_fields(given: IndexMap<String, FieldValue>) -> Result<Self, Error> {
        let mut fields = Fields::new("CalibrationSettings", Self::FIELDS, given);
        let name = fields.name();
        let expert_username = fields.text("expert_username");
        let subsystem = subsystem(&mut fields);
        let description = fields.text("description");
        let input_data_formats = formats(&mut fields);
        let input_data_names = names(&mut fields);
        let input_data_filters = input_data_filters(&mut fields, input_data_names.as_ref());
        let depends_on = fields.depends_on();
        let expert_config = fields.expert_config();
        let produced_payloads = fields.texts("produced_payloads");
        fields.finish(Self {
            name,
            expert_username,
            subsystem,
            description,
            input_data_formats,
            input_data_names: input_data_names.unwrap_or_default(),
            input_data_filters,
            depends_on,
            expert_config,
            produced_payloads,
        })
    }

    /// The value of a field by its name, as a script reads it back.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<FieldValue> {
        Some(match name {
            "name" => FieldValue::Text(self.name.clone()),
            "expert_username" => FieldValue::Text(self.expert_username.clone()),
            "subsystem" => FieldValue::Text(self.subsystem.clone()),
            "description" => FieldValue::Text(self.description.clone()),
            "input_data_formats" => FieldValue::texts(self.input_data_formats.iter().cloned()),
            "input_data_names" => FieldValue::texts(self.input_data_names.iter().cloned()),
            "input_data_filters" => FieldValue::Map(
                self.input_data_filters
                    .iter()
                    .map(|(name, filters)| {
                        (name.clone(), FieldValue::texts(filters.iter().cloned()))
                    })
                    .collect(),
            ),
            "depends_on" => FieldValue::List(
                self.depends_on
                    .iter()
                    .map(|other| FieldValue::Settings(Arc::clone(other)))
                    .collect(),
            ),
            "expert_config" => FieldValue::from(&Value::Object(self.expert_config.clone())),
            "produced_payloads" => self
                .produced_payloads
                .as_ref()
                .map_or(FieldValue::Nothing, |names| {
                    FieldValue::texts(names.iter().cloned())
                }),
            _ => return None,
        })
    }

    /// What is allowed and yet looks like a mistake: filters of one sample that exclude each other.
    #[must_use]
    pub fn remarks(&self) -> Vec<Problem> {
        self.input_data_filters
            .iter()
            .flat_map(|(name, wanted)| filters::contradictions(name, wanted))
            .collect()
    }

    /// `expert_config` with the keys that a configuration gives put in their place.
    ///
    /// Only whole top-level values are replaced, as upstream; keys that the script did not declare come last.
    #[must_use]
    pub fn expert_config_with(&self, overrides: &Map<String, Value>) -> Map<String, Value> {
        let mut config = self.expert_config.clone();
        for (key, value) in overrides {
            config.insert(key.clone(), value.clone());
        }
        config
    }

    /// The record as JSON, keys in upstream's order, names sorted, `depends_on` as names.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "expert_username": self.expert_username,
            "subsystem": self.subsystem,
            "input_data_formats": self.input_data_formats,
            "input_data_names": self.input_data_names,
            "input_data_filters": self.input_data_filters,
            "depends_on": self.dependency_names(),
            "description": self.description,
            "expert_config": self.expert_config,
            "produced_payloads": self.produced_payloads,
        })
    }

    /// Names of the calibrations that must come before.
    #[must_use]
    pub fn dependency_names(&self) -> Vec<&str> {
        self.depends_on
            .iter()
            .map(|other| other.name.as_str())
            .collect()
    }
}

impl Serialize for CalibrationSettings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

/// Upstream's text form: a heading and one indented line per field.
impl fmt::Display for CalibrationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Value| text::literal(&items);
        let filtered: Vec<&String> = self.input_data_filters.keys().collect();
        writeln!(f, "CalibrationSettings(name='{}'):", self.name)?;
        writeln!(f, "  expert_username='{}'", self.expert_username)?;
        writeln!(f, "  subsystem='{}'", self.subsystem)?;
        let formats = list(json!(self.input_data_formats));
        writeln!(f, "  input_data_formats={formats}")?;
        let names = list(json!(self.input_data_names));
        writeln!(f, "  input_data_names={names}")?;
        writeln!(f, "  input_data_filters={}", list(json!(filtered)))?;
        writeln!(f, "  depends_on={}", list(json!(self.dependency_names())))?;
        writeln!(f, "  description='{}'", self.description)?;
        writeln!(f, "  expert_config={}", list(json!(self.expert_config)))?;
        let payloads = list(json!(self.produced_payloads));
        write!(f, "  produced_payloads={payloads}")
    }
}

fn subsystem(fields: &mut Fields) -> String {
    let subsystem = fields.text("subsystem");
    let given = matches!(fields.take("subsystem"), Some(FieldValue::Text(_)));
    if given && !SUBSYSTEMS.contains(&subsystem.as_str()) {
        let sentence = format!("`{subsystem}` is no subsystem");
        let hint = hint(&subsystem, SUBSYSTEMS.iter().copied(), "there are");
        fields.problem(Rule::UnknownSubsystem, "subsystem", sentence, Some(hint));
    }
    subsystem
}

fn formats(fields: &mut Fields) -> BTreeSet<String> {
    const FIELD: &str = "input_data_formats";
    let given = fields.take(FIELD).is_some();
    let formats: BTreeSet<String> = match fields.texts(FIELD) {
        Some(formats) => formats.iter().map(|name| name.to_lowercase()).collect(),
        None if given => return BTreeSet::new(),
        None => BTreeSet::new(),
    };
    if formats.is_empty() {
        let hint = format!("give at least one of: {}", DATA_FORMATS.join(", "));
        let sentence = "no data format is given";
        fields.problem(Rule::NoInputDataFormats, FIELD, sentence, Some(hint));
    }
    for name in &formats {
        if !DATA_FORMATS.contains(&name.as_str()) {
            let sentence = format!("`{name}` is no data format");
            let hint = hint(name, DATA_FORMATS.iter().copied(), "there are");
            fields.problem(Rule::UnknownDataFormat, FIELD, sentence, Some(hint));
        }
    }
    formats
}

/// The names, or nothing when they could not be read.
fn names(fields: &mut Fields) -> Option<BTreeSet<String>> {
    const FIELD: &str = "input_data_names";
    let given = fields.take(FIELD).is_some();
    let names = fields.set(FIELD);
    if !given || names.as_ref().is_some_and(BTreeSet::is_empty) {
        let hint = "each name becomes one sample of `input_data`".to_owned();
        let sentence = "no name is given";
        fields.problem(Rule::NoInputDataNames, FIELD, sentence, Some(hint));
    }
    names
}

fn input_data_filters(
    fields: &mut Fields,
    names: Option<&BTreeSet<String>>,
) -> IndexMap<String, Vec<String>> {
    const FIELD: &str = "input_data_filters";
    let given = match fields.take(FIELD) {
        None => return IndexMap::new(),
        Some(FieldValue::Map(given)) => given,
        Some(other) => {
            let sentence = format!(
                "must be a map from a name to a list of filters, not {}",
                other.kind()
            );
            fields.problem(Rule::WrongType, FIELD, sentence, None);
            return IndexMap::new();
        }
    };
    if let Some(names) = names.filter(|_| !given.is_empty()) {
        check_keys(fields, &given, names);
    }
    let mut all = IndexMap::new();
    for (name, value) in given {
        let part = format!("the filters of `{name}` ");
        let Some(filters) = fields.texts_of(FIELD, &part, value) else {
            continue;
        };
        for filter in &filters {
            if let Some(problem) = filters::check(&name, filter) {
                fields.push(problem);
            }
        }
        all.insert(name, filters);
    }
    all
}

/// Filters must be given for exactly the names that are read.
fn check_keys(fields: &mut Fields, given: &IndexMap<String, FieldValue>, names: &BTreeSet<String>) {
    let mut problem = |sentence: String, hint: String| {
        let rule = Rule::FilterKeysDifferFromNames;
        fields.problem(rule, "input_data_filters", sentence, Some(hint));
    };
    for key in given.keys().filter(|key| !names.contains(*key)) {
        let all = names.iter().map(String::as_str);
        problem(
            format!("`{key}` is not among input_data_names"),
            hint(key, all, "these are"),
        );
    }
    for name in names.iter().filter(|name| !given.contains_key(*name)) {
        problem(
            format!("there are no filters for `{name}`"),
            format!("add `{name}: []` if it needs none"),
        );
    }
}

//! Takes fields out of what a script gave, and remembers what is wrong with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::nearest::hint;
use super::{CalibrationSettings, Error, FieldValue, MAX_NAME_LENGTH, Problem, Rule};

/// The fields given for one record, and the problems found so far.
pub(super) struct Fields {
    record: &'static str,
    given: IndexMap<String, FieldValue>,
    problems: Vec<Problem>,
}

impl Fields {
    /// Starts with every field that the record does not have.
    pub(super) fn new(
        record: &'static str,
        known: &'static [&'static str],
        given: IndexMap<String, FieldValue>,
    ) -> Self {
        let mut fields = Self {
            record,
            given,
            problems: Vec::new(),
        };
        let strangers: Vec<String> = fields
            .given
            .keys()
            .filter(|key| !known.contains(&key.as_str()))
            .cloned()
            .collect();
        for key in strangers {
            let hint = hint(&key, known.iter().copied(), "the fields are");
            let sentence = format!("there is no such field in {record}");
            fields.problem(Rule::UnknownField, &key, sentence, Some(hint));
        }
        fields
    }

    /// Notes a problem.
    pub(super) fn problem(
        &mut self,
        rule: Rule,
        field: &str,
        sentence: impl Into<String>,
        hint: Option<String>,
    ) {
        self.problems.push(Problem {
            rule,
            field: field.to_owned(),
            sentence: sentence.into(),
            hint,
        });
    }

    /// Notes a problem found elsewhere.
    pub(super) fn push(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The record made of what was taken, or all problems.
    pub(super) fn finish<T>(self, record: T) -> Result<T, Error> {
        if self.problems.is_empty() {
            Ok(record)
        } else {
            Err(Error::Refused {
                record: self.record,
                problems: self.problems,
            })
        }
    }

    /// A field that was given and is not `()`.
    pub(super) fn take(&mut self, field: &str) -> Option<FieldValue> {
        self.given
            .get(field)
            .filter(|value| **value != FieldValue::Nothing)
            .cloned()
    }

    /// A text that must be given.
    pub(super) fn text(&mut self, field: &str) -> String {
        match self.given.get(field).cloned() {
            Some(FieldValue::Text(text)) => return text,
            Some(other) => {
                let sentence = format!("must be a text, not {}", other.kind());
                self.problem(Rule::WrongType, field, sentence, None);
            }
            None => self.problem(Rule::MissingField, field, "is missing", None),
        }
        String::new()
    }

    /// The name, which is a text of limited length.
    pub(super) fn name(&mut self) -> String {
        let name = self.text("name");
        let length = name.chars().count();
        if length > MAX_NAME_LENGTH {
            let sentence =
                format!("has {length} characters, {MAX_NAME_LENGTH} are allowed at most");
            self.problem(Rule::NameTooLong, "name", sentence, None);
        }
        name
    }

    /// A list of texts, if the field was given and is one.
    pub(super) fn texts(&mut self, field: &str) -> Option<Vec<String>> {
        let value = self.take(field)?;
        self.texts_of(field, "", value)
    }

    /// A list of texts as a sorted set.
    pub(super) fn set(&mut self, field: &str) -> Option<BTreeSet<String>> {
        Some(self.texts(field)?.into_iter().collect())
    }

    /// A list of texts out of a value; `part` says which part of the field it is.
    pub(super) fn texts_of(
        &mut self,
        field: &str,
        part: &str,
        value: FieldValue,
    ) -> Option<Vec<String>> {
        let items = match value {
            FieldValue::List(items) => items,
            FieldValue::Text(text) => {
                let hint = format!("write [{text:?}]");
                let sentence = format!("{part}must be a list of texts, not a single text");
                self.problem(Rule::TextForList, field, sentence, Some(hint));
                return None;
            }
            other => {
                let sentence = format!("{part}must be a list of texts, not {}", other.kind());
                self.problem(Rule::WrongType, field, sentence, None);
                return None;
            }
        };
        let before = self.problems.len();
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                FieldValue::Text(text) => texts.push(text),
                other => {
                    let sentence =
                        format!("{part}entry {index} must be a text, not {}", other.kind());
                    self.problem(Rule::WrongType, field, sentence, None);
                }
            }
        }
        (self.problems.len() == before).then_some(texts)
    }

    /// `expert_config`: a map of what JSON can hold, in its order.
    pub(super) fn expert_config(&mut self) -> Map<String, Value> {
        const FIELD: &str = "expert_config";
        let value = match self.take(FIELD) {
            None => return Map::new(),
            Some(value @ FieldValue::Map(_)) => value,
            Some(other) => {
                let sentence = format!("must be a map, not {}", other.kind());
                self.problem(Rule::ExpertConfigNotAnObject, FIELD, sentence, None);
                return Map::new();
            }
        };
        match value.to_json() {
            Ok(Value::Object(map)) => map,
            Ok(_) => Map::new(),
            Err(places) => {
                for (place, kind) in places {
                    let sentence = format!("`{place}` is {kind}, which JSON cannot hold");
                    let hint =
                        "use maps, lists, finite numbers, texts, true, false or ()".to_owned();
                    self.problem(Rule::ExpertConfigNotJson, FIELD, sentence, Some(hint));
                }
                Map::new()
            }
        }
    }

    /// `depends_on`: the settings of other scripts.
    pub(super) fn depends_on(&mut self) -> Vec<Arc<CalibrationSettings>> {
        const FIELD: &str = "depends_on";
        let items = match self.take(FIELD) {
            None => return Vec::new(),
            Some(FieldValue::List(items)) => items,
            Some(other) => {
                let sentence = format!("must be a list of settings, not {}", other.kind());
                let hint = matches!(other, FieldValue::Settings(_))
                    .then(|| "put it into brackets".to_owned());
                self.problem(Rule::WrongType, FIELD, sentence, hint);
                return Vec::new();
            }
        };
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                FieldValue::Settings(settings) => all.push(settings),
                other => {
                    let sentence = format!(
                        "entry {index} must be the settings of another calibration, not {}",
                        other.kind()
                    );
                    let hint = "import the script as `other` and write `other::settings`";
                    self.problem(
                        Rule::DependsOnElementIsNotSettings,
                        FIELD,
                        sentence,
                        Some(hint.to_owned()),
                    );
                }
            }
        }
        all
    }
}

//! What can be wrong with settings.

use std::fmt;

/// The rule that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// The name is longer than 64 characters.
    NameTooLong,
    /// No data format was given.
    NoInputDataFormats,
    /// A data format that does not exist.
    UnknownDataFormat,
    /// No input data name was given.
    NoInputDataNames,
    /// The filters belong to other names than `input_data_names`.
    FilterKeysDifferFromNames,
    /// A filter that does not exist.
    UnknownFilter,
    /// A subsystem that does not exist.
    UnknownSubsystem,
    /// `expert_config` is no map.
    ExpertConfigNotAnObject,
    /// `expert_config` holds something that JSON cannot hold.
    ExpertConfigNotJson,
    /// `depends_on` holds something else than settings.
    DependsOnElementIsNotSettings,
    /// A field without default was left out.
    MissingField,
    /// A field that does not exist.
    UnknownField,
    /// A single text stands where a list of texts is needed.
    TextForList,
    /// A value of the wrong kind.
    WrongType,
    /// Not broken, but worth a look.
    Remark,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule that was broken.
    pub rule: Rule,
    /// The field it was found in.
    pub field: String,
    /// What is wrong.
    pub sentence: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.sentence)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Settings that were refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Everything that is wrong with one record.
    #[error("{} wrong in {record}:{}", count(.problems), lines(.problems))]
    Refused {
        /// The record: `CalibrationSettings` or `ValidationSettings`.
        record: &'static str,
        /// All problems, in the order of the fields.
        problems: Vec<Problem>,
    },
}

impl Error {
    /// All problems, in the order of the fields.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        let Self::Refused { problems, .. } = self;
        problems
    }
}

fn count(problems: &[Problem]) -> String {
    match problems.len() {
        1 => "one thing is".to_owned(),
        n => format!("{n} things are"),
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

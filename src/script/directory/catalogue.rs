//! The settings of all scripts of a directory, read with one engine.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::super::bindings::settings::{SettingsHandle, ValidationHandle};
use super::super::diagnostic::Diagnostic;
use super::super::engine::Options;
use super::super::load::Text;
use super::{Directory, DirectoryError, Kind};
use crate::settings::{CalibrationSettings, ValidationSettings};

/// What a script says about itself.
#[derive(Clone, Debug)]
pub enum Settings {
    /// Of a calibration.
    Calibration(Arc<CalibrationSettings>),
    /// Of a validation.
    Validation(Arc<ValidationSettings>),
}

impl Settings {
    /// The record as JSON, keys in upstream's order.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Calibration(settings) => settings.to_json(),
            Self::Validation(settings) => settings.to_json(),
        }
    }

    /// The record as text, as upstream prints it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Calibration(settings) => settings.to_string(),
            Self::Validation(settings) => settings.to_string(),
        }
    }

    /// The name of what it describes.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Calibration(settings) => &settings.name,
            Self::Validation(settings) => &settings.name,
        }
    }
}

/// A script and what it says about itself.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Name of the file, without its ending.
    pub script: String,
    /// The file.
    pub path: PathBuf,
    /// Its settings.
    pub settings: Settings,
}

/// The scripts of a directory, sorted by name.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Those whose settings could be read.
    pub entries: Vec<Entry>,
    /// What is wrong with the others, by script.
    pub problems: Vec<(String, Vec<Diagnostic>)>,
}

impl Catalogue {
    /// Reads the settings of all scripts of one kind; modules that several of them import are read
    /// once.
    ///
    /// # Errors
    /// When the folder cannot be read. What is wrong with a script is part of the result.
    pub fn read(directory: &Directory, kind: Kind) -> Result<Self, DirectoryError> {
        Self::of(directory, kind, directory.names(kind)?)
    }

    /// The same of one script.
    ///
    /// # Errors
    /// [`DirectoryError::Unknown`].
    pub fn read_one(directory: &Directory, kind: Kind, name: &str) -> Result<Self, DirectoryError> {
        let path = directory.script(kind, name)?;
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        Self::of(directory, kind, name.into_iter().collect())
    }

    fn of(directory: &Directory, kind: Kind, names: Vec<String>) -> Result<Self, DirectoryError> {
        let mut all = Self::default();
        let Some(first) = names.first() else {
            return Ok(all);
        };
        let shared = Text::new(&directory.script(kind, first)?, &Options::default());
        for name in names {
            let path = directory.script(kind, &name)?;
            let text = shared.another(&name);
            let read = text.evaluate(&path).and_then(|environment| {
                let found = environment.constant("settings");
                found
                    .and_then(settings_of)
                    .ok_or_else(|| vec![none(kind, &name)])
            });
            match read {
                Ok(settings) => all.entries.push(Entry {
                    script: name,
                    path,
                    settings,
                }),
                Err(problems) => all.problems.push((name, problems)),
            }
        }
        Ok(all)
    }
}

fn settings_of(value: rhai::Dynamic) -> Option<Settings> {
    if let Some(settings) = value.clone().try_cast::<SettingsHandle>() {
        return Some(Settings::Calibration(settings.0));
    }
    let settings = value.try_cast::<ValidationHandle>()?;
    Some(Settings::Validation(settings.0))
}

fn none(kind: Kind, name: &str) -> Diagnostic {
    let constructor = match kind {
        Kind::Calibration => "CalibrationSettings",
        Kind::Validation => "ValidationSettings",
    };
    Diagnostic::error("script::no-settings", format!("{name} has no settings")).hint(format!(
        "add `export const settings = {constructor}(#{{ name: …, … }});`"
    ))
}

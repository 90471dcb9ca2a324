//! A script from its file to settings and plan.

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Dynamic, Engine, EvalAltResult, FnPtr};
use serde_json::{Map, Value};

use super::bindings::settings::SettingsHandle;
use super::bindings::{CalibrationHandle, Draft, Input, Kwargs, from_json};
use super::directory::compared;
use super::engine::{self, Options};
use super::errors;
use super::kinds::a_kind;
use super::resolver::{Found, Resolver};
use super::spans::{declaration, key_place, label};
use super::{Context, Diagnostic, Environment, checks};
use crate::dataset::{FileMap, InputData};
use crate::iov::IoV;
use crate::plan::{self, Plan};
use crate::settings::{CalibrationSettings, nearest};

/// The function that builds the calibrations.
const FUNCTION: &str = "get_calibrations";

/// A script whose top level was evaluated.
#[derive(Debug)]
pub struct Script {
    engine: Arc<Engine>,
    context: Context,
    name: String,
    environment: Arc<Environment>,
    settings: Arc<CalibrationSettings>,
}

/// What a text became, before anything is asked of it.
pub(super) struct Text {
    pub(super) engine: Arc<Engine>,
    pub(super) context: Context,
    pub(super) name: String,
    pub(super) resolver: Resolver,
}

impl Text {
    /// An engine for the script at `path`.
    pub(super) fn new(path: &Path, options: &Options) -> Self {
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let (engine, context, resolver) = engine::engine(folder, options);
        let name = path
            .file_stem()
            .map_or_else(|| "script".into(), |s| s.to_string_lossy().into_owned());
        Self {
            engine,
            context,
            name,
            resolver,
        }
    }

    /// Another text for the same engine, with the modules that were read so far.
    pub(super) fn another(&self, name: &str) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            context: self.context.clone(),
            name: name.to_owned(),
            resolver: self.resolver.share(),
        }
    }

    /// Reads, parses and evaluates the top level.
    pub(super) fn evaluate(&self, path: &Path) -> Result<Arc<Environment>, Vec<Diagnostic>> {
        let text = std::fs::read_to_string(path).map_err(|error| vec![unreadable(path, &error)])?;
        let found = || {
            Ok(Found {
                path: path.to_path_buf(),
                text,
            })
        };
        self.resolver
            .module(&self.engine, &self.name, String::new(), found)
            .map_err(|error| self.explain(&error))?;
        let source = self.context.source_named(&self.name);
        source
            .and_then(|source| source.environment())
            .ok_or_else(Vec::new)
    }

    pub(super) fn explain(&self, error: &EvalAltResult) -> Vec<Diagnostic> {
        errors::diagnostics(&self.context, &self.name, error)
    }
}

/// A script that cannot be read; one beside it that may have been meant is named.
pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = format!("the script {} cannot be read: {error}", path.display());
    let problem = Diagnostic::error("script::unreadable", message);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let beside = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter();
    let names = beside.flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<String> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.ends_with(".rhai"));
    names.sort();
    let name = path.file_name().map(|name| name.to_string_lossy());
    let near = name.and_then(|name| nearest(&name, names.iter().map(String::as_str)));
    match near {
        Some(near) => problem.hint(format!(
            "did you mean {}?",
            path.with_file_name(near).display()
        )),
        None => problem,
    }
}

impl Script {
    /// Loads a calibration script: its text, its imports, its settings.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let text = Text::new(path, options);
        let environment = text.evaluate(path)?;
        let settings = environment
            .constant("settings")
            .and_then(|s| s.try_cast::<SettingsHandle>());
        let mut problems = Vec::new();
        if settings.is_none() {
            let message = format!("{} has no settings", path.display());
            let hint = "add `export const settings = CalibrationSettings(#{ name: …, … });`";
            problems.push(Diagnostic::error("script::no-settings", message).hint(hint));
        }
        problems.extend(check_function(&text, path));
        problems.extend(checks::unknown_calls(&text.context));
        match settings {
            Some(settings) if problems.is_empty() => {
                for remark in settings.0.remarks() {
                    text.context
                        .say(Diagnostic::warning("settings::remark", remark.to_string()));
                }
                Ok(Self {
                    engine: text.engine,
                    context: text.context,
                    name: text.name,
                    environment,
                    settings: settings.0,
                })
            }
            _ => Err(problems),
        }
    }

    /// What it declares about itself.
    #[must_use]
    pub fn settings(&self) -> &CalibrationSettings {
        &self.settings
    }

    /// What it said since the last time: `info`, `warning`, and warnings about its closures.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Diagnostic> {
        self.context.take_messages()
    }

    /// Calls `get_calibrations` and makes a plan of what it returns.
    ///
    /// # Errors
    /// What the script raises; that it returns something else than calibrations.
    pub fn plan(
        &self,
        input: &InputData,
        requested_iov: IoV,
        expert_config: &Map<String, Value>,
    ) -> Result<Plan, Vec<Diagnostic>> {
        let declared = self.settings.input_data_names.iter();
        let samples: IndexMap<String, FileMap> = declared
            .map(|name| (name.clone(), input.get(name).cloned().unwrap_or_default()))
            .collect();
        let config = Value::Object(self.settings.expert_config_with(expert_config));
        let kwargs = Kwargs {
            requested_iov,
            expert_config: from_json(&config)
                .try_cast()
                .expect("an object becomes an ordered map"),
        };
        let arguments = vec![
            Dynamic::from(Input(Arc::new(samples))),
            Dynamic::from(kwargs),
        ];
        let returned = FnPtr::new(FUNCTION)
            .and_then(|function| self.environment.call(&self.engine, &function, arguments))
            .map_err(|error| errors::diagnostics(&self.context, &self.name, &error))?;
        let calibrations = self.calibrations(returned)?;
        Ok(Plan {
            settings: (*self.settings).clone(),
            calibrations: calibrations.iter().map(|c| c.look(Draft::finish)).collect(),
            requested_iov,
            release: compared(&self.context.fingerprints()),
            sources: self.context.fingerprints(),
            texts: self.context.texts(),
            expert_config: config,
        })
    }

    fn calibrations(&self, returned: Dynamic) -> Result<Vec<CalibrationHandle>, Vec<Diagnostic>> {
        let wrong = |what: &str| {
            let source = self.context.source_named(&self.name);
            let message = format!("get_calibrations returned {what}");
            let error = Diagnostic::error("script::wrong-return", message)
                .label(source.and_then(|source| declaration(&source, FUNCTION, "")))
                .hint("end it with an array of calibrations: `[calibration]`");
            vec![error]
        };
        let kind = a_kind(&returned);
        let items = returned.into_array().map_err(|_| wrong(&kind))?;
        if items.is_empty() {
            return Err(wrong("no calibration"));
        }
        let items = items.into_iter().map(|item| {
            let kind = a_kind(&item);
            item.try_cast()
                .ok_or_else(|| wrong(&format!("an array that holds {kind}")))
        });
        items.collect()
    }

    /// Problems of a plan, at the places of the script that cause them.
    #[must_use]
    pub fn diagnostics_of(&self, error: &plan::Error) -> Vec<Diagnostic> {
        let of_one = |problem: &plan::Problem| {
            let made = Diagnostic::error(problem.code, &problem.message);
            let made = made.label(label(&self.context, problem.place, ""));
            match &problem.hint {
                Some(hint) => made.hint(hint),
                None => made,
            }
        };
        error.problems().iter().map(of_one).collect()
    }

    /// A diagnostic, at a key of the settings.
    #[must_use]
    pub fn at_setting(&self, key: &str, diagnostic: Diagnostic) -> Diagnostic {
        let place = self.context.source_named(&self.name).and_then(|source| {
            let lines = source.text.lines().zip(1..);
            let mut found = lines.filter_map(|(line, number)| {
                let at = line.find("CalibrationSettings(")?;
                let column = u32::try_from(line[..at].chars().count() + 1).ok()?;
                Some(crate::expr::Place {
                    source: source.id,
                    line: number,
                    column,
                })
            });
            found.find_map(|call| key_place(&self.context, call, key))
        });
        diagnostic.label(place.and_then(|place| label(&self.context, place, "")))
    }

    /// A failed formula or rule, at its place in the script.
    #[must_use]
    pub fn diagnostic_of(&self, failure: &crate::expr::Failure) -> Diagnostic {
        let made = Diagnostic::error("closure::failed", &failure.message);
        let made = made.label(label(&self.context, failure.place, ""));
        match &failure.hint {
            Some(hint) => made.hint(hint),
            None => made,
        }
    }
}

/// Whether `get_calibrations(input_data, kwargs)` is there.
fn check_function(text: &Text, path: &Path) -> Option<Diagnostic> {
    let source = text.context.source_named(&text.name)?;
    let found = source
        .ast
        .iter_functions()
        .find(|f| f.name == FUNCTION)
        .map(|f| f.params.len());
    let error = match found {
        Some(2) => return None,
        Some(n) => {
            let message =
                format!("{FUNCTION} takes two arguments, input_data and kwargs; here it takes {n}");
            Diagnostic::error("script::wrong-arity", message)
        }
        None => {
            let message = format!("{} has no function {FUNCTION}", path.display());
            Diagnostic::error("script::no-function", message)
        }
    };
    let hint = format!("write `fn {FUNCTION}(input_data, kwargs) {{ … }}`");
    Some(error.label(declaration(&source, FUNCTION, "")).hint(hint))
}

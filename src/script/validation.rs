//! Validation scripts: what they are given, and what they find.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use rhai::{Dynamic, FnPtr};
use serde::Serialize;
use serde_json::{Map, Value};

use super::bindings::settings::ValidationHandle;
use super::bindings::{Job, Kwargs, from_json};
use super::engine::Options;
use super::load::Text;
use super::raise::{Fallible, Raised};
use super::spans::declaration;
use super::{Diagnostic, checks, errors};
use crate::calibrate::{Objects, Plot};
use crate::conditions::Payload;
use crate::expr::Table;
use crate::iov::IoV;
use crate::settings::ValidationSettings;

/// The function that looks at the results.
const FUNCTION: &str = "run_validation";

/// The results of a calibration, for reading only.
pub trait Results: Send + Sync {
    /// Names of the calibrations, in their order.
    fn calibrations(&self) -> Vec<String>;

    /// How a calibration ended: `completed`, `failed`, …; `None` if there is none of that name.
    fn state(&self, calibration: &str) -> Option<String>;

    /// The payloads of a name in the result, by interval.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    fn payloads(&self, name: &str) -> Result<Vec<(IoV, Payload)>, String>;

    /// The committed executions of an algorithm in the last iteration; `None` if the calibration has
    /// no such algorithm.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    fn results(&self, calibration: &str, algorithm: &str) -> Result<Option<Vec<Record>>, String>;

    /// Names of the algorithms of a calibration.
    fn algorithms(&self, calibration: &str) -> Vec<String>;

    /// What was collected for a calibration in the last iteration.
    ///
    /// # Errors
    /// When it cannot be read, in a sentence.
    fn objects(&self, calibration: &str) -> Result<Arc<dyn Objects>, String>;
}

/// One committed execution of an algorithm.
#[derive(Clone, Debug)]
pub struct Record {
    /// Interval of its payloads.
    pub iov: IoV,
    /// 0 ok, 1 iterate, 2 not enough data, 3 failure.
    pub code: i64,
    /// What it said.
    pub message: String,
    /// One row per channel; without rows if nothing was fitted.
    pub fits: Table,
}

/// What a validation found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Findings {
    /// In the order in which it was said.
    pub items: Vec<Finding>,
    /// Files of tables: name and text.
    pub files: Vec<(String, String)>,
}

/// One thing that a validation says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// A drawing.
    Page(Plot),
    /// A sentence, and whether it holds.
    Check(String, bool),
    /// A remark.
    Note(String),
}

impl Findings {
    /// Sentences that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match item {
            Finding::Check(sentence, false) => Some(sentence.as_str()),
            _ => None,
        })
    }

    /// Number of checks.
    #[must_use]
    pub fn checks(&self) -> usize {
        let checks = self
            .items
            .iter()
            .filter(|item| matches!(item, Finding::Check(..)));
        checks.count()
    }
}

thread_local! {
    /// What the validation that runs on this thread has found so far.
    static FOUND: RefCell<Option<Findings>> = const { RefCell::new(None) };
}

/// Adds to what is found.
pub(super) fn find(name: &str, add: impl FnOnce(&mut Findings)) -> Fallible<()> {
    FOUND.with_borrow_mut(|found| match found {
        Some(found) => {
            add(found);
            Ok(())
        }
        None => {
            let message = format!("`{name}` works while a validation runs");
            Err(Raised::new("validation::outside", message)
                .hint("call it in `run_validation`, or in a function that is called there")
                .boxed())
        }
    })
}

/// A validation script whose top level was evaluated.
pub struct Validation {
    text: Text,
    settings: Arc<ValidationSettings>,
}

impl Validation {
    /// Loads a validation script: its text, its imports, its settings.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let text = Text::new(path, options);
        let environment = text.evaluate(path)?;
        let settings = environment.constant("settings");
        let settings = settings.and_then(|settings| settings.try_cast::<ValidationHandle>());
        let mut problems = Vec::new();
        if settings.is_none() {
            let message = format!("{} has no settings of a validation", path.display());
            let hint = "add `export const settings = ValidationSettings(#{ name: …, … });`";
            problems.push(Diagnostic::error("script::no-settings", message).hint(hint));
        }
        problems.extend(without_function(&text, path));
        problems.extend(checks::unknown_calls(&text.context));
        match settings {
            Some(settings) if problems.is_empty() => Ok(Self {
                text,
                settings: settings.0,
            }),
            _ => Err(problems),
        }
    }

    /// What it says about itself.
    #[must_use]
    pub fn settings(&self) -> &ValidationSettings {
        &self.settings
    }

    /// What it said since the last time.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Diagnostic> {
        self.text.context.take_messages()
    }

    /// Calls `run_validation` with the results of a job.
    ///
    /// # Errors
    /// What the script raises.
    pub fn run(
        &self,
        results: Arc<dyn Results>,
        requested_iov: IoV,
        expert_config: &Map<String, Value>,
    ) -> Result<Findings, Vec<Diagnostic>> {
        let mut config = self.settings.expert_config.clone();
        config.extend(expert_config.clone());
        let kwargs = Kwargs {
            requested_iov,
            expert_config: from_json(&Value::Object(config))
                .try_cast()
                .expect("an object becomes an ordered map"),
        };
        let arguments = vec![Dynamic::from(Job(results)), Dynamic::from(kwargs)];
        let environment = self.text.context.source_named(&self.text.name);
        let environment = environment.and_then(|source| source.environment());
        let Some(environment) = environment else {
            return Err(Vec::new());
        };
        FOUND.set(Some(Findings::default()));
        let called = FnPtr::new(FUNCTION)
            .and_then(|function| environment.call(&self.text.engine, &function, arguments));
        let found = FOUND.take().unwrap_or_default();
        match called {
            Ok(_) => Ok(found),
            Err(error) => Err(errors::diagnostics(
                &self.text.context,
                &self.text.name,
                &error,
            )),
        }
    }
}

/// Whether `run_validation(job, kwargs)` is there.
fn without_function(text: &Text, path: &Path) -> Option<Diagnostic> {
    let source = text.context.source_named(&text.name)?;
    let found = source.ast.iter_functions().find(|f| f.name == FUNCTION);
    let hint = format!("write `fn {FUNCTION}(job, kwargs) {{ … }}`");
    let error = match found.map(|f| f.params.len()) {
        Some(2) => return None,
        Some(n) => Diagnostic::error(
            "script::wrong-arity",
            format!("{FUNCTION} takes two arguments, job and kwargs; here it takes {n}"),
        ),
        None => Diagnostic::error(
            "script::no-function",
            format!("{} has no function {FUNCTION}", path.display()),
        ),
    };
    Some(error.label(declaration(&source, FUNCTION, "")).hint(hint))
}

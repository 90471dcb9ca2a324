//! Algorithms that a script wrote, as the room `calibrate` calls them.

use std::fmt;
use std::sync::Arc;

use rhai::Dynamic;

use crate::calibrate::{AlgResult, Answer, Combine, Data, Scripted};
use crate::expr::{self, Failure, Place};

use super::bindings::Table;
use super::closures::Kept;
use super::kinds::a_kind;
use super::worker::at_work;

/// The closures of a scripted algorithm.
#[derive(Clone, Default)]
pub(super) struct Hooks {
    pub(super) calibrate: Option<Arc<Kept>>,
    pub(super) setup: Option<Arc<Kept>>,
    pub(super) boundary_required: Option<Arc<Kept>>,
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source())
    }
}

fn ask(hook: &Kept, data: &Data) -> Result<Dynamic, Failure> {
    at_work(Some(data), || hook.call(Dynamic::from(data.clone())))
}

impl Scripted for Hooks {
    fn source(&self) -> String {
        let hooks = [
            ("setup", &self.setup),
            ("calibrate", &self.calibrate),
            ("boundary_required", &self.boundary_required),
        ];
        let said = hooks.into_iter().filter_map(|(name, hook)| {
            let hook = hook.as_ref()?;
            Some(format!("{name}: {}", hook.source()))
        });
        said.collect::<Vec<_>>().join("\n")
    }

    fn calibrates(&self) -> bool {
        self.calibrate.is_some()
    }

    fn finds_boundaries(&self) -> bool {
        self.boundary_required.is_some()
    }

    fn setup(&self, data: &Data) -> Result<(), Failure> {
        match &self.setup {
            Some(hook) => ask(hook, data).map(drop),
            None => Ok(()),
        }
    }

    fn calibrate(&self, data: &Data) -> Result<Answer, Failure> {
        let Some(hook) = &self.calibrate else {
            return Err(missing("calibrate", "what it does with the data"));
        };
        let given = ask(hook, data)?;
        if let Some(result) = given.read_lock::<AlgResult>() {
            let message = String::new();
            return Ok(Answer {
                result: *result,
                message,
            });
        }
        if let Some(answer) = given.read_lock::<Answer>() {
            return Ok(answer.clone());
        }
        Err(Failure {
            message: format!("`calibrate` must give an AlgResult, not {}", a_kind(&given)),
            hint: Some(
                "end it with `AlgResult::ok`, or with `AlgResult::not_enough_data(\"why\")`"
                    .to_owned(),
            ),
            place: hook.place(),
        })
    }

    fn boundary_required(&self, data: &Data) -> Result<bool, Failure> {
        let Some(hook) = &self.boundary_required else {
            return Err(missing("boundary_required", "where payloads begin"));
        };
        let given = ask(hook, data)?;
        given.as_bool().map_err(|_| Failure {
            message: format!(
                "`boundary_required` must give true or false, not {}",
                a_kind(&given)
            ),
            hint: Some("the last line of the closure is its value".to_owned()),
            place: hook.place(),
        })
    }
}

/// A closure that takes the table of fits and gives one back, and the columns that it takes of it.
#[derive(Debug)]
pub(super) struct Combined(pub(super) Kept, pub(super) Vec<(String, Place)>);

impl Combine for Combined {
    fn source(&self) -> &str {
        self.0.source()
    }

    fn place(&self) -> Place {
        self.0.place()
    }

    fn columns(&self) -> &[(String, Place)] {
        &self.1
    }

    fn combine(&self, data: &Data, fits: &expr::Table) -> Result<expr::Table, Failure> {
        let fits = Dynamic::from(Table::new(fits.clone()));
        let given = at_work(Some(data), || self.0.call(fits))?;
        let table = given
            .read_lock::<Table>()
            .map(|table| table.inner().clone());
        table.ok_or_else(|| Failure {
            message: format!("`combine` must give a table, not {}", a_kind(&given)),
            hint: Some("end it with the table of fits and its new columns".to_owned()),
            place: self.0.place(),
        })
    }
}

fn missing(hook: &str, what: &str) -> Failure {
    Failure {
        message: format!("the algorithm does not say {what}"),
        hint: Some(format!("write `.{hook}(|data| …)`")),
        place: Default::default(),
    }
}

//! Which columns say the experiment, run and number of an event.

use serde::{Deserialize, Serialize};

use super::field::{FieldId, Shape};
use super::lookup::Names;
use crate::expr::Type;

/// Columns that say to which experiment and run an event belongs, and its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNames {
    /// Column with the experiment.
    pub experiment: String,
    /// Column with the run.
    pub run: String,
    /// Column with the number of the event, if there is one.
    pub event: Option<String>,
}

/// The columns of [`RunNames`] in one tree; what is missing comes from the file's interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunFields {
    pub(crate) experiment: Option<FieldId>,
    pub(crate) run: Option<FieldId>,
    pub(crate) event: Option<FieldId>,
}

/// Names by convention, tried in this order: basf2 objects, basf2 ntuples, plain ntuples.
const CONVENTIONS: [[&[&str]; 3]; 3] = [
    [
        &["EventMetaData.m_experiment"],
        &["EventMetaData.m_run"],
        &["EventMetaData.m_event"],
    ],
    [&["__experiment__"], &["__run__"], &["__event__"]],
    [
        &["exp", "experiment", "expNo"],
        &["run", "runNo"],
        &["event", "evt", "evtNo"],
    ],
];

impl Names {
    /// The columns that say experiment, run and event.
    ///
    /// # Errors
    /// The name that was given but is no column with one whole number per event, and what it is.
    pub(crate) fn run_fields(
        &self,
        given: Option<&RunNames>,
    ) -> Result<RunFields, (String, String)> {
        if let Some(names) = given {
            let event = names.event.as_deref().map(|name| self.number(name));
            return Ok(RunFields {
                experiment: Some(self.number(&names.experiment)?),
                run: Some(self.number(&names.run)?),
                event: event.transpose()?,
            });
        }
        let found = CONVENTIONS
            .iter()
            .map(|[experiment, run, event]| RunFields {
                experiment: self.first_number(experiment),
                run: self.first_number(run),
                event: self.first_number(event),
            })
            .find(|fields| fields.run.is_some());
        Ok(found.unwrap_or_default())
    }

    fn first_number(&self, names: &[&str]) -> Option<FieldId> {
        names.iter().find_map(|name| self.number(name).ok())
    }

    fn number(&self, name: &str) -> Result<FieldId, (String, String)> {
        let wrong = |what: String| (name.to_owned(), what);
        let id = self
            .fields
            .iter()
            .position(|f| f.path() == name)
            .ok_or_else(|| wrong("not in the tree".into()))?;
        let field = &self.fields[id];
        match (&field.shape, field.kind) {
            (Shape::Scalar, Type::Int | Type::Float) => Ok(id),
            _ => Err(wrong(field.describe())),
        }
    }
}

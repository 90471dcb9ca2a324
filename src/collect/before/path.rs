//! The steps of a path, as plain data.

use serde::{Deserialize, Serialize};

use super::External;
use crate::collect::Refused;
use crate::expr::Place;

/// What happens to events before the collector; the steps apply in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Path {
    /// The steps.
    pub steps: Vec<PathStep>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PathStep {
    /// At most so many events of each file.
    First(u64),
    /// A fraction of the events, by a hash of experiment, run, event number and seed.
    Prescale {
        /// The fraction, from 0 to 1.
        fraction: f64,
        /// Another seed keeps other events.
        seed: u64,
    },
    /// Events that lines of the software trigger accept.
    Trigger(Trigger),
    /// A program that turns one file into another.
    External(Box<External>),
}

/// Lines of the software trigger, and how their answers are taken together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Whole names of the lines, as in the data.
    pub lines: Vec<String>,
    /// Whether one line is enough.
    pub logic: Logic,
    /// Where it was declared.
    pub place: Place,
}

/// How the answers of several trigger lines are taken together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Logic {
    /// One line that accepts is enough.
    #[default]
    Or,
    /// All lines must accept.
    And,
}

impl Path {
    /// Whether nothing happens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Names of the steps in their order: `first`, `prescale`, `trigger`, or that of a program.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| match step {
            PathStep::First(_) => "first",
            PathStep::Prescale { .. } => "prescale",
            PathStep::Trigger(_) => "trigger",
            PathStep::External(external) => external.name.as_str(),
        })
    }

    /// The programs in their order.
    pub fn programs(&self) -> impl Iterator<Item = &External> {
        self.steps.iter().filter_map(|step| match step {
            PathStep::External(external) => Some(&**external),
            _ => None,
        })
    }

    /// Whether a program wants the constants in force: what it gives may change with them.
    #[must_use]
    pub fn needs_payloads(&self) -> bool {
        self.programs().any(External::needs_payloads)
    }
}

impl PathStep {
    /// A prescale.
    ///
    /// # Errors
    /// When `fraction` does not lie between 0 and 1.
    pub fn prescale(fraction: f64, seed: u64) -> Result<Self, Refused> {
        if (0.0..=1.0).contains(&fraction) {
            return Ok(Self::Prescale { fraction, seed });
        }
        Err(Refused {
            message: format!("a prescale keeps a fraction from 0 to 1, not {fraction}"),
            hint: None,
        })
    }

    /// Lines of the software trigger.
    ///
    /// # Errors
    /// Without any line.
    pub fn trigger(lines: Vec<String>, logic: Logic, place: Place) -> Result<Self, Refused> {
        if lines.is_empty() {
            return Err(Refused {
                message: "a trigger step needs at least one line".into(),
                hint: Some("leave the step out to keep all events".into()),
            });
        }
        Ok(Self::Trigger(Trigger {
            lines,
            logic,
            place,
        }))
    }
}

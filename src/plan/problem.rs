//! What can be wrong with a plan.

use std::fmt;

use serde::Serialize;

use crate::expr::Place;

/// One thing that is wrong, and where it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Short name of its kind: `plan::unknown-object`.
    pub code: &'static str,
    /// One sentence, lower case, without a full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Where the script says so.
    pub place: Place,
}

impl Problem {
    /// A problem without a hint.
    #[must_use]
    pub fn new(code: &'static str, place: Place, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: None,
            place,
        }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// A plan that cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Everything that is wrong, in the order of the script.
    #[error("the plan cannot run:{}", lines(.0))]
    Refused(Vec<Problem>),
}

impl Error {
    /// Everything that is wrong, in the order of the script.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        let Self::Refused(problems) = self;
        problems
    }
}

fn lines(problems: &[Problem]) -> String {
    problems
        .iter()
        .map(|problem| format!("\n  {problem}"))
        .collect()
}

//! The outcome as one JSON document.

use serde_json::{Value, json};

use crate::caf::{Outcome, State};

/// Everything that came out, with the totals of the summary line in front.
#[must_use]
pub fn document(outcome: &Outcome) -> Value {
    json!({
        "completed": outcome.count(State::Completed),
        "failed": outcome.count(State::Failed),
        "not_enough_data": outcome.count(State::NotEnoughData),
        "blocked": outcome.count(State::Blocked),
        "payloads": outcome.payloads().collect::<Vec<_>>(),
        "outcome": outcome,
    })
}

//! An execution as it is kept beside the payloads, and read again for a report.

use serde::{Deserialize, Serialize};

use crate::calibrate::{Plot, Seen, StrategyOutcome};
use crate::expr::Table;
use crate::fit::Pictures;

use super::{AlgorithmOutcome, ExecutionOutcome};

/// One execution of an algorithm, with its fits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PastExecution {
    /// How it ended.
    pub execution: ExecutionOutcome,
    /// One row per channel; `None` if nothing was fitted.
    pub fits: Option<Table>,
    /// What the fits look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pictures: Option<Pictures>,
    /// What a scripted algorithm drew.
    #[serde(default, skip_serializing_if = "<[Plot]>::is_empty")]
    pub plots: Vec<Plot>,
    /// Fits that a scripted algorithm did.
    #[serde(default, skip_serializing_if = "<[Seen]>::is_empty")]
    pub seen: Vec<Seen>,
    /// Batches of its fits that were not kept.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unseen: u64,
}

impl PastExecution {
    /// Those of an algorithm.
    pub(super) fn of(outcome: &AlgorithmOutcome, done: &StrategyOutcome) -> Vec<Self> {
        let both = outcome.executions.iter().zip(&done.executions);
        both.map(|(execution, done)| Self {
            execution: ExecutionOutcome {
                // It belongs to the script of the run, not to what is kept.
                place: None,
                ..execution.clone()
            },
            fits: done.fits.clone(),
            pictures: done.pictures.clone(),
            plots: done.plots.clone(),
            seen: done.seen.clone(),
            unseen: done.unseen,
        })
        .collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

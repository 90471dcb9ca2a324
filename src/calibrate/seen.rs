//! Fits that a scripted algorithm did, kept to be looked at.

use serde::{Deserialize, Serialize};

use crate::expr::Table;
use crate::fit::Pictures;

/// Batches of fits that are kept of an execution: what is fitted in a loop is only counted.
pub const BATCHES: usize = 8;

/// Fits of many channels at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// What a channel is: `crystal`; empty for a single object.
    pub name: String,
    /// Where a channel has several numbers: what each of them is, and its numbers in the order of
    /// the rows.
    pub indices: Vec<(String, Vec<i64>)>,
    /// One row per channel.
    pub fits: Table,
    /// What the fits look like.
    pub pictures: Pictures,
}

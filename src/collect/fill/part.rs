//! One object of one run.

use serde::{Deserialize, Serialize};

use crate::expr::Table;
use crate::hist::Block;

/// An object of a run, complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Part {
    /// Something that counts or sums.
    Block(Box<Block>),
    /// Rows.
    Table(Table),
}

impl Part {
    /// Adds what another run holds.
    pub(crate) fn merge(&mut self, other: &Self) -> Result<(), String> {
        match (self, other) {
            (Self::Block(block), Self::Block(more)) => {
                block.merge(more).map_err(|error| error.to_string())
            }
            (Self::Table(table), Self::Table(more)) => {
                table.append(more).map_err(|error| error.to_string())
            }
            _ => Err("it is a table in one run and none in another".into()),
        }
    }
}

//! Rows of two tables side by side.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expr::{Column, Table, TableError};

use super::Key;

/// Why two tables cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// A table without the key.
    #[error("the {which} table has no column {key}")]
    NoKey {
        /// "first" or "second".
        which: &'static str,
        /// Name of the key.
        key: String,
    },
    /// Several rows that could be meant.
    #[error("the second table has several rows with {key} {value}")]
    Twice {
        /// Name of the key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Columns that do not fit.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Table {
    /// Each row of this table with the columns of the row of `other` that has the same `key`.
    /// Columns of this table stay as they are. Where there is no such row, numbers are NaN, texts
    /// empty, truth values false.
    ///
    /// # Errors
    /// When a table has no such column, or a key stands twice in `other`.
    pub fn joined(&self, other: &Self, key: &str) -> Result<Self, JoinError> {
        let missing = |which| JoinError::NoKey {
            which,
            key: key.to_owned(),
        };
        let ours = self.column(key).ok_or_else(|| missing("first"))?;
        let theirs = other.column(key).ok_or_else(|| missing("second"))?;
        let mut rows: BTreeMap<Key, usize> = BTreeMap::new();
        for (row, value) in Key::all(theirs).into_iter().enumerate() {
            if let Some(first) = rows.insert(value, row) {
                let value = theirs.value(first).map(text).unwrap_or_default();
                let key = key.to_owned();
                return Err(JoinError::Twice { key, value });
            }
        }
        let found: Vec<Option<usize>> = Key::all(ours)
            .iter()
            .map(|value| rows.get(value).copied())
            .collect();
        let mut table = self.clone();
        for (name, column) in other.shown() {
            if table.column(name).is_none() {
                table.push(name, spread(column, &found))?;
            }
        }
        Ok(table)
    }
}

/// A value in a message.
fn text(value: crate::expr::Value) -> String {
    match value {
        crate::expr::Value::Bool(value) => value.to_string(),
        crate::expr::Value::Int(value) => value.to_string(),
        crate::expr::Value::Float(value) => value.to_string(),
        crate::expr::Value::Text(value) => value.to_string(),
    }
}

/// The values of these rows; whole numbers stay whole if all are there.
fn spread(column: &Column, rows: &[Option<usize>]) -> Column {
    fn all<T: Clone>(values: &[T], rows: &[Option<usize>], missing: T) -> Vec<T> {
        let found = rows.iter().map(|row| row.and_then(|row| values.get(row)));
        found.map(|v| v.unwrap_or(&missing).clone()).collect()
    }
    match column {
        Column::Bool(v) => Column::Bool(all(v, rows, false)),
        Column::Text(v) => Column::Text(all(v, rows, Arc::from(""))),
        Column::Int(v) if rows.iter().all(Option::is_some) => Column::Int(all(v, rows, 0)),
        Column::Int(_) => {
            let floats = column.to_floats().unwrap_or_default();
            Column::Float(all(&floats, rows, f64::NAN))
        }
        Column::Float(v) => Column::Float(all(v, rows, f64::NAN)),
    }
}

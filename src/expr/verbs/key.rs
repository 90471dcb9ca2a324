//! Values by which rows are told apart and put in order.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::expr::{Column, Value};

/// A value as a key: of one type within a column, in a total order with NaN last.
#[derive(Clone, Debug)]
pub enum Key {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text.
    Text(Arc<str>),
}

impl Key {
    /// The key of a row.
    #[must_use]
    pub fn of(value: Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Int(value),
            // One zero, one NaN.
            Value::Float(0.0) => Self::Float(0.0),
            Value::Float(value) if value.is_nan() => Self::Float(f64::NAN),
            Value::Float(value) => Self::Float(value),
            Value::Text(value) => Self::Text(value),
        }
    }

    /// The keys of all rows.
    #[must_use]
    pub fn all(column: &Column) -> Vec<Self> {
        let values = (0..column.len()).filter_map(|row| column.value(row));
        values.map(Self::of).collect()
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) => 1,
            Self::Float(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a
                .partial_cmp(b)
                .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan())),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

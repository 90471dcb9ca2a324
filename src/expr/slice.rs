//! Columns as a formula reads and gives them.

use std::sync::Arc;

use super::{Type, Value};

/// The values of one column for the rows at hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slice<'a> {
    /// Truth values.
    Bool(&'a [bool]),
    /// Whole numbers.
    Int(&'a [i64]),
    /// Numbers.
    Float(&'a [f64]),
    /// Texts.
    Text(&'a [Arc<str>]),
    /// Where the elements of each row begin in the columns of an array: one more than rows, not
    /// falling. The element columns given beside it begin with the first of these elements.
    Offsets(&'a [usize]),
}

impl<'a> Slice<'a> {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Offsets(v) => v.len(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Type of the values; `None` for offsets.
    #[must_use]
    pub fn kind(&self) -> Option<Type> {
        match self {
            Self::Bool(_) => Some(Type::Bool),
            Self::Int(_) => Some(Type::Int),
            Self::Float(_) => Some(Type::Float),
            Self::Text(_) => Some(Type::Text),
            Self::Offsets(_) => None,
        }
    }

    /// Value of row `i`, if there is one.
    #[must_use]
    pub fn value(&self, i: usize) -> Option<Value> {
        match self {
            Self::Bool(v) => v.get(i).map(|x| Value::Bool(*x)),
            Self::Int(v) => v.get(i).map(|x| Value::Int(*x)),
            Self::Float(v) => v.get(i).map(|x| Value::Float(*x)),
            Self::Text(v) => v.get(i).map(|x| Value::Text(Arc::clone(x))),
            Self::Offsets(_) => None,
        }
    }

    /// The truth values; empty if they are none.
    #[must_use]
    pub fn bools(&self) -> &'a [bool] {
        if let Self::Bool(v) = self { v } else { &[] }
    }

    /// The whole numbers; empty if they are none.
    #[must_use]
    pub fn ints(&self) -> &'a [i64] {
        if let Self::Int(v) = self { v } else { &[] }
    }

    /// The numbers; empty if they are none.
    #[must_use]
    pub fn floats(&self) -> &'a [f64] {
        if let Self::Float(v) = self { v } else { &[] }
    }
}

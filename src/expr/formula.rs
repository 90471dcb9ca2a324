//! A formula that is either compiled to column code or asked row by row.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Expr, Node, Path, Place, Type};

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text; formulas may only compare it.
    Text(Arc<str>),
}

impl Value {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::Text,
        }
    }
}

/// Why a formula could not be used or evaluated, and where it was written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// What to do about it, if known.
    pub hint: Option<String>,
    /// Where the formula says so.
    pub place: Place,
}

impl Failure {
    /// `/` of two whole numbers.
    pub(super) fn cut_quotient(place: Place) -> Self {
        Self {
            message: "/ of two whole numbers would cut the result".into(),
            hint: Some("write div(a, b) for the whole part, or to_float(a) / b".into()),
            place,
        }
    }
}

/// A function that is asked once per row because it could not be compiled.
pub trait RowFunction: Send + Sync + fmt::Debug {
    /// The columns it reads.
    fn columns(&self) -> &[(Path, Place)];
    /// What it wants to know of a row, in the order in which [`RowFunction::call`] gets the
    /// values: columns, members of fixed arrays, something over an array of the event.
    fn inputs(&self) -> Vec<Expr> {
        let column = |(path, place): &(Path, Place)| Node::Column(path.clone(), *place).into();
        self.columns().iter().map(column).collect()
    }
    /// Its value for one row, from the values of [`RowFunction::inputs`].
    ///
    /// # Errors
    /// When the function itself fails.
    fn call(&self, row: &[Value]) -> Result<Value, Failure>;
    /// The text it was written as, with all captured values: its identity.
    fn source(&self) -> &str;
    /// Where it was written.
    fn place(&self) -> Place;
}

/// A value per row: compiled if possible.
#[derive(Clone, Debug)]
pub enum Formula {
    /// Column code.
    Compiled(Expr),
    /// Row by row.
    Interpreted(Arc<dyn RowFunction>),
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Compiled(expr) => expr.serialize(serializer),
            Self::Interpreted(function) => function.source().serialize(serializer),
        }
    }
}

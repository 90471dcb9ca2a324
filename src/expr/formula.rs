//! A formula that is either compiled to column code or asked row by row.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::derivative::any;
use super::{Bound, Expr, Lookup, Node, Path, PayloadMember, Place, Type};

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
    /// A look-up where there is no run at hand.
    #[must_use]
    pub fn not_in_force(member: &PayloadMember, place: Place) -> Self {
        Self {
            message: format!(
                "which constants of payload {} are in force is not known here",
                member.payload
            ),
            hint: Some("look them up in rows of a collector or in the closure of a payload".into()),
            place,
        }
    }

    /// A look-up by something that is no number of a channel.
    #[must_use]
    pub fn not_a_channel(kind: Type, place: Place) -> Self {
        Self {
            message: format!(
                "a channel must be a whole number, this is {}",
                kind.sentence()
            ),
            hint: None,
            place,
        }
    }

    /// A number that should be that of a channel, but has a fraction.
    #[must_use]
    pub fn no_channel(number: f64, place: Place) -> Self {
        Self {
            message: format!("{number} is no channel: channels have whole numbers"),
            hint: Some("to_int(…) cuts off the fraction".into()),
            place,
        }
    }

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
    /// The members of payloads that it looks at.
    fn lookups(&self) -> &[(PayloadMember, Place)] {
        &[]
    }
    /// Its value for one row, from the values of [`RowFunction::inputs`] and the constants in
    /// force.
    ///
    /// # Errors
    /// When the function itself fails.
    fn call(&self, row: &[Value], constants: &Arc<Bound>) -> Result<Value, Failure>;
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

impl Formula {
    /// The members of payloads that it looks at, with the first place of each.
    #[must_use]
    pub fn lookups(&self) -> Vec<(PayloadMember, Place)> {
        match self {
            Self::Compiled(expr) => payload_members(expr),
            Self::Interpreted(function) => {
                let mut found = Vec::new();
                for (member, place) in function.lookups() {
                    add(&mut found, member, *place);
                }
                for input in function.inputs() {
                    for (member, place) in payload_members(&input) {
                        add(&mut found, &member, place);
                    }
                }
                found
            }
        }
    }
}

/// The members of payloads that a formula looks at, with the first place of each.
#[must_use]
pub fn payload_members(expr: &Expr) -> Vec<(PayloadMember, Place)> {
    let mut found = Vec::new();
    any(expr, &mut |node| {
        if let Node::Lookup(Lookup::Payload(member), _, place) = node {
            add(&mut found, member, *place);
        }
        false
    });
    found
}

fn add(found: &mut Vec<(PayloadMember, Place)>, member: &PayloadMember, place: Place) {
    if !found.iter().any(|(known, _)| known == member) {
        found.push((member.clone(), place));
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Compiled(expr) => expr.serialize(serializer),
            Self::Interpreted(function) => function.source().serialize(serializer),
        }
    }
}

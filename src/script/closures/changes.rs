//! Variables that a closure changes.

use crate::expr::{Failure, Place};

use super::term::{Kind, Term};

/// Methods that change what they are called on.
pub(super) const CHANGING: [&str; 16] = [
    "push",
    "pop",
    "append",
    "insert",
    "remove",
    "clear",
    "truncate",
    "drain",
    "splice",
    "set",
    "sort",
    "reverse",
    "retain",
    "shift",
    "mixin",
    "fill_with",
];

/// Methods that only look at what they are called on.
const READING: [&str; 3] = ["call", "column", "at"];

/// The variables that are assigned to somewhere.
pub(super) fn changed(terms: &[Term]) -> Vec<&str> {
    let mut names = Vec::new();
    let mut left: Vec<&Term> = terms.iter().collect();
    while let Some(term) = left.pop() {
        match &term.kind {
            Kind::Assign(target, ..) => names.extend(root(target)),
            // A method may change the variable it is called on.
            Kind::Method(target, name, _) if !READING.contains(&name.as_str()) => {
                names.extend(root(target).filter(|_| matches!(target.kind, Kind::Name(_))));
            }
            _ => {}
        }
        left.extend(term.parts());
    }
    names
}

/// A captured variable was to be changed.
pub(super) fn captured_changed(name: &str, place: Place) -> Failure {
    Failure {
        message: format!("the captured variable `{name}` cannot be changed"),
        hint: Some(
            "rows are worked on in any order, and several at once; use a sum or a histogram"
                .to_owned(),
        ),
        place,
    }
}

/// The variable that a chain begins with.
pub(super) fn root(term: &Term) -> Option<&str> {
    match &term.kind {
        Kind::Name(name) => Some(name),
        Kind::Member(target, _) | Kind::Index(target, _) => root(target),
        _ => None,
    }
}

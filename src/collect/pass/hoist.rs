//! Reductions over arrays of the event inside formulas of elements: they are the same for every
//! element, so they are taken once per event.

use std::sync::Arc;

use crate::expr::{Expr, Node, Path, Place, Reduction, rebuilt};

/// A reduction that is to be taken per event, and the name it gets.
pub(super) struct Hoisted {
    pub(super) name: String,
    pub(super) formula: Expr,
}

/// The formula with columns in place of its reductions. `known` is how many there are already.
pub(super) fn hoist(expr: &Expr, known: usize, found: &mut Vec<Hoisted>) -> Expr {
    match expr.as_ref() {
        Node::Reduce(kind, array, body, place) => {
            taken(*kind, array, body.as_ref(), *place, known, found)
        }
        _ => rebuilt(expr, &mut |inner| hoist(inner, known, found)),
    }
}

fn taken(
    kind: Reduction,
    array: &Path,
    body: Option<&Expr>,
    place: Place,
    known: usize,
    found: &mut Vec<Hoisted>,
) -> Expr {
    // The event of both rows of a pair is the same.
    let array = &array.side().map_or_else(|| array.clone(), |(_, rest)| rest);
    let names = match array.0.as_slice() {
        [event, rest @ ..] if event == "event" && !rest.is_empty() => rest.to_vec(),
        names => names.to_vec(),
    };
    // No column of a file or script has a name with spaces in front.
    let name = format!("  {} {}", known + found.len(), names.join("."));
    found.push(Hoisted {
        name: name.clone(),
        formula: Arc::new(Node::Reduce(kind, Path(names), body.cloned(), place)),
    });
    Arc::new(Node::Column(Path(vec![name]), place))
}

//! The columns of a row of fits: what acceptance rules and payload formulas may name.

use crate::expr::{Expr, Formula, Node, Path, Place};
use crate::fit::Model;

/// Columns that every row of fits has, whatever the model.
pub const FIT_COLUMNS: [&str; 19] = [
    "channel",
    "entries",
    "data_mean",
    "data_std",
    "chi2",
    "ndf",
    "chi2_ndf",
    "probability",
    "low",
    "high",
    "refits",
    "minimum",
    "edm_reached",
    "at_limit",
    "call_limit",
    "accurate",
    "valid",
    "ok",
    "why",
];

/// First name of the constants in force: `c.previous.m_CalibConst`.
pub const PREVIOUS: &str = "previous";

/// All columns of a row of fits of `model`, parameters and their errors included.
#[must_use]
pub fn row_columns(model: &Model) -> Vec<String> {
    let parameters = model.parameters.iter();
    FIT_COLUMNS
        .iter()
        .map(ToString::to_string)
        .chain(parameters.flat_map(|p| [p.name.clone(), format!("{}_error", p.name)]))
        .collect()
}

/// The columns a formula names, in the order of their appearance, each occurrence once.
#[must_use]
pub fn columns_of(formula: &Formula) -> Vec<(Path, Place)> {
    match formula {
        Formula::Compiled(expr) => {
            let mut columns = Vec::new();
            walk(expr, &mut columns);
            columns
        }
        Formula::Interpreted(function) => function.columns().to_vec(),
    }
}

fn walk(expr: &Expr, columns: &mut Vec<(Path, Place)>) {
    match expr.as_ref() {
        Node::Column(path, place) | Node::Element(path, _, place) => {
            columns.push((path.clone(), *place));
        }
        Node::Reduce(_, path, _, place) => columns.push((path.clone(), *place)),
        Node::Unary(_, a, _) => walk(a, columns),
        Node::Binary(_, a, b, _) | Node::Let(_, a, b) => {
            walk(a, columns);
            walk(b, columns);
        }
        Node::Call(_, arguments, _) => arguments.iter().for_each(|a| walk(a, columns)),
        Node::If(condition, yes, no, _) => {
            walk(condition, columns);
            walk(yes, columns);
            walk(no, columns);
        }
        Node::Constant(_) | Node::Parameter(..) | Node::Local(_) => {}
    }
}

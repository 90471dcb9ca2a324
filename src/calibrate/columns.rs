//! The columns of a row of fits: what acceptance rules and payload formulas may name.

use crate::expr::{Column, Expr, Formula, Node, Path, Place, Table, TableError};
use crate::fit;

use super::FitStep;

/// First name of the constants in force: `c.previous.m_CalibConst`.
pub const PREVIOUS: &str = "previous";

/// A table of the fits of `step` without rows: its columns and their types, with one column
/// `previous.MEMBER` for each of `members`.
///
/// # Errors
/// When a parameter has the name of another column.
pub fn row_table(step: &FitStep, members: &[String]) -> Result<Table, TableError> {
    let mut table = fit::table(&[], &step.model.names(), step.options.errors)?;
    for member in members {
        table.push(format!("{PREVIOUS}.{member}"), Column::Float(Vec::new()))?;
    }
    Ok(table)
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
        Node::Unary(_, a, _) | Node::Lookup(_, a, _) => walk(a, columns),
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

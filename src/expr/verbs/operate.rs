//! Operators on whole columns: the same bits as in a formula.

use std::sync::Arc;

use crate::expr::{BinaryOp, Column, Failure, Formula, Table, Value, build};

/// One side of an operator.
#[derive(Clone, Debug)]
pub enum Operand {
    /// One value per row.
    Column(Arc<Column>),
    /// The same value for all rows.
    Value(Value),
}

impl Operand {
    fn len(&self) -> usize {
        match self {
            Self::Column(column) => column.len(),
            Self::Value(_) => 1,
        }
    }
}

/// `left op right` for each row.
///
/// # Errors
/// When the lengths differ, or the types do not fit the operator.
pub fn operate(op: BinaryOp, left: Operand, right: Operand) -> Result<Column, Failure> {
    let lengths = (left.len(), right.len());
    let mut table = Table::new();
    let mut operand = |name: &str, side: Operand| match side {
        Operand::Column(column) => table
            .push(name, column)
            .map(|()| build::column(name))
            .map_err(|_| different(lengths)),
        Operand::Value(value) => Ok(build::constant_of(&value)),
    };
    let formula = build::binary(op, &operand("left", left)?, &operand("right", right)?);
    table.evaluate(&Formula::Compiled(formula))
}

fn different((left, right): (usize, usize)) -> Failure {
    Failure {
        message: format!("the columns have {left} and {right} values"),
        hint: Some("both must come from the same table".into()),
        place: Default::default(),
    }
}

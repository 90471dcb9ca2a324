//! Formulas over columns: described as trees, typed, compiled, evaluated a batch at a time.
//!
//! Takes an [`Expr`] and the types of the columns it names, gives values per row and exact
//! derivatives. It knows neither files nor the script that wrote the formula.

mod formula;
mod tree;

pub use formula::{Failure, Formula, RowFunction, Value};
pub use tree::{BinaryOp, Expr, Function, Node, Path, Place, Reduction, UnaryOp};

//! Formulas over columns: described as trees, typed, compiled, evaluated a batch at a time.
//!
//! Takes an [`Expr`] and the types of the columns it names, gives values per row and exact
//! derivatives. It knows neither files nor the script that wrote the formula.

pub mod build;
mod code;
mod constants;
mod derivative;
mod evaluator;
mod exponential;
mod formula;
mod json_floats;
mod lookup;
pub mod maths;
mod product;
mod program;
pub mod scalar;
mod schema;
mod slice;
pub mod special;
mod table;
mod text;
mod tree;
mod verbs;
mod wide;

#[cfg(test)]
mod tests;

pub use constants::with_constants;
pub use derivative::{derivative, derivative_by_column, mentions, parameters, replaced};
pub use evaluator::{Evaluator, Wanted};
pub use formula::{Failure, Formula, RowFunction, Value, payload_members};
pub use lookup::{Bound, Lookup, LookupTable, PayloadMember};
pub use program::{Outputs, Program, Scratch};
pub use schema::{Columns, Elements, Schema, Slot, Type, Unknown, nearest};
pub use slice::Slice;
pub use table::{BATCH, Column, ORIGIN, Table, TableError};
pub use text::{TextError, from_text};
pub use tree::{BinaryOp, Expr, Function, Node, Path, Place, Reduction, SIDES, UnaryOp, rebuilt};
pub use verbs::{
    Groups, JoinError, Key, Operand, Statistics, channels, filled_from_neighbours, operate,
};
pub(crate) use wide::wide;

//! What the names in row closures mean for one tree.
//!
//! Takes the columns of a tree (names, kinds, which of them are arrays of the same length), gives
//! for each path of a formula the column it stands for, or a sentence that says what there is
//! instead. It knows neither files nor values.

mod arrays;
mod field;
mod links;
mod lookup;
mod rows;

pub(crate) use arrays::Array;
pub(crate) use field::{Field, FieldId, Shape, some_of};
pub(crate) use links::Link;
pub(crate) use lookup::{Names, Source};
pub(crate) use rows::RunFields;
pub use rows::RunNames;

#[cfg(test)]
mod tests;

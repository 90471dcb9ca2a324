//! Rows that belong together, as scripts collect them: pairs, related elements. The numbers are
//! counted from the same files in Python, row by row.

#![cfg(feature = "script")]

#[macro_use]
mod support;

mod rows {
    mod described;
    mod equations;
    mod joins;
    mod pairs;
}

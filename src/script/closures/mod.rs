//! Closures of scripts, compiled from their syntax tree.
//!
//! Takes a closure of a script with all that it captured, gives a formula over columns, or a
//! function that is asked row by row where a formula cannot say it. It knows neither what the
//! columns hold nor when the formula is evaluated.
//!
//! # What becomes a formula
//!
//! | written | becomes |
//! |---|---|
//! | `c.m_time`, `c.event.m_run`, `c["module"]`, `let f = c.fit; f.p` | a column, by its whole path |
//! | `\|a, b\| a.m_time - b.m_time`, over pairs of rows | columns whose paths begin with a side, see [`SIDES`](crate::expr::SIDES) |
//! | `c.m_pos[2]` | a member of a fixed array; the index must be known beforehand |
//! | `e.Tracks.len`, `e.Tracks.count(\|t\| t.p > cut)`, `sum max min any` | a reduction; members of the outer row may be used inside |
//! | `+ - * / % **`, comparisons, `&& \|\| !`, `x in [1, 2]`, `x in 1..5` | operators; texts only in `==` and `!=` |
//! | `abs(x)` or `x.abs()` for every [`Function`](crate::expr::Function); `PI NAN INFINITY` | calls, constants |
//! | `let`, `if`/`else`, `switch` with literals, ranges and `if`, early `return`, blocks | `let` and conditions |
//! | captured values, their members, elements and methods; top-level constants; `module::NAME` | constants, worked out once |
//! | `t0.at(c.m_cell)` with a captured look-up, as `payload("…").column("…")` gives it | a look-up; its constants are those of the run at hand |
//! | `mass(a, b)`, `module::mass(a, b)`, `closure.call(x)` | the body of the function, in its place |
//! | `#{ mean: c.mean }`, also in both branches of an `if` | one formula per member |
//!
//! A condition that is known beforehand leaves only the branch that it chooses. What is known
//! beforehand and fails, fails while compiling.
//!
//! # What is asked row by row
//!
//! Loops, changed variables, texts and arrays that are built, recursion, functions of the engine
//! that formulas do not have. The engine runs the closure for each row; which columns it reads is
//! found by looking through it. Operators and functions are those of formulas
//! ([`register`] teaches them to the engine), so that both ways give the same bits. A formula takes
//! some nanoseconds per row, a row of the other way some microseconds: there is a warning with the
//! place and the reason. Compiling takes 1 to 40 µs.
//!
//! # What works in neither way
//!
//! Changing the row or a captured variable (rows have no order), the row as a value, a `switch` of
//! single numbers beside a loop (`2.0` would not be `2`), loops over arrays of the row, captured
//! objects that are no plain data.

mod callable;
mod calls;
mod capture;
mod cases;
mod changes;
mod coded;
mod compile;
mod data;
mod identity;
mod interpret;
mod kept;
mod lookups;
mod lower;
mod meaning;
mod members;
mod near;
mod numbers;
mod register;
mod render;
mod resolve;
mod row;
mod rules;
mod search;
mod term;
#[cfg(test)]
mod tests;
mod twins;
mod walk;

pub(super) use capture::text as plain_text;
pub use coded::{HISTOGRAM_NUMBERS, HistogramNumber};
pub use compile::{
    Compiled, Curve, compile_channel, compile_equation, compile_map, compile_model, compile_pair,
    compile_row, interpret_row,
};
pub use kept::Kept;
pub use register::register;
pub use rules::{RefitRule, condition_rule, histogram_rule, number_rule, range_rule, refit_rule};
pub(super) use walk::statements;

//! Scripts: Rhai in, a plan out, and what is wrong with a script in words and places.
//!
//! Takes the path of a script (and of its imports), gives its settings, its
//! [`Plan`](crate::plan::Plan) or [`Diagnostic`]s. It knows neither the event loop nor the
//! terminal.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 22 a list of strategies raises, strategies before algorithms do nothing | a list gives one to each algorithm, and must be as long | `every_wrong_script_is_answered_in_these_words` |
//! | 23 most mistakes are logged and the bad value is kept | every wrong value is an error at its place in the script | `every_wrong_script_is_answered_in_these_words` |

pub mod api;
mod bindings;
mod checks;
pub mod closures;
mod context;
mod diagnostic;
pub mod directory;
mod draw;
mod engine;
mod errors;
mod eval;
mod kinds;
mod load;
mod raise;
mod resolver;
mod scripted;
mod source;
mod spans;
mod stdlib;
mod strategies;
mod unknown;
mod validation;
mod words;
mod worker;

#[cfg(test)]
mod tests;

pub use context::{Closure, Context, Environment};
pub use diagnostic::{Diagnostic, Frame, Label, Severity};
pub use draw::draw;
pub use engine::Options;
pub use eval::eval;
pub use load::Script;
pub use source::Source;
pub use validation::{Finding, Findings, Record, Results, Validation};

//! Scripts: Rhai in, a plan out, and what is wrong with a script in words and places.
//!
//! Takes the path of a script (and of its imports), gives its settings, its
//! [`Plan`](crate::plan::Plan) or [`Diagnostic`]s. It knows neither the event loop nor the
//! terminal.

pub mod api;
mod bindings;
mod checks;
pub mod closures;
mod context;
mod diagnostic;
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

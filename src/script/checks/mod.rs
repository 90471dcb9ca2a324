//! What can be seen in the text of a script before it runs.
//!
//! Takes a parsed text, gives what is wrong with it at its places. It evaluates nothing.

mod calls;
mod captured;
mod hidden;
mod loops;
mod named;
mod powers;
mod text;

pub(super) use calls::unknown_calls;
pub(super) use text::of_text;

//! The names of the scripting API: what each takes and gives, in one list.
//!
//! Takes a name as a script wrote it, gives signatures and the nearest known names, for messages
//! and for whoever asks what there is. It knows nothing of how the names are bound.

mod names;
mod reference;

pub use names::{Name, names};
pub(super) use names::{attributes, functions, methods, of_kind};
pub use reference::{Function, Module, Reference, Section};

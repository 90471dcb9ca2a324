//! What happens to events before a collector sees them.
//!
//! Takes a [`Path`] as a script describes it, gives the files that programs made of the input and
//! the rules by which events are left out. Programs see whole files: rules about single events
//! apply to what comes out of the last one, but for a `first` in front, which a program that
//! asks for `{events}` is told.

mod cache;
mod error;
mod external;
mod path;
mod program;
mod rules;
mod trigger;

pub use cache::Payloads;
pub(crate) use cache::{Workplace, check_programs, made_of};
pub use error::ProgramError;
pub use external::{External, Sent};
pub use path::{Logic, Path, PathStep, Trigger};
pub(crate) use rules::{Before, Rule};
pub(crate) use trigger::{TriggerFields, accepted};

//! The store of tags from inside.

mod looking;
mod metadata;
mod numbers;
mod place;
mod updates;
mod uploads;

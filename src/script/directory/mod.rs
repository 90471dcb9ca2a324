//! The directory of official scripts: which one is used, what is in it, how its scripts depend on each other.
//!
//! The program carries the scripts of its release. A folder given by the user, or a checkout that one stands
//! in, comes in their place; what differs from the release is said.

mod catalogue;
mod check;
mod folder;
mod kept;
mod order;
mod release;
mod sample;
#[cfg(test)]
mod tests;

pub use catalogue::{Catalogue, Entry, Settings};
pub use check::{Verdict, check};
pub use folder::{Chosen, Directory, DirectoryError, Kind};
pub use order::{Order, OrderError, Step};
pub(super) use release::compared;

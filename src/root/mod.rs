//! The ROOT container: trees and histograms read as columns.
//!
//! Takes a file, gives its keys, the columns of its trees as runs of values, and the contents of
//! its histograms, all by the file's own description of its classes. It knows neither physics nor
//! names of any experiment.

mod chunk;
mod column;
mod error;
mod file;
mod tree;

pub use chunk::{Chunk, Element};
pub use column::{Cache, Column, Rows};
pub use error::{Damage, Error, Result};
pub use file::RootFile;
pub use tree::Tree;

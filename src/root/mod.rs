//! The ROOT container: trees and histograms read as columns.
//!
//! Takes a file, gives its keys, the columns of its trees as runs of values, and the contents of
//! its histograms, all by the file's own description of its classes. It knows neither physics nor
//! names of any experiment.

mod basket;
mod branch;
mod build;
mod builtin;
mod cache;
mod chunk;
mod cluster;
mod collect;
mod column;
mod compress;
mod cursor;
mod directory;
mod error;
mod file;
mod histogram;
mod key;
mod layout;
mod object;
mod packing;
mod plan;
mod source;
mod streamer;
mod tree;
mod typename;
mod value;
mod walk;
mod wire;

pub use cache::Cache;
pub use chunk::{Chunk, Element};
pub use column::{Column, Rows};
pub use error::{Damage, Error, Result};
pub use file::RootFile;
pub use histogram::{Histogram, HistogramAxis};
pub use key::Key;
pub use tree::{Branch, Tree};

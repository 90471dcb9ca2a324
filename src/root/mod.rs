//! The ROOT container: trees and histograms read as columns, objects read and written.
//!
//! Takes a file, gives its keys, the columns of its trees as runs of values, the contents of its
//! histograms and its objects, all by the file's own description of its classes; writes files of
//! objects of declared classes. It knows neither physics nor names of any experiment.

mod basket;
mod branch;
mod build;
mod bytes;
mod cache;
mod checksum;
mod chunk;
mod classes;
mod cluster;
mod collect;
mod column;
mod compress;
mod container;
mod cpptype;
mod cursor;
mod declaration;
mod derive;
mod directory;
mod embedded;
mod error;
mod file;
mod histogram;
mod histogram_value;
mod infos;
mod key;
mod kinds;
mod layout;
mod member_type;
mod misfit;
mod numbers;
mod object;
mod order;
mod pack;
mod pack_member;
mod packing;
mod plan;
mod shape;
mod source;
mod streamer;
mod table;
mod tree;
mod typename;
mod value;
mod walk;
mod wire;
mod writer;

#[cfg(test)]
mod tests;

pub use cache::Cache;
pub use chunk::{Chunk, Element};
pub use classes::Classes;
pub use column::{Column, Rows};
pub use declaration::{
    Checksum, ClassDeclaration, DeclarationError, EnumDeclaration, MemberDeclaration, Streaming,
};
pub use error::{Damage, Error, Result};
pub use file::RootFile;
pub use histogram::{Histogram, HistogramAxis};
pub use histogram_value::Graph;
pub use key::Key;
pub use misfit::{Misfit, WriteError};
pub use shape::{Field, Shape};
pub use table::{TableColumn, TableValues};
pub use tree::{Branch, Tree};
pub use value::{Record, Value};
pub use writer::{Writer, write_object};

//! The client of the central conditions server.

mod address;
mod base;
mod download;
mod environment;
mod error;
mod failure;
mod files;
mod http;
mod lookup;
mod multipart;
mod names;
mod reading;
mod said;
mod settings;
mod token;
mod upload;
mod waiting;
mod wire;
mod writing;

#[cfg(test)]
mod tests;

pub use base::Server;
pub use environment::Environment;
pub use error::Error;
pub use files::Files;
pub use lookup::{Found, Lookup, Provider};
pub use said::Said;
pub use settings::{Settings, USABLE_STATES};
pub use token::Token;
pub use upload::{Created, Failed, OnFailure, Report, UploadLine};
pub use waiting::{Sleeping, Waiting};
pub use wire::{Entry, IovInfo, PayloadInfo, Tag};
pub use writing::Operation;

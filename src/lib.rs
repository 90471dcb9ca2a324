//! The Belle II calibration framework.
//!
//! The rooms follow the data: a script becomes a plan, files become columns, columns become
//! histograms, histograms become fits, fits become payloads with intervals of validity.
//! Each room says in its first three sentences what it is, what it takes and gives, and what
//! it refuses to know.

pub mod iov;

pub mod settings;

pub mod root;

pub mod dataset;

pub mod expr;

pub mod hist;

pub mod fit;

pub mod conditions;

pub mod backend;

pub mod collect;

pub mod calibrate;

pub mod plan;

pub mod caf;

#[cfg(feature = "script")]
pub mod script;

pub mod report;

#[cfg(feature = "cli")]
pub mod cli;

//! How a plan is to be run.

use std::path::PathBuf;

use indexmap::IndexMap;

use crate::conditions::Store;

use super::LeftOut;

/// How a plan is to be run. None of it changes what comes out, but for `constants`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder for everything that comes out.
    pub output: PathBuf,
    /// Whether the results of an earlier run in that folder are replaced. Files that are not
    /// ours are never touched.
    pub overwrite: bool,
    /// Threads to use; `None` is all cores.
    pub threads: Option<usize>,
    /// Stores whose constants are in force before this run; the first one that has a payload wins.
    pub constants: Vec<Store>,
    /// Files that were given and are in no calibration, with the reason: for the report.
    pub left_out: Vec<LeftOut>,
    /// Programs and libraries with their versions, for the provenance of payloads.
    pub versions: IndexMap<String, String>,
}

impl Options {
    /// Results go to `output`; everything else as most users want it.
    #[must_use]
    pub fn new(output: impl Into<PathBuf>) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self {
            output: output.into(),
            overwrite: false,
            threads: None,
            constants: Vec::new(),
            left_out: Vec::new(),
            versions: IndexMap::from([("b2caf".to_owned(), version)]),
        }
    }
}

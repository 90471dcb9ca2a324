//! How a plan is to be run.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;

use crate::conditions::Store;

use super::{Error, LeftOut, Memory, Writing};

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
    /// What earlier runs of this process left, and what this one leaves for the next.
    pub memory: Option<Arc<Memory>>,
    /// Folder for what programs make of input files; `None` is one in the output.
    pub cache: Option<PathBuf>,
    /// How much is waited for when results are written.
    pub writing: Writing,
    /// Ends the run as soon as possible when it becomes true; what is done is kept.
    pub stop: Option<Arc<AtomicBool>>,
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
            memory: None,
            cache: None,
            writing: Writing::default(),
            stop: None,
            left_out: Vec::new(),
            versions: IndexMap::from([("b2caf".to_owned(), version)]),
        }
    }

    /// Fails when the run was asked to end.
    pub(super) fn go_on(&self) -> Result<(), Error> {
        match &self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => Err(Error::Stopped),
            _ => Ok(()),
        }
    }
}

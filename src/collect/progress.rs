//! Being told how far a pass has come.

use std::path::Path;

/// Told how far a pass over files has come; called from the threads that do the work.
pub trait Progress: Sync {
    /// Programs are about to run, one after the other for each of so many files.
    fn programs_started(&self, _programs: &[&str], _files: usize) {}
    /// What the programs make of this file is there.
    fn file_made(&self, _file: &Path) {}
    /// The pass begins: so many files with so many entries together.
    fn started(&self, _files: usize, _entries: u64) {}
    /// The first entry of this file is about to be read.
    fn file_started(&self, _file: &Path, _entries: u64) {}
    /// That many more entries are done.
    fn entries_done(&self, _entries: u64) {}
    /// The last entry of this file was read.
    fn file_finished(&self, _file: &Path) {}
    /// Whether the pass is to end without a result; asked between pieces of work.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}

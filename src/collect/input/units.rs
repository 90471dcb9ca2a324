//! Pieces of work: ranges of entries, in the order of files and entries.

use std::ops::Range;

use super::files::Input;

/// Entries of one file that one thread goes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    /// Number of the file.
    pub(crate) file: usize,
    /// Its entries.
    pub(crate) entries: Range<u64>,
}

/// Entries that a piece of work should have at least: less is not worth the overhead.
const ENOUGH: u64 = 16 * 1024;

/// All pieces of work. Small clusters of a file are joined.
pub(crate) fn units(inputs: &[Input]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (file, input) in inputs.iter().enumerate() {
        for cluster in &input.clusters {
            match units.last_mut() {
                Some(last)
                    if last.file == file && last.entries.end - last.entries.start < ENOUGH =>
                {
                    last.entries.end = cluster.end;
                }
                _ => units.push(Unit {
                    file,
                    entries: cluster.clone(),
                }),
            }
        }
    }
    units
}

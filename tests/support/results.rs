//! The results of a run, as tests compare them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// All files of an output folder with their content; not what says when something was tried.
pub(crate) fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_path_buf();
            if !name.starts_with("caf_state.db") && !name.starts_with(".lock") {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

//! From a path, a folder or wildcards to files.

use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::location::{Parts, parts};
use super::{Fault, wildcard};

/// The files that `text` stands for, sorted: a file itself, every `*.root` below a folder, or what
/// matches its wildcards. Relative paths start at `base`; `file://` in front is allowed.
///
/// # Errors
/// A path that is not there, wildcards that match nothing, a folder without files, an address elsewhere.
pub fn files(text: &str, base: &Path) -> Result<Vec<PathBuf>, Fault> {
    let local = local(text)?;
    // Without single dots and doubled slashes, so that one file has one spelling.
    let path: PathBuf = base.join(local).components().collect();
    if path.exists() {
        return files_at(path);
    }
    // A broken link or a folder without permission is said to be one.
    if path.symlink_metadata().is_err() && wildcard::has_wildcards(local) {
        let unreadable = |source| Fault::Unreadable {
            path: path.clone(),
            source,
        };
        let found = wildcard::expand(base, local).map_err(unreadable)?;
        if found.is_empty() {
            return Err(Fault::NoMatch(path));
        }
        let mut all = Vec::new();
        for path in found {
            match files_at(path) {
                Ok(files) => all.extend(files),
                // One of several folders may be empty.
                Err(Fault::EmptyFolder(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        all.sort();
        all.dedup();
        if all.is_empty() {
            return Err(Fault::NoMatch(path));
        }
        return Ok(all);
    }
    match path.try_exists() {
        Err(source) => Err(Fault::Unreadable { path, source }),
        Ok(_) => Err(Fault::Missing(path)),
    }
}

fn files_at(path: PathBuf) -> Result<Vec<PathBuf>, Fault> {
    if !path.is_dir() {
        return Ok(vec![path]);
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(&path).follow_links(true) {
        let entry = entry.map_err(|error| Fault::Unreadable {
            path: error.path().unwrap_or(&path).to_path_buf(),
            source: error
                .into_io_error()
                .unwrap_or_else(|| io::Error::other("it is a link to a folder above it")),
        })?;
        let is_root = entry.path().extension().is_some_and(|end| end == "root");
        if is_root && entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        return Err(Fault::EmptyFolder(path));
    }
    files.sort();
    Ok(files)
}

/// The local path that `text` means.
fn local(text: &str) -> Result<&Path, Fault> {
    match parts(text) {
        Parts::Local(path) => Ok(Path::new(path)),
        Parts::Remote(_) => Err(Fault::Remote(text.to_owned())),
    }
}

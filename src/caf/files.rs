//! Files that are complete as soon as they have their name.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::conditions::readable;

use super::{Behind, Error};

/// Removes a file or a folder with everything in it; what is not there is no error.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    let result = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        other => other.map_err(Error::output(path)),
    }
}

/// How much is waited for when results are written.
#[derive(Clone, Debug, Default)]
pub enum Writing {
    /// Until they are on the disk: a run that is cut off goes on from there.
    #[default]
    Lasting,
    /// For no disk, and for large files not at all: for results that are made anew after a loss of
    /// power. Whoever gave the list waits for the files in it.
    Passing(Arc<Behind>),
}

/// Writes `value` as JSON for reading.
pub(super) fn write_json(
    path: &Path,
    value: &impl Serialize,
    writing: &Writing,
) -> Result<(), Error> {
    let text = readable(value).map_err(|error| Error::output(path)(error.into()))?;
    write_file(path, writing, |to| to.write_all(text.as_bytes()))
}

/// Reads what [`write_json`] wrote; `None` if it is not there or was damaged since.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Option<T> {
    let bytes = fs::read(path).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Writes a file, first under a hidden name beside the final one.
pub(super) fn write_file(
    path: &Path,
    writing: &Writing,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".partial-{name}"));
    let file = match File::create(&temporary) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(Error::output(folder))?;
            File::create(&temporary)
        }
        file => file,
    };
    let written = file
        .and_then(|file| fill(file, writing, write))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(Error::output(path))
}

fn fill(
    file: File,
    writing: &Writing,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut to = BufWriter::new(file);
    write(&mut to)?;
    let file = to.into_inner()?;
    match writing {
        Writing::Lasting => file.sync_all(),
        Writing::Passing(_) => Ok(()),
    }
}

//! What a run collected as files for tools of ROOT.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::collect::Collected;
use crate::expr::nearest;
use crate::root::WriteError;

use super::files::{Writing, write_file};
use super::folder::{PLAN, lock};
use super::sign::Sign;
use super::{Error, iteration_folders};

/// Why what was collected cannot be written as files of ROOT.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The folder is not the output of a run.
    #[error("there are no results in {}: give the output folder of `b2caf run`", .folder.display())]
    NoResults {
        /// The folder as given.
        folder: PathBuf,
    },
    /// The run has no such calibration.
    #[error("the run has no calibration {name}{hint}")]
    NoCalibration {
        /// As asked.
        name: String,
        /// What it may have been meant to be.
        hint: String,
    },
    /// Collected objects that cannot be read.
    #[error("{} cannot be read: {message}; `b2caf status reset` with `--to init` collects again", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        message: String,
    },
    /// Objects that do not go into such a file.
    #[error("the objects of {} cannot be written as a ROOT file: {source}", .path.display())]
    Unfit {
        /// The file with the objects.
        path: PathBuf,
        /// What does not fit.
        source: WriteError,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] Error),
}

impl ExportError {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Folder(error) => error.code(),
            Self::NoResults { .. } => "run::no-results",
            Self::NoCalibration { .. } => "run::unknown-calibration",
            Self::Damaged { .. } => "export::damaged",
            Self::Unfit { .. } => "export::unfit",
        }
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The file.
    pub path: PathBuf,
    /// Columns of tables that have no form in it, as `object.column`.
    pub left_out: Vec<String>,
}

/// Writes `CollectorOutput.root` beside each `objects.json` in the output folder of a run, in the
/// form of [`Collected::to_root`]. Collections without objects have no such file.
///
/// # Errors
/// When the folder is none of a run or a run is at work in it, there is no such calibration, or
/// objects cannot be read or written.
pub fn export(folder: &Path, calibration: Option<&str>) -> Result<Vec<Exported>, ExportError> {
    let sign = Sign::read(&folder.join(PLAN)).ok_or_else(|| ExportError::NoResults {
        folder: folder.into(),
    })?;
    let names: Vec<&str> = sign.calibrations().map(String::as_str).collect();
    let wanted = match calibration {
        None => names,
        Some(name) if names.contains(&name) => vec![name],
        Some(name) => {
            let near = nearest(name, names.iter().copied());
            return Err(ExportError::NoCalibration {
                name: name.into(),
                hint: near.map_or_else(String::new, |near| format!("; did you mean {near}?")),
            });
        }
    };
    let _kept = lock(folder)?;
    let mut written = Vec::new();
    for name in wanted {
        let of = folder.join(name);
        for iteration in iteration_folders(&of).map_err(Error::output(&of))? {
            let collected = of.join(iteration.to_string()).join("collector_output");
            for collection in folders(&collected).map_err(Error::output(&collected))? {
                written.extend(file(&collection)?);
            }
        }
    }
    Ok(written)
}

/// The folders in a folder, sorted; none if it is not there.
fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(of) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}

/// Writes the file of a collection; `None` if no objects were collected in this iteration.
fn file(collection: &Path) -> Result<Option<Exported>, ExportError> {
    let objects = collection.join("objects.json");
    let bytes = match fs::read(&objects) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        bytes => bytes.map_err(|error| damaged(&objects, error.to_string()))?,
    };
    // Steps without data have a list of runs instead.
    if bytes.first() == Some(&b'[') {
        return Ok(None);
    }
    let collected: Option<Collected> = serde_json::from_slice(&bytes).map_err(|error| {
        damaged(
            &objects,
            format!("it is no file of collected objects ({error})"),
        )
    })?;
    let Some(collected) = collected else {
        return Ok(None);
    };
    let made = collected.to_root().map_err(|source| ExportError::Unfit {
        path: objects,
        source,
    })?;
    let path = collection.join("CollectorOutput.root");
    write_file(&path, &Writing::Lasting, |to| to.write_all(&made.bytes))?;
    Ok(Some(Exported {
        path,
        left_out: made.left_out,
    }))
}

fn damaged(path: &Path, message: String) -> ExportError {
    ExportError::Damaged {
        path: path.into(),
        message,
    }
}

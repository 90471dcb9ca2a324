//! The output folder: taken early, filled calibration by calibration, never half-written.
//!
//! ```text
//! <output>/plan.json                what was run, and the sign that the folder is ours
//! <output>/outcome.json             what came out
//! <output>/outputdb/                payloads of the result: database.txt and payload files
//! <output>/<calibration>/outputdb/  payloads of the last iteration
//! <output>/<calibration>/<n>/collector_output/<collection>/summary.json   files, events, cuts
//! <output>/<calibration>/<n>/collector_output/<collection>/objects.json   what was filled, per run
//! <output>/<calibration>/<n>/algorithm_output/<algorithm>.json
//! <output>/<calibration>/<n>/algorithm_output/outputdb/
//! ```
//! A calibration is written to a hidden folder beside its final one, which gets its name when the
//! calibration has ended.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::conditions::readable;
use crate::plan::{self, Plan};

use super::{Error, Outcome};

const PLAN: &str = "plan.json";
const OUTCOME: &str = "outcome.json";
const OUTPUTDB: &str = "outputdb";

/// The output folder of a run.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    created: bool,
}

/// What `plan.json` says.
#[derive(Serialize, Deserialize)]
struct Sign {
    b2caf: u32,
    name: String,
    fingerprint: String,
    calibrations: Vec<String>,
    sources: Vec<(PathBuf, String)>,
}

impl Folder {
    /// Takes the folder for this plan: creates it, or makes sure that it is empty or may be
    /// overwritten, and that it can be written to.
    pub(super) fn take(root: &Path, overwrite: bool, plan: &Plan) -> Result<Self, Error> {
        let created = match fs::metadata(root) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(root).map_err(Error::output(root))?;
                true
            }
            Err(error) => return Err(Error::output(root)(error)),
            Ok(found) if !found.is_dir() => {
                return Err(Error::NotAFolder {
                    folder: root.into(),
                });
            }
            Ok(_) => {
                clear(root, overwrite)?;
                false
            }
        };
        let folder = Self {
            root: root.into(),
            created,
        };
        let sign = Sign {
            b2caf: 1,
            name: plan.settings.name.clone(),
            fingerprint: plan::fingerprint(plan),
            calibrations: plan.calibrations.iter().map(|c| c.name.clone()).collect(),
            sources: plan.sources.clone(),
        };
        write_json(&folder.root.join(PLAN), &sign)?;
        Ok(folder)
    }

    /// The payloads of the result.
    pub(super) fn outputdb(&self) -> PathBuf {
        self.root.join(OUTPUTDB)
    }

    /// The payloads of a calibration that has ended.
    pub(super) fn calibration_outputdb(&self, name: &str) -> PathBuf {
        self.calibration(name).join(OUTPUTDB)
    }

    /// A path as it is written into results: relative to the folder.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).into()
    }

    /// The final folder of a calibration.
    pub(super) fn calibration(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// An empty hidden folder in which a calibration writes.
    pub(super) fn start(&self, name: &str) -> Result<PathBuf, Error> {
        let hidden = self.root.join(hidden(name));
        remove(&hidden)?;
        fs::create_dir(&hidden).map_err(Error::output(&hidden))?;
        Ok(hidden)
    }

    /// Gives the hidden folder of a calibration its final name.
    pub(super) fn publish(&self, name: &str) -> Result<(), Error> {
        let final_name = self.calibration(name);
        remove(&final_name)?;
        fs::rename(self.root.join(hidden(name)), &final_name).map_err(Error::output(&final_name))
    }

    /// Tidies up after a run that could not go on: what has ended stays, a calibration under way
    /// goes, and a folder in which nothing has ended is as it was before. Errors are not told:
    /// the one that stopped the run is.
    pub(super) fn abandon(&self, calibrations: &[String]) {
        for name in calibrations {
            let _ = remove(&self.root.join(hidden(name)));
        }
        if self.root.join(OUTCOME).exists() {
            return;
        }
        let _ = remove(&self.root.join(PLAN));
        if self.created {
            // Fails, as it should, when anything is left in it.
            let _ = fs::remove_dir(&self.root);
        }
    }

    /// Writes what came out.
    pub(super) fn finish(&self, outcome: &Outcome) -> Result<(), Error> {
        write_json(&self.root.join(OUTCOME), outcome)
    }
}

fn hidden(name: &str) -> String {
    format!(".{name}.partial")
}

/// Makes sure that the folder is empty: removes an earlier run if that is wanted, but nothing else.
fn clear(root: &Path, overwrite: bool) -> Result<(), Error> {
    let mut entries = fs::read_dir(root).map_err(Error::output(root))?;
    if entries.next().is_none() {
        return Ok(());
    }
    let sign = match fs::read(root.join(PLAN)) {
        Ok(bytes) => serde_json::from_slice::<Sign>(&bytes).ok(),
        Err(_) => None,
    };
    let Some(sign) = sign else {
        return Err(Error::NotOurs {
            folder: root.into(),
        });
    };
    if !overwrite {
        return Err(Error::EarlierRun {
            folder: root.into(),
        });
    }
    for name in &sign.calibrations {
        // A name with a slash would lead out of the folder; ours have none.
        if Path::new(name).components().count() == 1 && !name.contains("..") {
            remove(&root.join(name))?;
            remove(&root.join(hidden(name)))?;
        }
    }
    for name in [OUTPUTDB, OUTCOME, PLAN] {
        remove(&root.join(name))?;
    }
    Ok(())
}

/// Removes a file or a folder with everything in it; what is not there is no error.
fn remove(path: &Path) -> Result<(), Error> {
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

/// Writes `value` as JSON for reading.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let text = readable(value).map_err(|error| Error::output(path)(error.into()))?;
    write_file(path, |to| to.write_all(text.as_bytes()))
}

/// Writes a file, first under a hidden name beside the final one.
pub(super) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::output(folder))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = folder.join(format!(".partial-{name}"));
    let written = write_synced(&temporary, write).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one worth telling.
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(Error::output(path))
}

fn write_synced(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut to = BufWriter::new(File::create(path)?);
    write(&mut to)?;
    to.into_inner()?.sync_all()
}

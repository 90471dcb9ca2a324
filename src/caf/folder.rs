//! The output folder: taken early, kept by one process at a time, never half-written.
//!
//! ```text
//! <output>/plan.json                what is run, and the sign that the folder is ours
//! <output>/caf_state.db             how far each calibration has come
//! <output>/outcome.json             what came out
//! <output>/background.json          what stood behind it: settings, texts, files, constants before
//! <output>/outputdb/                payloads of the result: database.txt and payload files
//! <output>/<calibration>/outcome.json  what came out of a calibration that has ended
//! <output>/<calibration>/outputdb/  payloads of the last iteration
//! <output>/<calibration>/<n>/collector_output/<collection>/summary.json   files, events, cuts
//! <output>/<calibration>/<n>/collector_output/<collection>/read.json      files and runs with their events
//! <output>/<calibration>/<n>/collector_output/<collection>/objects.json   what was filled, per run
//! <output>/<calibration>/<n>/algorithm_output/<algorithm>.json
//! <output>/<calibration>/<n>/algorithm_output/<algorithm>_iov_gaps.json   runs without payload
//! <output>/<calibration>/<n>/algorithm_output/outputdb/
//! <output>/.cache/external/         what programs of paths made of input files
//! ```
//! Every file gets its name when it is complete. Folders of a step that did not end are removed
//! when it is done again.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::conditions::Store;
use crate::plan::Plan;

use super::files::{remove, write_file, write_json};
use super::sign::Sign;
use super::{Background, Error, Options, Outcome, Writing};

pub(super) const PLAN: &str = "plan.json";
const OUTCOME: &str = "outcome.json";
pub(super) const BACKGROUND: &str = "background.json";
/// The report that is made of the results: not written here, but it goes with them.
const REPORT: &str = "report.html";
const OUTPUTDB: &str = "outputdb";
pub(super) const STATE: &str = "caf_state.db";
/// What SQLite keeps beside it.
const JOURNAL: &str = "caf_state.db-journal";
/// How often the lock is tried.
const LOOKS: u32 = 10;
pub(super) const LOCK: &str = ".lock";
/// What programs made of input files: kept from run to run, as it hangs on nothing else.
pub(super) const CACHE: &str = ".cache";

/// The output folder of a run, kept from other processes as long as this value lives.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Whether it did not exist before.
    created: bool,
    /// Whether nothing was done in it before.
    fresh: bool,
    calibrations: Vec<String>,
    lock: File,
    writing: Writing,
}

impl Folder {
    /// Takes the folder for this plan: creates it, continues what was interrupted there, or makes
    /// sure that it may be overwritten; and that it can be written to.
    pub(super) fn take(options: &Options, plan: &Plan) -> Result<Self, Error> {
        let root = options.output.as_path();
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
            Ok(_) => false,
        };
        let taken = Self::occupy(options, created, plan);
        if taken.is_err() && created {
            let _ = remove(&root.join(LOCK));
            // Fails, as it should, when anything is left in it.
            let _ = fs::remove_dir(root);
        }
        taken
    }

    fn occupy(options: &Options, created: bool, plan: &Plan) -> Result<Self, Error> {
        let root = options.output.as_path();
        let earlier = match Sign::read(&root.join(PLAN)) {
            Some(sign) => Some(sign),
            None if is_empty(root)? => None,
            None => {
                return Err(Error::NotOurs {
                    folder: root.into(),
                });
            }
        };
        let mut folder = Self {
            root: root.into(),
            created,
            fresh: true,
            calibrations: plan.calibrations.iter().map(|c| c.name.clone()).collect(),
            lock: lock(root)?,
            writing: options.writing.clone(),
        };
        let sign = Sign::of(plan);
        if let Some(earlier) = earlier {
            if options.overwrite {
                folder.clear(&earlier)?;
            } else if let Some(difference) = earlier.difference(&sign) {
                return Err(Error::OtherPlan {
                    folder: root.into(),
                    difference,
                });
            } else {
                folder.fresh = false;
                return Ok(folder);
            }
        }
        // Always lasting: without it what a loss of power leaves would be nobody's.
        write_json(&folder.root.join(PLAN), &sign, &Writing::Lasting)?;
        Ok(folder)
    }

    /// Whether nothing was done in it before.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The file with the state of the calibrations.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// The payloads of the result.
    pub(super) fn outputdb(&self) -> PathBuf {
        self.root.join(OUTPUTDB)
    }

    /// The payloads of a calibration that has ended.
    pub(super) fn calibration_outputdb(&self, name: &str) -> PathBuf {
        self.calibration(name).join(OUTPUTDB)
    }

    /// What came out of a calibration that has ended.
    pub(super) fn calibration_outcome(&self, name: &str) -> PathBuf {
        self.calibration(name).join(OUTCOME)
    }

    /// A path as it is written into results: relative to the folder.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).into()
    }

    /// The folder of a calibration.
    pub(super) fn calibration(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// The folder of an iteration.
    pub(super) fn iteration(&self, name: &str, number: u32) -> PathBuf {
        self.calibration(name).join(number.to_string())
    }

    /// The folder of a collection in an iteration.
    pub(super) fn collection(&self, name: &str, number: u32, collection: &str) -> PathBuf {
        let iteration = self.iteration(name, number);
        iteration.join("collector_output").join(collection)
    }

    /// The folder of the algorithms in an iteration.
    pub(super) fn algorithms(&self, name: &str, number: u32) -> PathBuf {
        self.iteration(name, number).join("algorithm_output")
    }

    /// Tidies up after a run in which no calibration completed and the input is to blame: the
    /// folder is as it was before. What was continued stays. Errors are not told: the one that
    /// stopped the run is.
    pub(super) fn abandon(&self) {
        if !self.fresh {
            return;
        }
        if let Writing::Passing(behind) = &self.writing {
            let _ = behind.wait();
        }
        for name in &self.calibrations {
            let _ = remove(&self.calibration(name));
        }
        for name in [STATE, JOURNAL, OUTCOME, BACKGROUND, REPORT, PLAN, LOCK] {
            let _ = remove(&self.root.join(name));
        }
        if self.created {
            // Fails, as it should, when anything is left in it.
            let _ = fs::remove_dir(&self.root);
        }
    }

    /// Writes what came out, when nothing is done to the state any more.
    pub(super) fn finish(&self, outcome: &Outcome, behind: &Background) -> Result<(), Error> {
        // Empty by now, and only in the way.
        remove(&self.root.join(JOURNAL))?;
        self.write_json(&self.root.join(BACKGROUND), behind)?;
        self.write_json(&self.root.join(OUTCOME), outcome)
    }

    /// Writes `value` as JSON for reading.
    pub(super) fn write_json(&self, path: &Path, value: &impl Serialize) -> Result<(), Error> {
        write_json(path, value, &self.writing)
    }

    /// The same for a large value: the run may go on before the file is there.
    pub(super) fn write_json_behind(
        &self,
        path: PathBuf,
        value: impl Serialize + Send + 'static,
    ) -> Result<(), Error> {
        let writing = self.writing.clone();
        self.behind(&path.clone(), move || write_json(&path, &value, &writing))
    }

    /// Writes a large file: the run may go on before it is there.
    pub(super) fn write_file_behind(
        &self,
        path: PathBuf,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()> + Send + 'static,
    ) -> Result<(), Error> {
        let writing = self.writing.clone();
        self.behind(&path.clone(), move || write_file(&path, &writing, write))
    }

    fn behind(
        &self,
        path: &Path,
        write: impl FnOnce() -> Result<(), Error> + Send + 'static,
    ) -> Result<(), Error> {
        match &self.writing {
            Writing::Lasting => write(),
            Writing::Passing(behind) => behind.begin(path, write),
        }
    }

    /// A store of the run.
    pub(super) fn store(&self, folder: PathBuf) -> Store {
        let store = Store::new(folder);
        match &self.writing {
            Writing::Lasting => store,
            Writing::Passing(_) => store.passing(),
        }
    }

    /// Removes an earlier run, and nothing else.
    fn clear(&self, sign: &Sign) -> Result<(), Error> {
        // The sign goes last: a folder without it would be nobody's.
        for name in sign.calibrations() {
            // A name with a slash would lead out of the folder; ours have none.
            if Path::new(name).components().count() == 1 && !name.contains("..") {
                remove(&self.root.join(name))?;
            }
        }
        for name in [OUTPUTDB, OUTCOME, BACKGROUND, REPORT, JOURNAL, STATE] {
            remove(&self.root.join(name))?;
        }
        Ok(())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing the file would do the same.
        let _ = self.lock.unlock();
    }
}

/// Keeps other processes out, or says that one is there.
pub(super) fn lock(root: &Path) -> Result<File, Error> {
    let path = root.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::output(root))?;
    for _ in 0..LOOKS {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            // Someone may only be looking how far the run is, which takes no time.
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(Error::output(path)(error)),
        }
    }
    Err(Error::InUse {
        folder: root.into(),
    })
}

/// Whether there is nothing in the folder but what a run leaves that was killed at once.
fn is_empty(root: &Path) -> Result<bool, Error> {
    for entry in fs::read_dir(root).map_err(Error::output(root))? {
        let name = entry.map_err(Error::output(root))?.file_name();
        let name = name.to_string_lossy();
        if name != LOCK && name != CACHE && !name.starts_with(".partial-") {
            return Ok(false);
        }
    }
    Ok(true)
}

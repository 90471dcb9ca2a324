//! A pass over all files, as others ask for it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::before::{Before, Workplace, check_programs, made_of};
use super::constants::InForce;
use super::fill::{Objects, Tally};
use super::input::{Shelf, look_at};
use super::output::{Collected, FileCount};
use super::whole::Whole;
use super::{Collector, Constants, Error, Path, Payloads, Progress};
use crate::iov::{ExpRun, IoV};

/// How a pass is made; nothing of it but `payloads` can change what comes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Threads that read and fill; 0 takes as many as there are processors.
    pub threads: usize,
    /// Folder that keeps what programs of the path made; needed if there are any.
    pub cache: Option<PathBuf>,
    /// The constants in force, for programs that ask for them.
    pub payloads: Option<Payloads>,
}

/// One pass over the events of files, in their order.
///
/// # Errors
/// Everything of [`Error`]; of several, the one that comes first in the order of files and
/// entries. All files are opened and compared, and constants of all runs are asked for, before
/// the first event.
pub fn collect(
    collector: &Collector,
    files: &[(PathBuf, IoV)],
    constants: &dyn Constants,
    options: Options,
    progress: &dyn Progress,
) -> Result<Collected, Error> {
    let path = Path::default();
    collect_along(&path, collector, files, constants, options, progress)
}

/// One pass over the events that a path leaves of files, in their order.
///
/// # Errors
/// As [`collect()`], and those of the programs of the path.
pub fn collect_along(
    path: &Path,
    collector: &Collector,
    files: &[(PathBuf, IoV)],
    constants: &dyn Constants,
    options: Options,
    progress: &dyn Progress,
) -> Result<Collected, Error> {
    let before = Before::from(path);
    if files.is_empty() {
        return Err(Error::NoFiles {
            collector: collector.name.clone(),
        });
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .map_err(|source| Error::Threads {
            threads: options.threads,
            message: source.to_string(),
        })?;
    pool.install(|| {
        check_programs(&before)?;
        let read = made_files(&before, collector, files, &options, progress)?;
        let (layout, inputs) = look_at(collector, &before, &read)?;
        let entries = inputs.iter().map(|input| input.entries).sum();
        progress.started(inputs.len(), entries);
        let objects = Objects::new(collector, layout.as_ref(), pool.current_num_threads())?;
        let tally = Mutex::new(Tally::new(collector.cuts().count()));
        if let Some(layout) = &layout {
            let pass = Whole {
                collector,
                before: &before,
                layout,
                inputs: &inputs,
                shelf: Shelf::new(collector, layout, &inputs),
                objects: &objects,
                tally: &tally,
                progress,
            };
            pass.run(&pool, constants)?;
        }
        let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
        let files = files
            .iter()
            .zip(inputs)
            .map(|((path, _), input)| FileCount {
                path: path.clone(),
                entries: input.entries,
            })
            .collect();
        Ok(Collected::new(collector, files, &tally, objects))
    })
}

/// Whether a collector fits the columns of a file, and the constants that it looks up are there
/// if the file belongs to a single run; no event is read.
///
/// # Errors
/// As [`collect()`] before its first event.
pub fn check(
    collector: &Collector,
    file: &(PathBuf, IoV),
    constants: &dyn Constants,
) -> Result<(), Error> {
    check_along(&Path::default(), collector, file, constants)
}

/// Whether a collector fits the columns of a file that went along a path. Programs are not run:
/// after one, only that it is there is checked.
///
/// # Errors
/// As [`collect_along`] before its first event.
pub fn check_along(
    path: &Path,
    collector: &Collector,
    file: &(PathBuf, IoV),
    constants: &dyn Constants,
) -> Result<(), Error> {
    let before = Before::from(path);
    check_programs(&before)?;
    let layout = match before.programs.is_empty() {
        true => look_at(collector, &before, std::slice::from_ref(file))?.0,
        false => None,
    };
    Objects::new(collector, layout.as_ref(), 1)?;
    let run = single_run(&file.1).into_iter().collect();
    InForce::new(collector, &run, constants).map(|_| ())
}

/// The files that are read: what the programs of the path made, with the intervals of the inputs.
fn made_files(
    before: &Before,
    collector: &Collector,
    files: &[(PathBuf, IoV)],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Vec<(PathBuf, IoV)>, Error> {
    let workplace = Workplace {
        folder: options.cache.as_deref(),
        payloads: options.payloads.as_ref(),
        tree: &collector.tree,
    };
    let inputs: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    let made = made_of(before, &inputs, &workplace, progress)?;
    Ok(made
        .into_iter()
        .zip(files)
        .map(|(path, (_, iov))| (path, *iov))
        .collect())
}

/// The only run of an interval.
pub(super) fn single_run(iov: &IoV) -> Option<ExpRun> {
    let (low, high) = (iov.low(), iov.high());
    Some(low).filter(|run| *run == high && run.exp >= 0 && run.run >= 0)
}

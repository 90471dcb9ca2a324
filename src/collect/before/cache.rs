//! What programs made of the input files, kept under the hash of everything that took part.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::program::{self, Values};
use super::{Before, External, ProgramError};
use crate::collect::{Error, Progress};
use crate::dataset::events_in_basf2_file;
use crate::root::RootFile;

/// The constants in force, as a file that programs can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payloads {
    /// Text file of a local database; the payloads lie beside it.
    pub path: PathBuf,
    /// Changes when any of the constants does.
    pub identity: String,
}

/// Where programs work, and what they need.
pub(crate) struct Workplace<'a> {
    /// Folder of the files that were made; created when needed.
    pub(crate) folder: Option<&'a Path>,
    pub(crate) payloads: Option<&'a Payloads>,
    /// The tree that the collector reads.
    pub(crate) tree: &'a str,
}

/// Looks whether the programs and their files are there.
///
/// # Errors
/// The first that is not.
pub(crate) fn check_programs(before: &Before) -> Result<(), ProgramError> {
    before
        .programs
        .iter()
        .try_for_each(|(external, _)| program::check(external))
}

/// The files that the programs made of `inputs`, in their order; the inputs themselves without
/// programs.
///
/// # Errors
/// The first input, in their order, whose programs failed.
pub(crate) fn made_of(
    before: &Before,
    inputs: &[PathBuf],
    workplace: &Workplace<'_>,
    progress: &dyn Progress,
) -> Result<Vec<PathBuf>, Error> {
    if before.programs.is_empty() {
        return Ok(inputs.to_vec());
    }
    let names: Vec<&str> = before
        .programs
        .iter()
        .map(|(external, _)| external.name.as_str())
        .collect();
    progress.programs_started(&names, inputs.len());
    let made: Vec<Mutex<Option<Result<PathBuf, ProgramError>>>> =
        inputs.iter().map(|_| Mutex::new(None)).collect();
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    rayon::broadcast(|_| {
        while !stop.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = inputs.get(number) else {
                break;
            };
            // Files are taken in order: all before a failed one are finished too.
            let result = one(before, input, workplace);
            if result.is_ok() {
                progress.file_made(input);
            }
            stop.fetch_or(result.is_err(), Ordering::Relaxed);
            *made[number].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    });
    let mut files = Vec::new();
    for (input, result) in inputs.iter().zip(made) {
        match result.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(Ok(file)) => files.push(file),
            Some(Err(source)) => {
                return Err(Error::Program {
                    file: input.clone(),
                    source: Box::new(source),
                });
            }
            None => {}
        }
    }
    Ok(files)
}

/// What all programs make of one file, one after the other.
fn one(before: &Before, input: &Path, workplace: &Workplace<'_>) -> Result<PathBuf, ProgramError> {
    let mut file = std::path::absolute(input).map_err(ProgramError::io(input))?;
    let mut identity = identity(&file)?;
    let last = before.programs.len() - 1;
    for (number, (external, events)) in before.programs.iter().enumerate() {
        let own = [workplace.tree.to_owned()];
        let trees = match external.trees.as_slice() {
            [] if number == last => &own[..],
            trees => trees,
        };
        let step = Step {
            external,
            events: events_for(external, *events, &file)?,
            trees,
            workplace,
        };
        let key = step.key(&identity);
        file = step.made(&file, &key)?;
        identity = json!({ "made": key });
    }
    Ok(file)
}

/// An input file: where it lies, its size, and when it was changed.
fn identity(file: &Path) -> Result<Value, ProgramError> {
    let about = fs::metadata(file).map_err(ProgramError::io(file))?;
    let changed = about.modified().ok();
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Ok(json!({
        "path": file.to_string_lossy(),
        "size": about.len(),
        "changed": changed.map(|time| time.as_nanos().to_string()),
    }))
}

/// The number of events that a program is told, if it asks.
fn events_for(
    external: &External,
    events: Option<u64>,
    input: &Path,
) -> Result<Option<u64>, ProgramError> {
    if events.is_some() || !external.needs_events() {
        return Ok(events);
    }
    events_in_basf2_file(input)
        .map(Some)
        .map_err(|error| ProgramError::NoCount {
            name: external.name.clone(),
            file: input.to_path_buf(),
            reason: error.to_string(),
        })
}

/// A program and everything that decides what it makes of a file.
struct Step<'a> {
    external: &'a External,
    events: Option<u64>,
    trees: &'a [String],
    workplace: &'a Workplace<'a>,
}

impl Step<'_> {
    fn key(&self, input: &Value) -> String {
        let files = self.external.files.iter();
        let files: Vec<Value> = files.map(|sent| json!([sent.name, sent.hash])).collect();
        let payloads = self.workplace.payloads.map(|p| &p.identity);
        let all = json!({
            "b2caf": 1,
            "command": self.external.command,
            "environment": self.external.environment,
            "files": files,
            "input": input,
            "events": self.events,
            "payloads": payloads.filter(|_| self.external.needs_payloads()),
        });
        blake3::hash(all.to_string().as_bytes())
            .to_hex()
            .to_string()
    }

    /// The file of that key, made now unless it was before.
    fn made(&self, input: &Path, key: &str) -> Result<PathBuf, ProgramError> {
        let name = || self.external.name.clone();
        let folder = self
            .workplace
            .folder
            .ok_or_else(|| ProgramError::NoFolder { name: name() })?;
        let folder = std::path::absolute(folder).map_err(ProgramError::io(folder))?;
        let made = folder.join(format!("{key}.root"));
        if made.is_file() && self.check(&made).is_ok() {
            return Ok(made);
        }
        fs::create_dir_all(&folder).map_err(ProgramError::io(&folder))?;
        let work = tempfile::Builder::new()
            .prefix("work-")
            .tempdir_in(&folder)
            .map_err(ProgramError::io(&folder))?;
        self.send_files(work.path())?;
        let payloads = match self.workplace.payloads {
            None if self.external.needs_payloads() => {
                return Err(ProgramError::NoPayloads { name: name() });
            }
            payloads => {
                payloads.map(|p| std::path::absolute(&p.path).map_err(ProgramError::io(&p.path)))
            }
        };
        let payloads = payloads.transpose()?;
        let output = work.path().join("output.root");
        let values = Values {
            input,
            output: &output,
            events: self.events,
            payloads: payloads.as_deref(),
        };
        program::run(
            self.external,
            &values,
            work.path(),
            &folder.join(format!("{key}.log")),
        )?;
        self.check(&output)?;
        fs::rename(&output, &made).map_err(ProgramError::io(&made))?;
        Ok(made)
    }

    /// Puts the files of a program beside it.
    fn send_files(&self, folder: &Path) -> Result<(), ProgramError> {
        for sent in &self.external.files {
            let to = folder.join(&sent.name);
            fs::copy(&sent.path, &to).map_err(ProgramError::io(&sent.path))?;
            let content = fs::read(&to).map_err(ProgramError::io(&to))?;
            let hash = blake3::hash(&content).to_hex().to_string();
            if sent.hash.as_ref() != Some(&hash) {
                return Err(ProgramError::FileChanged {
                    name: self.external.name.clone(),
                    file: sent.path.clone(),
                });
            }
        }
        Ok(())
    }

    /// Whether a file has the trees that are needed.
    fn check(&self, output: &Path) -> Result<(), ProgramError> {
        let look = || -> crate::root::Result<()> {
            let file = RootFile::open(output)?;
            self.trees
                .iter()
                .try_for_each(|tree| file.tree(tree).map(|_| ()))
        };
        look().map_err(|source| ProgramError::BadOutput {
            name: self.external.name.clone(),
            command: self.external.command.join(" "),
            source: Box::new(source),
        })
    }
}

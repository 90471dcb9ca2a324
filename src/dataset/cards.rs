//! What is known of each file without reading its events, remembered for the life of the process.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use indexmap::IndexMap;

use super::basf2::{EVENT_TREE, FileMetaData};
use super::{Error, EventCounts, Fault, FileMap, listing};
use crate::iov::IoV;
use crate::root::RootFile;

/// Reads headers of files, each once.
///
/// A file that has changed on disk (size or time) is read again.
#[derive(Debug, Default)]
pub struct FileCards {
    known: Mutex<HashMap<PathBuf, FileCard>>,
}

/// What is known of one file.
#[derive(Clone, Debug)]
struct FileCard {
    stamp: Stamp,
    metadata: Option<FileMetaData>,
    /// Entries by name of the tree, as far as they were asked for.
    entries: HashMap<String, u64>,
}

/// Size and time of last change.
type Stamp = (u64, Option<SystemTime>);

impl FileCards {
    /// The cards of this process.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: LazyLock<FileCards> = LazyLock::new(FileCards::default);
        &SHARED
    }

    /// What the file says about itself; `None` for a file without such data, as a plain ntuple.
    ///
    /// # Errors
    /// The file cannot be opened or is damaged.
    pub fn metadata(&self, path: &Path) -> Result<Option<FileMetaData>, Fault> {
        Ok(self.card(path, None)?.metadata)
    }

    /// Entries of a tree, from its header.
    ///
    /// # Errors
    /// The file cannot be opened, is damaged, or has no such tree.
    pub fn entries(&self, path: &Path, tree: &str) -> Result<u64, Fault> {
        let card = self.card(path, Some(tree))?;
        Ok(card.entries.get(tree).copied().unwrap_or(0))
    }

    /// Checks that a file can be opened and holds no other runs than `iov`, as far as it says which.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, path: &Path, iov: IoV) -> Result<(), Fault> {
        let Some(metadata) = self.metadata(path)? else {
            return Ok(());
        };
        match metadata.runs {
            Some((first, last)) if !(iov.contains_run(first) && iov.contains_run(last)) => {
                Err(Fault::OtherRuns {
                    path: path.to_path_buf(),
                    first,
                    last,
                    given: iov,
                })
            }
            _ => Ok(()),
        }
    }

    /// Checks that every file has the tree `tree` and holds no other runs than it is given for.
    ///
    /// # Errors
    /// [`Error::Files`] with everything that is wrong.
    pub fn check_files(&self, files: &FileMap, tree: &str) -> Result<(), Error> {
        let mut faults = Vec::new();
        for (path, iov) in files.iter() {
            let fault = self
                .check(path, iov)
                .and_then(|()| self.entries(path, tree));
            faults.extend(fault.err());
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::Files(faults))
        }
    }

    /// The files that paths, folders and wildcards stand for, each with the runs that its metadata name.
    ///
    /// Relative paths start at `base`. Files without events are left out.
    ///
    /// # Errors
    /// [`Error::Files`] with everything that is wrong.
    pub fn files<'a>(
        &self,
        paths: impl IntoIterator<Item = &'a str>,
        base: &Path,
    ) -> Result<FileMap, Error> {
        let mut faults = Vec::new();
        let mut files = IndexMap::new();
        for text in paths {
            let found = listing::files(text, base).unwrap_or_else(|fault| {
                faults.push(fault);
                Vec::new()
            });
            for path in found {
                match self.interval(&path) {
                    Ok(Some(iov)) => {
                        files.insert(path, iov);
                    }
                    Ok(None) => {}
                    Err(fault) => faults.push(fault),
                }
            }
        }
        if faults.is_empty() {
            Ok(FileMap::from(files))
        } else {
            Err(Error::Files(faults))
        }
    }

    fn interval(&self, path: &Path) -> Result<Option<IoV>, Fault> {
        match self.metadata(path)? {
            Some(metadata) => metadata.iov(),
            None => Err(Fault::NoMetadata {
                path: path.to_path_buf(),
            }),
        }
    }

    /// The card of a file, with the entries of `tree` if that is given.
    fn card(&self, path: &Path, tree: Option<&str>) -> Result<FileCard, Fault> {
        let stamp = stamp(path)?;
        // A reader that panicked left the cards as they were before.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let old = known.get(path).filter(|card| card.stamp == stamp);
        let complete = |card: &FileCard| tree.is_none_or(|tree| card.entries.contains_key(tree));
        if let Some(card) = old.filter(|card| complete(card)) {
            return Ok(card.clone());
        }
        let file = RootFile::open(path)?;
        let mut card = match old {
            Some(card) => card.clone(),
            None => FileCard {
                stamp,
                metadata: FileMetaData::of(&file)?,
                entries: HashMap::new(),
            },
        };
        if let Some(tree) = tree {
            card.entries
                .insert(tree.to_owned(), file.tree(tree)?.entries());
        }
        known.insert(path.to_path_buf(), card.clone());
        Ok(card)
    }
}

impl EventCounts for FileCards {
    fn events(&self, path: &Path) -> Result<u64, Error> {
        Ok(self.entries(path, EVENT_TREE)?)
    }
}

/// Number of events of a basf2 file: the entries of `tree`, from its header.
///
/// # Errors
/// The file cannot be opened, is damaged, or has no `tree`.
pub fn events_in_basf2_file(path: &Path) -> Result<u64, Error> {
    FileCards::shared().events(path)
}

/// Checks with the cards of this process what [`FileCards::check`] checks.
///
/// # Errors
/// What is wrong with the file.
pub fn check_file(path: &Path, iov: IoV) -> Result<(), Fault> {
    FileCards::shared().check(path, iov)
}

fn stamp(path: &Path) -> Result<Stamp, Fault> {
    let about = fs::metadata(path).map_err(|source| Fault::Unreadable {
        path: path.to_path_buf(),
        source,
    })?;
    Ok((about.len(), about.modified().ok()))
}

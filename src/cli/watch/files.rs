//! The files that a round depends on, and whether they have changed.
//!
//! What counts is what a file is when one looks at it; being told of a change is only a reason to look.
//! So a file that is written in parts, renamed, deleted or restored needs no word of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// How long nothing may change before a look counts.
const QUIET: Duration = Duration::from_millis(20);
/// How long is waited at most for that.
const MOST: Duration = Duration::from_millis(400);

/// Size and time of change; `None` if there is no such file.
type Stamp = Option<(u64, Option<SystemTime>)>;

/// What files were at one time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Look(BTreeMap<PathBuf, Stamp>);

/// Files to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    files: BTreeSet<PathBuf>,
    /// Folders of which every file with that ending counts: one that was not there may appear.
    folders: BTreeSet<(PathBuf, &'static str)>,
}

impl Files {
    pub(super) fn add(&mut self, file: &Path) {
        self.files.insert(whole(file));
    }

    /// These count, too.
    pub(super) fn join(&mut self, other: &Self) {
        self.files.extend(other.files.iter().cloned());
        self.folders.extend(other.folders.iter().cloned());
    }

    /// Every file of a folder with that ending counts, too.
    pub(super) fn add_all(&mut self, folder: &Path, ending: &'static str) {
        self.folders.insert((whole(folder), ending));
    }

    /// The folders of all files.
    pub(super) fn folders(&self) -> BTreeSet<PathBuf> {
        let folders = self.files.iter().map(|file| folder_of(file));
        let whole = self.folders.iter().map(|(folder, _)| folder.clone());
        folders.chain(whole).collect()
    }

    /// Looks at all of them.
    pub(super) fn look(&self) -> Look {
        let mut found = BTreeMap::new();
        for file in &self.files {
            found.insert(file.clone(), stamp(file));
        }
        for (folder, wanted) in &self.folders {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()) {
                if path.extension().is_some_and(|ending| ending == *wanted) {
                    let stamp = stamp(&path);
                    found.insert(path, stamp);
                }
            }
        }
        Look(found)
    }

    /// Looks until nothing changes any more: files that are written in parts are whole then.
    pub(super) fn settled(&self) -> Look {
        let began = Instant::now();
        let mut last = self.look();
        loop {
            thread::sleep(QUIET);
            let now = self.look();
            if now == last || began.elapsed() > MOST {
                return now;
            }
            last = now;
        }
    }
}

impl Look {
    /// Files that are not what they were.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<PathBuf> {
        let all: BTreeSet<&PathBuf> = self.0.keys().chain(before.0.keys()).collect();
        let differs = |path: &&PathBuf| {
            let known = |look: &Self| look.0.get(*path).copied().flatten();
            known(self) != known(before)
        };
        all.into_iter().filter(differs).cloned().collect()
    }

    /// Takes over what files were that were not looked at here.
    pub(super) fn complete(&mut self, other: &Self) {
        for (file, stamp) in &other.0 {
            self.0.entry(file.clone()).or_insert(*stamp);
        }
    }

    /// Whether this file was looked at.
    pub(super) fn knows(&self, file: &Path) -> bool {
        self.0.contains_key(file)
    }

    /// Whether something that both looked at is not what it was.
    pub(super) fn differs_from(&self, before: &Self) -> bool {
        !self.changed_since(before).is_empty()
    }
}

/// One name for each file, however it was named.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// The folder of a file.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn stamp(file: &Path) -> Stamp {
    let facts = fs::metadata(file).ok()?;
    Some((facts.len(), facts.modified().ok()))
}

//! The payload in force for a name and a run, with where it comes from; or what there is instead.

use std::path::{Path, PathBuf};

use crate::iov::{ExpRun, IoV};

use super::super::store::checksum;
use super::super::{Database, Store};
use super::entry::by_runs;
use super::lines::{no_text_file, text_file};
use super::{TagError, TagState, TagStore};

/// Where a payload file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line of a testing store.
    Line {
        /// The text file.
        text_file: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
    /// A global tag.
    Tag {
        /// Its name.
        tag: String,
        /// How far it has come.
        state: TagState,
        /// The file with the metadata.
        metadata: PathBuf,
    },
}

/// A payload in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where it comes from.
    pub origin: Origin,
    /// Revision, as it stands in the name of the file.
    pub revision: String,
    /// When it is valid.
    pub iov: IoV,
    /// The file.
    pub file: PathBuf,
    /// Its content, which has been compared with what is known of its checksum.
    pub content: Vec<u8>,
    /// MD5 of the content.
    pub checksum: String,
}

/// What a search for a payload gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// The payload in force.
    Found(Box<Located>),
    /// There is none for the run.
    Absent(Absent),
}

/// What there is where a payload was not found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absent {
    /// Names of all payloads, each once.
    pub names: Vec<String>,
    /// Intervals of the payload that was looked for, by their runs.
    pub intervals: Vec<IoV>,
}

impl Absent {
    /// What there is among `entries`.
    fn of(name: &str, entries: impl Iterator<Item = (String, IoV)>) -> Self {
        let mut absent = Self::default();
        for (other, iov) in entries {
            if other == name {
                absent.intervals.push(iov);
            }
            absent.names.push(other);
        }
        absent.names.sort();
        absent.names.dedup();
        absent.intervals.sort_by_key(by_runs);
        absent.intervals.dedup();
        absent
    }

    /// The interval that ends last before `run`, and the one that begins first after it.
    #[must_use]
    pub fn beside(&self, run: ExpRun) -> [Option<IoV>; 2] {
        let before = self.intervals.iter().filter(|iov| by_runs(iov).1 < run);
        let after = self.intervals.iter().filter(|iov| by_runs(iov).0 > run);
        [
            before.max_by_key(|iov| by_runs(iov).1).copied(),
            after.min_by_key(|iov| by_runs(iov).0).copied(),
        ]
    }
}

/// Looks in a testing store (its folder, or its text file): of lines for the run the last one counts.
///
/// # Errors
/// When there is no text file or it cannot be understood, or the payload file is missing or was changed.
pub fn seek_in_store(path: &Path, name: &str, run: ExpRun) -> Result<Sought, TagError> {
    let text_file = text_file(path);
    let folder = text_file.parent().unwrap_or(Path::new("."));
    if !text_file.is_file() {
        return Err(no_text_file(path).into());
    }
    let database = Database::read(&text_file)?;
    let Some((record, iov)) = database
        .find(name, run)
        .and_then(|record| Some((record, record.iov?)))
    else {
        let records = database.records.iter();
        let entries = records.filter_map(|record| Some((record.name.clone(), record.iov?)));
        return Ok(Sought::Absent(Absent::of(name, entries)));
    };
    let store = Store::new(folder);
    let content = store.content(record)?;
    Ok(Sought::Found(Box::new(Located {
        revision: record.revision.clone(),
        iov,
        file: store.payload_file(name, &record.revision),
        checksum: checksum(&content),
        content,
        origin: Origin::Line {
            line: record.line,
            text_file,
        },
    })))
}

/// Looks in a tag, whatever its state: of payloads for the run the one with the highest revision counts.
///
/// # Errors
/// When there is no such tag, or the payload file is missing or was changed.
pub fn seek_in_tag(
    store: &TagStore,
    tag: &str,
    name: &str,
    run: ExpRun,
) -> Result<Sought, TagError> {
    let (state, (entries, _)) = store.read(|database| {
        let state = database.tag(tag)?.state;
        Ok((state, database.all_entries(tag)?))
    })?;
    let of_run = entries
        .iter()
        .filter(|entry| entry.payload.name == name && entry.iov.contains_run(run));
    let Some(entry) = of_run.max_by_key(|entry| entry.payload.revision) else {
        let entries = entries.iter();
        let entries = entries.map(|entry| (entry.payload.name.clone(), entry.iov));
        return Ok(Sought::Absent(Absent::of(name, entries)));
    };
    let (file, content) = store.content(&entry.payload)?;
    Ok(Sought::Found(Box::new(Located {
        revision: entry.payload.revision.to_string(),
        iov: entry.iov,
        file,
        checksum: entry.payload.checksum.clone(),
        content,
        origin: Origin::Tag {
            tag: tag.into(),
            state,
            metadata: store.file().into(),
        },
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_beside_a_run_are_the_nearest() {
        let iovs = ["7,1,7,5", "3,0,6,-1", "7,20,7,30", "8,0,-1,-1"];
        let entries = iovs.map(|iov| ("X".to_owned(), iov.parse().unwrap()));
        let absent = Absent::of("X", entries.into_iter());
        let beside = |run| absent.beside(run).map(|iov| iov.map(|iov| iov.to_string()));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            beside(ExpRun::new(7, 9)),
            [text("7,1,7,5"), text("7,20,7,30")]
        );
        assert_eq!(beside(ExpRun::new(1, 9)), [None, text("3,0,6,-1")]);
        assert_eq!(
            beside(ExpRun::new(7, 31)),
            [text("7,20,7,30"), text("8,0,-1,-1")]
        );
        assert_eq!(Absent::default().beside(ExpRun::new(1, 1)), [None, None]);
    }
}

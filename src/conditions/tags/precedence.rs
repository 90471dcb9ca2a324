//! Why a payload is in force: everything that is valid for a run, in the order of precedence.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::iov::{ExpRun, IoV};

use super::super::store::checksum;
use super::super::{Database, Error};
use super::lines::{no_text_file, payload_file, text_file};
use super::{GlobalTags, TagError};

/// A payload that is valid for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands: the name of a tag, or `temp://` and the text file of a testing store.
    pub source: String,
    /// Line of the text file, for a payload of a testing store.
    pub line: Option<usize>,
    /// Revision; 0 for a payload of a testing store.
    pub revision: i64,
    /// Revision as it stands in the file name.
    pub word: String,
    /// When it is valid.
    pub iov: IoV,
    /// MD5 of the file; of a testing store it is known for the winner only.
    pub checksum: Option<String>,
    /// The file, of the winner.
    pub file: Option<PathBuf>,
    /// Whether it is in force.
    pub wins: bool,
    /// Why it is in force, or why not.
    pub why: String,
}

/// Everything that is valid for `run`, in the order of precedence; the first one is in force.
///
/// Testing stores (folders or their text files) come first, in their order; in a store the last line that
/// matches counts. Then come tags in their order; in a tag the highest revision counts.
///
/// # Errors
/// When a text file cannot be understood, or the file of the winner is missing or was changed.
pub fn precedence(
    name: &str,
    run: ExpRun,
    stores: &[PathBuf],
    tags: Option<&GlobalTags>,
) -> Result<Vec<Candidate>, TagError> {
    let mut candidates = Vec::new();
    for store in stores {
        in_store(name, run, store, &mut candidates)?;
    }
    for (tag, entry) in tags.iter().flat_map(|tags| tags.candidates(name, run)) {
        let payload = &entry.payload;
        let why = match candidates
            .iter()
            .rev()
            .find(|c: &&Candidate| c.source == tag)
        {
            Some(_) => "the tag has a higher revision for this run".to_owned(),
            None => match candidates.first() {
                None => "highest revision of the first tag that has one".to_owned(),
                Some(first) if first.line.is_some() => {
                    "testing stores come before global tags".to_owned()
                }
                Some(first) => format!("{} comes before this tag", first.source),
            },
        };
        candidates.push(Candidate {
            source: tag.into(),
            line: None,
            revision: payload.revision,
            word: payload.revision.to_string(),
            iov: entry.iov,
            checksum: Some(payload.checksum.clone()),
            file: None,
            wins: candidates.is_empty(),
            why,
        });
    }
    let found = match (candidates.first(), tags) {
        (Some(first), Some(tags)) if first.line.is_none() => tags.find(name, run)?,
        _ => None,
    };
    if let (Some(found), Some(first)) = (found, candidates.first_mut()) {
        first.file = Some(found.file);
    }
    Ok(candidates)
}

/// The lines of a testing store that are valid for `run`, last one first.
fn in_store(
    name: &str,
    run: ExpRun,
    store: &Path,
    candidates: &mut Vec<Candidate>,
) -> Result<(), TagError> {
    let text = text_file(store);
    // A store that is named should be there; an empty answer would hide a slip of the pen.
    if !text.is_file() {
        return Err(no_text_file(store).into());
    }
    let database = Database::read(&text)?;
    let path = fs::canonicalize(&text).map_err(Error::io("read", &text))?;
    let source = format!("temp://{}", path.display());
    let mut here = false;
    for record in database.records.iter().rev() {
        let Some(iov) = record
            .iov
            .filter(|iov| record.name == name && iov.contains_run(run))
        else {
            continue;
        };
        let wins = candidates.is_empty();
        let why = if wins {
            "last line for this run in the first store that has one"
        } else if here {
            "a later line of this file counts"
        } else {
            "an earlier store has one"
        };
        let mut candidate = Candidate {
            source: source.clone(),
            line: Some(record.line),
            revision: 0,
            word: record.revision.clone(),
            iov,
            checksum: None,
            file: None,
            wins,
            why: why.into(),
        };
        if wins {
            let folder = text.parent().unwrap_or(Path::new("."));
            let file = payload_file(folder, name, &record.revision);
            let bytes = fs::read(&file).map_err(|error| match error.kind() {
                ErrorKind::NotFound => Error::FileMissing {
                    path: text.clone(),
                    line: record.line,
                    file: file.clone(),
                },
                _ => Error::io("read", &file)(error),
            })?;
            candidate.checksum = Some(checksum(&bytes));
            candidate.file = Some(file);
        }
        here = true;
        candidates.push(candidate);
    }
    Ok(())
}

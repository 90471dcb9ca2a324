//! The lines that are to be uploaded, checked before anything is sent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::conditions::Store;
use crate::conditions::server::Error;
use crate::conditions::server::files::checksum_of;
use crate::conditions::server::names::check_payload;
use crate::iov::{ExpRun, IoV};

/// A payload file with an interval, as a line of a store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadLine {
    /// Where it stands, for messages: `localdb/database.txt, line 3`.
    pub place: String,
    /// Payload name.
    pub name: String,
    /// When it is valid.
    pub iov: IoV,
    /// The payload file.
    pub file: PathBuf,
}

impl UploadLine {
    /// All lines of a store, in its order.
    ///
    /// # Errors
    /// When the store cannot be read, or a line has an interval that is empty or backwards.
    pub fn of_store(store: &Store) -> Result<Vec<Self>, Error> {
        let text_file = store.text_file();
        let mut lines = Vec::new();
        for record in store.database()?.records {
            let place = format!("{}, line {}", text_file.display(), record.line);
            let Some(iov) = record.iov else {
                let reason = format!("the interval of {} is empty or backwards", record.name);
                return Err(Error::Line { place, reason });
            };
            lines.push(Self {
                place,
                iov,
                file: store.payload_file(&record.name, &record.revision),
                name: record.name,
            });
        }
        Ok(lines)
    }
}

/// A payload with its MD5 and the interval it is to have.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) iov: IoV,
    pub(super) checksum: String,
    pub(super) file: PathBuf,
}

/// Of the lines with equal name and interval the last, sorted by these two; with its MD5.
///
/// # Errors
/// [`Error::Line`] for the first line that must not be sent.
pub(super) fn wanted(lines: &[UploadLine]) -> Result<Vec<Wanted>, Error> {
    let mut last = BTreeMap::new();
    let mut checksums = BTreeMap::new();
    for line in lines {
        let wrong = |reason: String| Error::Line {
            place: line.place.clone(),
            reason,
        };
        check_payload(&line.name).map_err(|error| wrong(error.to_string()))?;
        if line.iov.low() == ExpRun::new(-1, -1) {
            let iov = line.iov;
            return Err(wrong(format!(
                "the interval {iov} of {} has no beginning",
                line.name
            )));
        }
        if !checksums.contains_key(&line.file) {
            let checksum = checksum_of(&line.file).map_err(|error| {
                let (name, file) = (&line.name, line.file.display());
                wrong(format!("the file {file} of {name} cannot be read: {error}"))
            })?;
            checksums.insert(line.file.clone(), checksum);
        }
        last.insert((line.name.clone(), line.iov), line.file.clone());
    }
    Ok(last
        .into_iter()
        .map(|((name, iov), file)| Wanted {
            checksum: checksums.get(&file).cloned().unwrap_or_default(),
            name,
            iov,
            file,
        })
        .collect())
}

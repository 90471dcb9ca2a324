//! A tag as a testing store.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::iov::IoV;

use super::super::commit::{UNDER_WAY, write_synced};
use super::super::{Error, check_name};
use super::entry::by_runs;
use super::{PayloadInfo, TagEntry, TagError, TagStore};

/// Name of the text file.
const TEXT: &str = "database.txt";

impl TagStore {
    /// Makes a testing store in the folder `into` of what a tag holds, or of what is valid for some of
    /// `runs`. The text file comes last: if it is there, so is everything it names.
    ///
    /// Lines are sorted by name, revision and interval. Of lines for one run the last one counts, which is then
    /// the one with the highest revision, as in the tag.
    ///
    /// # Errors
    /// When the folder holds a testing store already, a payload file is missing or was changed, or something
    /// cannot be read or written. The files that were written stay, and are taken as they are the next time.
    pub fn download(
        &self,
        tag: &str,
        runs: Option<IoV>,
        into: &Path,
    ) -> Result<Vec<TagEntry>, TagError> {
        let mut entries = self.entries(tag)?;
        entries.retain(|entry| runs.is_none_or(|runs| runs.overlaps(&entry.iov)));
        testing_store(entries, into, |payload| Ok(self.content(payload)?.1))
    }
}

/// Makes a testing store in the folder `into` of entries of a tag, with the content that `content` gives for each
/// payload; gives the entries in the order of the lines. The text file comes last.
pub(in super::super) fn testing_store<E: From<TagError>>(
    mut entries: Vec<TagEntry>,
    into: &Path,
    content: impl Fn(&PayloadInfo) -> Result<Vec<u8>, E>,
) -> Result<Vec<TagEntry>, E> {
    entries.sort_by(|a, b| {
        let key = |entry: &TagEntry| (entry.payload.revision, by_runs(&entry.iov));
        let names = a.payload.name.cmp(&b.payload.name);
        names.then_with(|| key(a).cmp(&key(b)))
    });
    free_for_a_store(into)?;
    fs::create_dir_all(into)
        .map_err(|error| TagError::from(Error::io("create the folder", into)(error)))?;
    let mut text = String::new();
    let mut done = BTreeSet::new();
    for entry in &entries {
        let payload = &entry.payload;
        let (name, revision) = (&payload.name, payload.revision);
        check_name(name).map_err(TagError::from)?;
        if done.insert((name.clone(), revision)) {
            let extension = payload.extension();
            let file = format!("dbstore_{name}_rev_{revision}.{extension}");
            publish(into, &file, &content(payload)?)?;
        }
        text += &format!("dbstore/{name} {revision} {}\n", entry.iov);
    }
    sync(into)?;
    publish(into, TEXT, text.as_bytes())?;
    sync(into)?;
    Ok(entries)
}

/// Whether a folder holds no testing store yet.
pub(in super::super) fn free_for_a_store(folder: &Path) -> Result<(), TagError> {
    let text_file = folder.join(TEXT);
    if text_file.exists() {
        return Err(Error::Exists(text_file).into());
    }
    Ok(())
}

/// Writes a file that has its whole content as soon as it has its name.
fn publish(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), TagError> {
    let path = folder.join(name);
    match fs::read(&path) {
        Ok(found) if found == bytes => return Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Error::io("read", path)(error).into());
        }
        _ => {}
    }
    let temporary = folder.join(format!("{UNDER_WAY}download"));
    write_synced(&temporary, bytes)?;
    fs::rename(&temporary, &path).map_err(Error::io("write", path))?;
    Ok(())
}

fn sync(folder: &Path) -> Result<(), TagError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::io("write", folder)(error).into())
}

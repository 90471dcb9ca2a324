//! A transaction on a store: all payloads become visible together, or none.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::iov::{ExpRun, IoV};

use super::store::checksum;
use super::{Database, Error, Origin, Payload, Provenance, Store};

/// Digits of the checksum that name a payload file, unless another file has that name.
pub(super) const SHORT: usize = 6;

/// Name of files under way: hidden, and swept away by the next commit.
pub(super) const UNDER_WAY: &str = ".partial-";

/// Payloads that are to be stored together.
pub struct Commit<'store> {
    store: &'store Store,
    entries: Vec<Entry>,
}

struct Entry {
    payload: Payload,
    iov: IoV,
    facts: Value,
}

/// What was stored for one payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Payload name.
    pub name: String,
    /// Revision in the file name: the first digits of the checksum.
    pub revision: String,
    /// MD5 of the payload file.
    pub checksum: String,
    /// Interval of validity.
    pub iov: IoV,
    /// The payload file.
    pub file: PathBuf,
}

/// The moments between which a commit may be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Before a file is written under a temporary name.
    Write,
    /// Before a file gets its final name.
    Publish,
    /// Before the text file is replaced.
    Replace,
    /// After everything.
    Done,
}

/// Asked at every moment; an error (or a panic) there stands for a failure of the machine.
pub(super) type Interruption<'a> = &'a mut dyn FnMut(Moment) -> io::Result<()>;

impl<'store> Commit<'store> {
    pub(super) fn new(store: &'store Store) -> Self {
        Self {
            store,
            entries: Vec::new(),
        }
    }

    /// Adds a payload, its interval, and where it came from.
    ///
    /// # Errors
    /// When the payload cannot be stored (see [`Payload::check`]) or the interval has no beginning.
    pub fn add(&mut self, payload: Payload, iov: IoV, facts: Value) -> Result<(), Error> {
        payload.check()?;
        if iov.low() == ExpRun::new(-1, -1) {
            return Err(Error::EmptyIov {
                payload: payload.name,
                iov,
            });
        }
        self.entries.push(Entry {
            payload,
            iov,
            facts,
        });
        Ok(())
    }

    /// Writes everything. Whatever happens in between, the text file names either all payloads
    /// of this commit or none, and no file under a final name is incomplete.
    ///
    /// # Errors
    /// When something cannot be written, or the text file that is there cannot be understood.
    pub fn finish(self) -> Result<Vec<Written>, Error> {
        self.finish_unless(&mut |_| Ok(()))
    }

    /// As [`Commit::finish`], asking `interruption` at every moment.
    pub(super) fn finish_unless(self, interruption: Interruption) -> Result<Vec<Written>, Error> {
        if self.entries.is_empty() {
            return Ok(Vec::new());
        }
        let folder = self.store.folder();
        // Held until the end: two processes may write to the same store.
        let lock = match File::open(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(folder).map_err(Error::io("create the folder", folder))?;
                File::open(folder)
            }
            opened => opened,
        };
        let lock = lock.map_err(Error::io("open", folder))?;
        lock.lock().map_err(Error::io("lock", folder))?;
        sweep(folder)?;
        let result = self.write(&lock, interruption);
        if result.is_err() {
            sweep(folder)?;
        }
        result
    }

    fn write(self, folder: &File, interruption: Interruption) -> Result<Vec<Written>, Error> {
        let text_file = self.store.text_file();
        let mut text = read_text(&text_file)?;
        let mut files = BTreeMap::new();
        let written = self.plan(&mut files)?;
        for line in &written {
            text.push_str(&format!(
                "dbstore/{} {} {}\n",
                line.name, line.revision, line.iov
            ));
        }
        let store_folder = self.store.folder();
        let mut moves = Vec::new();
        for (number, (path, bytes)) in files.iter().enumerate() {
            let temporary = store_folder.join(format!("{UNDER_WAY}{number}"));
            ask(interruption, Moment::Write, &temporary)?;
            self.put(&temporary, bytes)?;
            moves.push((temporary, path));
        }
        for (temporary, path) in moves {
            ask(interruption, Moment::Publish, path)?;
            fs::rename(&temporary, path).map_err(Error::io("write", path))?;
        }
        // The names of the payload files must be on disk before the text that refers to them.
        self.sync(folder)?;
        let temporary = store_folder.join(format!("{UNDER_WAY}text"));
        ask(interruption, Moment::Write, &temporary)?;
        self.put(&temporary, text.as_bytes())?;
        ask(interruption, Moment::Replace, &text_file)?;
        fs::rename(&temporary, &text_file).map_err(Error::io("write", &text_file))?;
        self.sync(folder)?;
        ask(interruption, Moment::Done, &text_file)?;
        Ok(written)
    }

    fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        match self.store.passing {
            true => fs::write(path, bytes).map_err(Error::io("write", path)),
            false => write_synced(path, bytes),
        }
    }

    /// Waits until the names in the folder are on the disk.
    fn sync(&self, folder: &File) -> Result<(), Error> {
        match self.store.passing {
            true => Ok(()),
            false => folder
                .sync_all()
                .map_err(Error::io("write", self.store.folder())),
        }
    }

    /// Gives each payload its revision and collects the files that must be written.
    fn plan(&self, files: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<Vec<Written>, Error> {
        let mut origins: BTreeMap<PathBuf, Provenance> = BTreeMap::new();
        let mut written = Vec::new();
        for entry in &self.entries {
            let name = &entry.payload.name;
            let bytes = self.store.encode(&entry.payload)?;
            let checksum = checksum(&bytes);
            let (revision, file) = self.revision(name, &checksum, &bytes, files)?;
            let path = self.store.provenance_file(name, &revision);
            if !origins.contains_key(&path) {
                let found = self.store.provenance(name, &revision)?;
                origins.insert(path.clone(), found.unwrap_or_default());
            }
            if let Some(provenance) = origins.get_mut(&path) {
                provenance.payload.clone_from(name);
                provenance.revision.clone_from(&revision);
                provenance.checksum.clone_from(&checksum);
                provenance.add(Origin {
                    iov: entry.iov,
                    facts: entry.facts.clone(),
                });
            }
            written.push(Written {
                name: name.clone(),
                revision,
                checksum,
                iov: entry.iov,
                file,
            });
        }
        for (path, provenance) in origins {
            files.insert(path, provenance.to_json().into_bytes());
        }
        Ok(written)
    }

    /// The shortest revision whose file is free or already holds these bytes.
    fn revision(
        &self,
        name: &str,
        checksum: &str,
        bytes: &[u8],
        files: &mut BTreeMap<PathBuf, Vec<u8>>,
    ) -> Result<(String, PathBuf), Error> {
        for digits in SHORT..=checksum.len() {
            let revision = &checksum[..digits];
            let path = self.store.payload_file(name, revision);
            if let Some(planned) = files.get(&path) {
                if planned == bytes {
                    return Ok((revision.into(), path));
                }
                continue;
            }
            match fs::read(&path) {
                Ok(found) if found == bytes => return Ok((revision.into(), path)),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    files.insert(path.clone(), bytes.to_vec());
                    return Ok((revision.into(), path));
                }
                Err(error) => return Err(Error::io("read", path)(error)),
            }
        }
        // All 32 digits agree and the content does not: the file was changed after it was written.
        let path = self.store.payload_file(name, checksum);
        Err(Error::NotAPayload {
            path,
            reason: "its content does not have the checksum in its name".into(),
        })
    }
}

fn ask(interruption: Interruption, moment: Moment, path: &Path) -> Result<(), Error> {
    interruption(moment).map_err(Error::io("write", path))
}

/// The text file as it is, ending in a newline; empty if there is none.
pub(super) fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(Error::io("read", path)(error)),
    };
    let mut text = String::from_utf8(bytes).map_err(|error| Error::Line {
        path: path.into(),
        line: 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count(),
        reason: "this is not UTF-8 text".into(),
    })?;
    // Lines after one that cannot be read would never be found.
    Database::parse(path, &text)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

pub(super) fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = File::create(path).map_err(Error::io("create", path))?;
    file.write_all(bytes).map_err(Error::io("write", path))?;
    file.sync_all().map_err(Error::io("write", path))
}

/// Removes what an interrupted commit left under temporary names.
fn sweep(folder: &Path) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    for entry in entries {
        let entry = entry.map_err(Error::io("read", folder))?;
        if entry.file_name().to_string_lossy().starts_with(UNDER_WAY) {
            let path = entry.path();
            fs::remove_file(&path).map_err(Error::io("remove", path))?;
        }
    }
    Ok(())
}

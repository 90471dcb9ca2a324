//! A folder with `database.txt` and payload files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use md5::{Digest, Md5};

use crate::iov::ExpRun;

use super::commit::SHORT;
use super::{
    Commit, Database, Error, InForce, Payload, PayloadFormat, Provenance, Record, RootForm,
};

/// A testing store: `database.txt` and payload files in one folder.
#[derive(Clone)]
pub struct Store {
    folder: Arc<Path>,
    format: Arc<dyn PayloadFormat>,
    /// What it is called when it is said where constants come from, if not its folder.
    called: Option<Arc<str>>,
    /// What the text file said when it was read first, if the store no longer changes.
    frozen: Option<Arc<OnceLock<Arc<Database>>>>,
    /// Whether what is written need not outlast a loss of power.
    pub(super) passing: bool,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.origin())
    }
}

impl Store {
    /// The store in `folder`, which need not exist yet, with payloads as ROOT files.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self::with_format(folder, Arc::new(RootForm))
    }

    /// The store in `folder` with payloads of another file form.
    #[must_use]
    pub fn with_format(folder: impl Into<PathBuf>, format: Arc<dyn PayloadFormat>) -> Self {
        Self {
            folder: folder.into().into(),
            format,
            called: None,
            frozen: None,
            passing: false,
        }
    }

    /// The same store, known not to change any more: its text file is read once, for all that are
    /// cloned from this one.
    #[must_use]
    pub fn frozen(mut self) -> Self {
        self.frozen = Some(Arc::default());
        self
    }

    /// The same store, for payloads that are made anew after a loss of power: a commit does not wait
    /// for the disk.
    #[must_use]
    pub fn passing(mut self) -> Self {
        self.passing = true;
        self
    }

    /// The same store under a name that says where its constants come from: `global tag main`.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        self.called = Some(name.into());
        self
    }

    /// Where its constants come from: its name, or its folder if it has none.
    #[must_use]
    pub fn origin(&self) -> String {
        self.called
            .as_deref()
            .map_or_else(|| self.folder.to_string_lossy().into_owned(), str::to_owned)
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The text file.
    #[must_use]
    pub fn text_file(&self) -> PathBuf {
        self.folder.join("database.txt")
    }

    /// The file of a payload.
    #[must_use]
    pub fn payload_file(&self, name: &str, revision: &str) -> PathBuf {
        let extension = self.format.extension();
        self.folder
            .join(format!("dbstore_{name}_rev_{revision}.{extension}"))
    }

    /// The file that says where a payload came from.
    #[must_use]
    pub fn provenance_file(&self, name: &str, revision: &str) -> PathBuf {
        self.folder
            .join(format!("dbstore_{name}_rev_{revision}.provenance.json"))
    }

    /// A transaction on this store.
    #[must_use]
    pub fn commit(&self) -> Commit<'_> {
        Commit::new(self)
    }

    /// What the text file says.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub fn database(&self) -> Result<Database, Error> {
        Database::read(&self.text_file())
    }

    /// The payload in force for `name` in `run`, or `None` if no line matches.
    ///
    /// # Errors
    /// When the text file or the payload file cannot be understood, or a payload file is missing.
    pub fn find(&self, name: &str, run: ExpRun) -> Result<Option<Payload>, Error> {
        Ok(self.find_in_force(name, run)?.map(|(payload, _)| payload))
    }

    /// The same, and where it comes from.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn find_in_force(
        &self,
        name: &str,
        run: ExpRun,
    ) -> Result<Option<(Payload, InForce)>, Error> {
        match self.known()?.find(name, run) {
            None => Ok(None),
            Some(record) => Ok(Some((self.read(record)?, InForce::new(self, record)))),
        }
    }

    /// What the text file says, or said.
    fn known(&self) -> Result<Arc<Database>, Error> {
        let Some(frozen) = &self.frozen else {
            return self.database().map(Arc::new);
        };
        if let Some(known) = frozen.get() {
            return Ok(Arc::clone(known));
        }
        let read = self.database().map(Arc::new)?;
        Ok(Arc::clone(frozen.get_or_init(|| read)))
    }

    /// The content of the payload file of one record.
    ///
    /// # Errors
    /// When it is missing, cannot be read, or is not what it was stored as.
    pub fn content(&self, record: &Record) -> Result<Vec<u8>, Error> {
        let file = self.payload_file(&record.name, &record.revision);
        let bytes = fs::read(&file).map_err(|error| {
            if error.kind() == ErrorKind::NotFound {
                Error::FileMissing {
                    path: self.text_file(),
                    line: record.line,
                    file: file.clone(),
                }
            } else {
                Error::io("read", &file)(error)
            }
        })?;
        match changed(&record.revision, &bytes) {
            None => Ok(bytes),
            Some(found) => Err(Error::Changed {
                path: file,
                revision: record.revision.clone(),
                found,
            }),
        }
    }

    /// The payload of one record.
    ///
    /// # Errors
    /// As [`Store::find`].
    pub fn read(&self, record: &Record) -> Result<Payload, Error> {
        let file = self.payload_file(&record.name, &record.revision);
        let bytes = self.content(record)?;
        let payload =
            self.format
                .read(&record.name, bytes)
                .map_err(|reason| Error::NotAPayload {
                    path: file.clone(),
                    reason,
                })?;
        if payload.name != record.name {
            return Err(Error::OtherPayload {
                path: file,
                found: payload.name,
                expected: record.name.clone(),
            });
        }
        Ok(payload)
    }

    /// Where a payload came from; `None` if nothing was written about it.
    ///
    /// # Errors
    /// When the file cannot be read or understood.
    pub fn provenance(&self, name: &str, revision: &str) -> Result<Option<Provenance>, Error> {
        let file = self.provenance_file(name, revision);
        let bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", file)(error)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Error::NotAPayload {
                path: file,
                reason: error.to_string(),
            })
    }

    /// The content of `payload` as a file.
    pub(super) fn encode(&self, payload: &Payload) -> Result<Vec<u8>, Error> {
        self.format.write(payload)
    }
}

/// The checksum of a content that is not the one its revision was made of. The revision of a
/// downloaded payload is a small number, which says nothing.
fn changed(revision: &str, bytes: &[u8]) -> Option<String> {
    let is_digest =
        revision.len() >= SHORT && revision.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let found = checksum(bytes);
    (is_digest && !found.starts_with(revision)).then_some(found)
}

/// MD5 of `bytes` as 32 lower-case hexadecimal digits.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    format!("{:x}", Md5::digest(bytes))
}

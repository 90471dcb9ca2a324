//! The folder with `metadata.sqlite` and payload files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, ffi};

use super::super::Error;
use super::database::Database;
use super::files::PayloadFiles;
use super::{BrokenEntry, PayloadInfo, Tag, TagEntry, TagError, TagState, schema};

/// How long to wait for another program that keeps the file to itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Global tags with their payload files, in one folder.
///
/// Each change is one transaction: whoever reads, and whoever comes after a crash, sees everything before
/// it or everything after it. Payload files are on disk before the metadata that name them.
#[derive(Debug)]
pub struct TagStore {
    file: PathBuf,
    files: PayloadFiles,
    connection: Mutex<Connection>,
}

impl TagStore {
    /// Name of the file with the metadata.
    pub const FILE: &'static str = "metadata.sqlite";

    /// Opens the store in `folder` for writing; makes it if there is none. `folder` may also name the
    /// file with the metadata itself.
    ///
    /// # Errors
    /// When the file is something else, has another layout, or cannot be written.
    pub fn create_or_open(folder: &Path) -> Result<Self, TagError> {
        let file = metadata_file(folder);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(Error::io("create the folder", parent))?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let this = Self::open(file, flags)?;
        this.change(|database| schema::create(database.connection, database.file))?;
        Ok(this)
    }

    /// Opens the store for reading only.
    ///
    /// # Errors
    /// When there is none, the file is something else, or has another layout.
    pub fn open_read_only(folder: &Path) -> Result<Self, TagError> {
        let this = Self::open_existing(folder, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        schema::check(&this.connection(), &this.file)?;
        Ok(this)
    }

    /// Opens the store for writing; there must be one.
    ///
    /// # Errors
    /// As [`TagStore::open_read_only`].
    pub fn open_to_change(folder: &Path) -> Result<Self, TagError> {
        let this = Self::open_existing(folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::check(&this.connection(), &this.file)?;
        Ok(this)
    }

    /// Opens any file that has the two relations from which payloads are looked up (`globaltags` and
    /// `iov_payloads`), whoever wrote it, for reading only.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn open_to_look_up(folder: &Path) -> Result<Self, TagError> {
        Self::open_existing(folder, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn open_existing(folder: &Path, flags: OpenFlags) -> Result<Self, TagError> {
        let file = metadata_file(folder);
        if !file.exists() {
            return Err(TagError::NoStore { file });
        }
        let this = Self::open(file, flags)?;
        if must_be_recovered(&this.connection()) {
            // The last writer was killed while it wrote. Only a writer can undo that.
            return Self::open(this.file.clone(), OpenFlags::SQLITE_OPEN_READ_WRITE);
        }
        Ok(this)
    }

    fn open(file: PathBuf, flags: OpenFlags) -> Result<Self, TagError> {
        let failed = TagError::of(&file);
        // One mutex around the connection is enough; SQLite need not have one of its own.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags).map_err(&failed)?;
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
            // With `extra` the end of a transaction is on disk too: what was reported as done stays done.
            // The form of the journal is the default one, which network file systems and old readers know.
            connection
                .execute_batch("pragma synchronous = extra; pragma foreign_keys = on;")
                .map_err(&failed)?;
        }
        drop(failed);
        let folder = file.parent().unwrap_or(Path::new("."));
        Ok(Self {
            files: PayloadFiles::new(folder),
            file,
            connection: Mutex::new(connection),
        })
    }

    /// The file with the metadata.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The payload files beside it.
    #[must_use]
    pub fn files(&self) -> &PayloadFiles {
        &self.files
    }

    /// All tags, sorted by name.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tags(&self) -> Result<Vec<Tag>, TagError> {
        self.read(|database| database.tags())
    }

    /// One tag.
    ///
    /// # Errors
    /// [`TagError::UnknownTag`], or when the file cannot be read.
    pub fn tag(&self, name: &str) -> Result<Tag, TagError> {
        self.read(|database| database.tag(name))
    }

    /// What a tag holds, sorted by name in small letters, interval, revision.
    ///
    /// # Errors
    /// As [`TagStore::tag`]; [`TagError::BrokenInterval`] when it holds numbers that are no interval.
    pub fn entries(&self, tag: &str) -> Result<Vec<TagEntry>, TagError> {
        self.read(|database| database.entries(tag))
    }

    /// As [`TagStore::entries`], with numbers that are no interval apart.
    ///
    /// # Errors
    /// As [`TagStore::tag`].
    pub fn all_entries(&self, tag: &str) -> Result<(Vec<TagEntry>, Vec<BrokenEntry>), TagError> {
        self.read(|database| database.all_entries(tag))
    }

    /// Makes an empty tag in state `OPEN`.
    ///
    /// # Errors
    /// When it is there already, the name cannot be one, or the file cannot be written.
    pub fn create_tag(&self, name: &str) -> Result<(), TagError> {
        self.change(|database| database.create_tag(name, TagState::Open).map(drop))
    }

    /// Gives a tag another state; gives the one it had.
    ///
    /// # Errors
    /// [`TagError::Transition`] when the new state does not follow the old one.
    pub fn set_state(&self, name: &str, to: TagState) -> Result<TagState, TagError> {
        self.change(|database| {
            let from = database.tag(name)?.state;
            if from != to && !from.next().contains(&to) {
                let tag = name.into();
                return Err(TagError::Transition { tag, from, to });
            }
            database.set_state(name, to)?;
            Ok(from)
        })
    }

    /// Puts a tag as it is elsewhere into this store, in place of one of that name; other tags stay.
    ///
    /// Payloads come with the revisions and checksums they have there. Their files are not part of this.
    ///
    /// # Errors
    /// When a payload of the same name and revision has another checksum here, or the file cannot be
    /// written.
    pub fn add(&self, name: &str, state: TagState, entries: &[TagEntry]) -> Result<(), TagError> {
        self.change(|database| {
            database.remove_tag(name)?;
            database.create_tag(name, state)?;
            for entry in entries {
                database.insert_payload(&entry.payload)?;
                database.insert(name, entry)?;
            }
            Ok(())
        })?;
        self.compact()
    }

    /// Gives back the room of what was replaced.
    pub(super) fn compact(&self) -> Result<(), TagError> {
        let compacted = self.connection().execute_batch("vacuum");
        compacted.map_err(TagError::of(&self.file))
    }

    /// The content of a payload, with the file it was found in.
    ///
    /// # Errors
    /// When there is no file of it, or none with the right checksum.
    pub fn content(&self, payload: &PayloadInfo) -> Result<(PathBuf, Vec<u8>), TagError> {
        self.files.content(payload)
    }

    /// Asks for several things at one moment.
    pub(super) fn read<T>(
        &self,
        look: impl FnOnce(&Database<'_>) -> Result<T, TagError>,
    ) -> Result<T, TagError> {
        self.within(TransactionBehavior::Deferred, look)
    }

    /// A change, all or nothing.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&Database<'_>) -> Result<T, TagError>,
    ) -> Result<T, TagError> {
        self.within(TransactionBehavior::Immediate, change)
    }

    fn within<T>(
        &self,
        behaviour: TransactionBehavior,
        work: impl FnOnce(&Database<'_>) -> Result<T, TagError>,
    ) -> Result<T, TagError> {
        let failed = TagError::of(&self.file);
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(behaviour)
            .map_err(&failed)?;
        let database = Database {
            connection: &transaction,
            file: &self.file,
        };
        let result = work(&database)?;
        transaction.commit().map_err(&failed)?;
        Ok(result)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere leaves no open transaction behind: dropping one rolls it back.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file of the store in `folder`, which may be that file.
fn metadata_file(folder: &Path) -> PathBuf {
    if folder.is_file() {
        folder.into()
    } else {
        folder.join(TagStore::FILE)
    }
}

/// Whether a writer was killed in the middle and this connection may not undo what it did.
fn must_be_recovered(connection: &Connection) -> bool {
    let looked = connection.query_row("select count(*) from sqlite_master", [], |_| Ok(()));
    matches!(
        looked,
        Err(rusqlite::Error::SqliteFailure(error, _))
            if error.extended_code == ffi::SQLITE_READONLY_ROLLBACK
    )
}

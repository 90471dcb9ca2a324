//! The file of states.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, ffi};

use crate::settings::nearest;

use super::super::Writing;
use super::{CalibrationState, Row, StateError, schema, statements};

/// How long to wait for another program that keeps the file to itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// The states of all calibrations of an output folder.
///
/// Each change is one transaction: whoever reads, and whoever comes after a crash, sees the state
/// before or the state after, never a mixture.
#[derive(Debug)]
pub struct StateDb {
    file: PathBuf,
    connection: Mutex<Connection>,
}

impl StateDb {
    /// Name of the file in the output folder.
    pub const FILE: &'static str = "caf_state.db";

    /// Opens the file for writing; creates it if there is none.
    ///
    /// # Errors
    /// When the file is something else, comes from a newer version, or cannot be written.
    pub fn create_or_open(file: impl Into<PathBuf>) -> Result<Self, StateError> {
        Self::create_or_open_as(file, &Writing::Lasting)
    }

    /// The same, and how much is waited for with each change.
    ///
    /// # Errors
    /// As [`StateDb::create_or_open`].
    pub fn create_or_open_as(
        file: impl Into<PathBuf>,
        writing: &Writing,
    ) -> Result<Self, StateError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let this = Self::open(file.into(), flags)?;
        if let Writing::Passing(_) = writing {
            let failed = StateError::of(&this.file);
            let pragmas = "pragma journal_mode = memory; pragma synchronous = off;";
            this.connection().execute_batch(pragmas).map_err(&failed)?;
        }
        this.write(|transaction| schema::create(transaction, &this.file))?;
        Ok(this)
    }

    /// Opens the file for looking at it, also while a run writes to it.
    ///
    /// # Errors
    /// When there is no such file, it is something else, or comes from a newer version.
    pub fn open_read_only(file: impl Into<PathBuf>) -> Result<Self, StateError> {
        Self::open_existing(file.into(), OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens the file for writing; there must be one.
    ///
    /// # Errors
    /// As [`StateDb::open_read_only`].
    pub fn open_to_change(file: impl Into<PathBuf>) -> Result<Self, StateError> {
        Self::open_existing(file.into(), OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn open_existing(file: PathBuf, flags: OpenFlags) -> Result<Self, StateError> {
        if !file.exists() {
            return Err(StateError::Missing { file });
        }
        let this = Self::open(file, flags)?;
        if must_be_recovered(&this.connection()) {
            // The last writer was killed while it wrote. Only a writer can undo that.
            let this = Self::open(this.file.clone(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            schema::check(&this.connection(), &this.file)?;
            return Ok(this);
        }
        schema::check(&this.connection(), &this.file)?;
        Ok(this)
    }

    fn open(file: PathBuf, flags: OpenFlags) -> Result<Self, StateError> {
        let failed = StateError::of(&file);
        // One mutex around the connection is enough; SQLite need not have one of its own.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&file, flags).map_err(&failed)?;
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        if flags.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
            // No write-ahead log: it needs shared memory, which network file systems do not have.
            connection
                .execute_batch("pragma journal_mode = truncate; pragma synchronous = normal;")
                .map_err(&failed)?;
        }
        drop(failed);
        Ok(Self {
            file,
            connection: Mutex::new(connection),
        })
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// All calibrations in the order in which they were first seen.
    ///
    /// # Errors
    /// When the file cannot be read, or holds values that mean nothing.
    pub fn rows(&self) -> Result<Vec<Row>, StateError> {
        let failed = StateError::of(&self.file);
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached(statements::ROWS)
            .map_err(&failed)?;
        let mut found = statement.query([]).map_err(&failed)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(&failed)? {
            rows.push(super::row::read(row, &self.file)?);
        }
        Ok(rows)
    }

    /// One calibration; `None` if it is not known.
    ///
    /// # Errors
    /// As [`StateDb::rows`].
    pub fn row(&self, name: &str) -> Result<Option<Row>, StateError> {
        Ok(self.rows()?.into_iter().find(|row| row.name == name))
    }

    /// Prepares a run: calibrations that are not known begin at the beginning, the others go on
    /// from their checkpoints. Rows of other calibrations stay as they are.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn ensure<S: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = S>,
    ) -> Result<(), StateError> {
        let failed = StateError::of(&self.file);
        let run = |transaction: &Transaction<'_>, name: &str| {
            let insert = transaction.prepare_cached(statements::INSERT);
            insert?.execute([name])?;
            let back = transaction.prepare_cached(statements::BACK_TO_CHECKPOINT);
            back?.execute([name])?;
            let details = transaction.prepare_cached(statements::DETAILS_OF_CHECKPOINT);
            details?.execute((name, now()))
        };
        self.write(|transaction| {
            for name in names {
                run(transaction, name.as_ref()).map_err(&failed)?;
            }
            Ok(())
        })
    }

    /// Writes that a calibration enters a state, with iteration, checkpoint (if the state is
    /// one), reason and time, all or nothing.
    ///
    /// # Errors
    /// When the calibration is not known, or the file cannot be written.
    pub fn enter(
        &self,
        name: &str,
        state: CalibrationState,
        iteration: u32,
        message: &str,
    ) -> Result<(), StateError> {
        let failed = StateError::of(&self.file);
        let update = if state.is_checkpoint() {
            statements::ENTER_CHECKPOINT
        } else {
            statements::ENTER
        };
        let error = (state.is_bad() && !message.is_empty()).then_some(message);
        let forget = state == CalibrationState::Completed;
        let run = |transaction: &Transaction<'_>| {
            let stored = (name, state.upstream().name(), iteration);
            let changed = transaction.prepare_cached(update)?.execute(stored)?;
            let details = (name, state.name(), message, error, forget, now());
            let statement = transaction.prepare_cached(statements::ENTER_DETAILS);
            statement?.execute(details)?;
            Ok(changed)
        };
        self.write(|transaction| match run(transaction).map_err(&failed)? {
            0 => Err(self.unknown_in(transaction, name)),
            _ => Ok(()),
        })
    }

    /// Makes a calibration go on from another checkpoint and iteration in the next run.
    ///
    /// # Errors
    /// When the state is no checkpoint, the calibration is not known, or the file cannot be
    /// written.
    pub fn reset(
        &self,
        name: &str,
        checkpoint: CalibrationState,
        iteration: u32,
    ) -> Result<(), StateError> {
        if !checkpoint.is_checkpoint() {
            let state = checkpoint.name();
            return Err(StateError::NotACheckpoint { state });
        }
        let failed = StateError::of(&self.file);
        let run = |transaction: &Transaction<'_>| {
            let stored = (name, checkpoint.name(), iteration);
            let update = transaction.prepare_cached(statements::ENTER_CHECKPOINT);
            let changed = update?.execute(stored)?;
            let details = transaction.prepare_cached(statements::DETAILS_OF_CHECKPOINT);
            details?.execute((name, now()))?;
            Ok(changed)
        };
        self.write(|transaction| match run(transaction).map_err(&failed)? {
            0 => Err(self.unknown_in(transaction, name)),
            _ => Ok(()),
        })
    }

    /// A fact about the run, such as the fingerprint of its plan.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn get(&self, key: &str) -> Result<Option<String>, StateError> {
        let connection = self.connection();
        let statement = connection.prepare_cached(statements::GET);
        statement
            .and_then(|mut statement| statement.query_row([key], |row| row.get(0)).optional())
            .map_err(StateError::of(&self.file))
    }

    /// Writes a fact about the run.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, key: &str, value: &str) -> Result<(), StateError> {
        self.write(|transaction| {
            let statement = transaction.prepare_cached(statements::SET);
            statement
                .and_then(|mut statement| statement.execute([key, value]))
                .map_err(StateError::of(&self.file))
                .map(drop)
        })
    }

    /// The error for a calibration that is not known, with the name that was probably meant.
    #[must_use]
    pub fn unknown(&self, name: &str) -> StateError {
        self.unknown_in(&self.connection(), name)
    }

    fn unknown_in(&self, connection: &Connection, name: &str) -> StateError {
        let names = connection
            .prepare_cached(statements::NAMES)
            .and_then(|mut statement| {
                let names = statement.query_map([], |row| row.get::<_, String>(0))?;
                names.collect::<Result<Vec<_>, _>>()
            })
            // The suggestion is a courtesy; without the names there is none.
            .unwrap_or_default();
        StateError::Unknown {
            file: self.file.clone(),
            name: name.to_owned(),
            near: nearest(name, names.iter().map(String::as_str)).map(str::to_owned),
        }
    }

    fn write<T>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, StateError>,
    ) -> Result<T, StateError> {
        let failed = StateError::of(&self.file);
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        let result = change(&transaction)?;
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

impl Drop for StateDb {
    fn drop(&mut self) {
        // Takes away the empty journal, which is only in the way. If that fails it stays.
        let _ = self
            .connection()
            .execute_batch("pragma journal_mode = delete");
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

/// Milliseconds since 1970; a clock before that counts as 1970.
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
    })
}

//! The tables, and whether a file has them.
//!
//! `calibrations` is upstream's table, so that upstream's status tool can read it. What we know
//! beyond it stands in tables of ours.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction};

use super::StateError;

/// Marks the file as ours ("b2cf").
const APPLICATION: i64 = 0x6232_6366;

/// Number of the layout; goes up with every change that an older version could not read.
const SCHEMA: i64 = 1;

const TABLES: &str = "
create table calibrations (name text primary key, state text, checkpoint text, iteration int);
create table details (name text primary key, state text not null, message text not null,
                      error text, started int, since int not null);
create table run (key text primary key, value text not null);
";

/// What a file holds.
#[derive(PartialEq, Eq)]
enum Found {
    Nothing,
    Ours,
}

/// Makes sure that a file is ours, or becomes so.
pub(super) fn create(transaction: &Transaction<'_>, file: &Path) -> Result<(), StateError> {
    if look(transaction, file)? == Found::Ours {
        return Ok(());
    }
    let text =
        format!("{TABLES} pragma application_id = {APPLICATION}; pragma user_version = {SCHEMA};");
    transaction
        .execute_batch(&text)
        .map_err(StateError::of(file))
}

/// Makes sure that a file is ours.
pub(super) fn check(connection: &Connection, file: &Path) -> Result<(), StateError> {
    match look(connection, file)? {
        Found::Ours => Ok(()),
        Found::Nothing => Err(StateError::NotBegun { file: file.into() }),
    }
}

fn look(connection: &Connection, file: &Path) -> Result<Found, StateError> {
    let number = |pragma: &str| {
        let text = format!("pragma {pragma}");
        let number = connection.query_row(&text, [], |row| row.get::<_, i64>(0));
        number.map_err(StateError::of(file))
    };
    let (application, schema) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION {
        return if schema <= SCHEMA {
            Ok(Found::Ours)
        } else {
            Err(StateError::Newer {
                file: file.into(),
                found: schema,
                known: SCHEMA,
            })
        };
    }
    let first = connection
        .query_row("select name from sqlite_master limit 1", [], |row| {
            row.get::<_, String>(0)
        })
        .optional()
        .map_err(StateError::of(file))?;
    if application == 0 && first.is_none() {
        Ok(Found::Nothing)
    } else {
        Err(StateError::NotOurs { file: file.into() })
    }
}

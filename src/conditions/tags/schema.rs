//! Tables and views of the file, and whether a file has them.
//!
//! Names are those of upstream's download tool, so that its tools read our files and we read theirs.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::TagError;

/// Marks the file as metadata of the conditions database.
pub(super) const APPLICATION: i64 = 0xb2cdb;

/// Number of the layout.
pub(super) const SCHEMA: i64 = 1;

const TABLES: &str = "
create table baseUrls (baseUrlId integer primary key, baseUrl text not null unique);
create table payloadNames (payloadNameId integer primary key, payloadName text not null unique);
create table payloads (
    payloadId integer primary key,
    payloadNameId integer not null references payloadNames (payloadNameId),
    revision integer not null,
    checksum text not null,
    payloadUrl text,
    baseUrlId integer not null references baseUrls (baseUrlId),
    unique (payloadNameId, revision)
);
create table globaltags (
    globalTagId integer primary key, globalTagName text not null unique, globalTagStatus text not null
);
create table iovs (
    globalTagId integer not null references globaltags (globalTagId),
    payloadId integer not null references payloads (payloadId),
    firstExp integer not null, firstRun integer not null,
    finalExp integer not null, finalRun integer not null
);
create unique index iov_index on iovs (globalTagId, firstExp, firstRun, finalExp, finalRun, payloadId);
create view full_payloads as
    select payloadId, payloadName, revision, checksum,
        coalesce(payloadUrl,
            'dbstore/' || payloadName || '/dbstore_' || payloadName || '_rev_' || revision || '.root'
        ) as payloadUrl,
        baseUrl
    from payloads join payloadNames using (payloadNameId) join baseUrls using (baseUrlId);
create view iov_payloads as
    select globalTagName, payloadId, payloadName, revision, checksum,
        firstExp, firstRun, finalExp, finalRun, payloadUrl, baseUrl
    from iovs join full_payloads using (payloadId) join globaltags using (globalTagId);
";

/// Makes the tables in a new file, or makes sure that the file has them.
pub(super) fn create(connection: &Connection, file: &Path) -> Result<(), TagError> {
    let failed = TagError::of(file);
    let application = number(connection, file, "application_id")?;
    let first = connection
        .query_row("select name from sqlite_master limit 1", [], |row| {
            row.get::<_, String>(0)
        })
        .optional()
        .map_err(&failed)?;
    if application != 0 || first.is_some() {
        return check(connection, file);
    }
    let text =
        format!("{TABLES} pragma application_id = {APPLICATION}; pragma user_version = {SCHEMA};");
    connection.execute_batch(&text).map_err(failed)
}

/// Makes sure that a file is metadata of a layout that is known here.
pub(super) fn check(connection: &Connection, file: &Path) -> Result<(), TagError> {
    if number(connection, file, "application_id")? != APPLICATION {
        return Err(TagError::NotMetadata { file: file.into() });
    }
    let found = number(connection, file, "user_version")?;
    if found != SCHEMA {
        return Err(TagError::OtherSchema {
            file: file.into(),
            found,
            known: SCHEMA,
        });
    }
    Ok(())
}

fn number(connection: &Connection, file: &Path, pragma: &str) -> Result<i64, TagError> {
    let text = format!("pragma {pragma}");
    let number = connection.query_row(&text, [], |row| row.get(0));
    number.map_err(TagError::of(file))
}

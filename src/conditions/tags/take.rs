//! A tag of a server put into the store, under the numbers that the server has given.
//!
//! Numbers of payloads and tags in the file are those of the server, as upstream's download tool writes them.
//! What was made here has numbers below zero, which no server gives: neither this program nor that tool can take
//! one for the other.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::database::Database;
use super::{PayloadInfo, TagEntry, TagError, TagState, TagStore};

/// A tag as a server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTag {
    /// Its number on the server.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// How far it has come there.
    pub state: TagState,
    /// What it holds; each payload with its number on the server.
    pub entries: Vec<(i64, TagEntry)>,
}

impl TagStore {
    /// Whether a tag of a server may be put into this store.
    ///
    /// # Errors
    /// As [`TagStore::take`].
    pub fn may_take(&self, tag: &ServerTag) -> Result<(), TagError> {
        self.read(|database| {
            database.may_take_name(&tag.name)?;
            let mut payloads = tag.entries.iter();
            payloads.try_for_each(|(_, entry)| database.may_take_payload(&entry.payload))
        })
    }

    /// Keeps the file of a payload of a server, of which [`TagStore::take`] puts the tag into this store.
    ///
    /// # Errors
    /// When the content does not have the checksum of the payload, or cannot be written.
    pub fn keep(&self, payload: &PayloadInfo, content: &[u8]) -> Result<(), TagError> {
        let found = super::super::checksum(content);
        if found != payload.checksum {
            return Err(TagError::WrongChecksum {
                file: self.files().hashed(payload)?,
                found,
                expected: payload.checksum.clone(),
            });
        }
        // One writer at a time.
        self.change(|_| self.files().put(payload, content).map(drop))
    }

    /// Puts a tag of a server into this store, in place of what the server had under that name before; other
    /// tags stay. The files of its payloads are not part of this.
    ///
    /// # Errors
    /// [`TagError::LocalTag`] when a tag of that name was made here; when a payload of the same name and revision
    /// has another checksum here; when the file cannot be written.
    pub fn take(&self, tag: &ServerTag) -> Result<(), TagError> {
        self.change(|database| {
            database.may_take_name(&tag.name)?;
            database.remove_tag(&tag.name)?;
            database.create_numbered_tag(tag.id, &tag.name, tag.state)?;
            let payloads: BTreeMap<i64, &PayloadInfo> = tag
                .entries
                .iter()
                .map(|(id, entry)| (*id, &*entry.payload))
                .collect();
            for (id, payload) in payloads {
                database.may_take_payload(payload)?;
                database.insert_numbered_payload(id, payload)?;
            }
            for (_, entry) in &tag.entries {
                database.insert(&tag.name, entry)?;
            }
            Ok(())
        })?;
        self.compact()
    }
}

/// A table whose rows have numbers, and the column of intervals that refers to them.
struct Numbered {
    table: &'static str,
    column: &'static str,
}

const TAGS: Numbered = Numbered {
    table: "globaltags",
    column: "globalTagId",
};

const PAYLOADS: Numbered = Numbered {
    table: "payloads",
    column: "payloadId",
};

impl Database<'_> {
    /// What was made here must not be replaced by what has the same name elsewhere.
    fn may_take_name(&self, name: &str) -> Result<(), TagError> {
        // A store of an older version has given numbers from 1 on, but no address to what was uploaded.
        let text = "select globalTagId < 0 or exists
                (select 1 from iov_payloads where globalTagName = ?1 and baseUrl = '')
            from globaltags where globalTagName = ?1";
        let local = self
            .connection
            .query_row(text, [name], |row| row.get::<_, bool>(0));
        match local.optional().map_err(TagError::of(self.file))? {
            Some(true) => Err(TagError::LocalTag(name.into())),
            _ => Ok(()),
        }
    }

    /// The same name and revision must mean the same content.
    fn may_take_payload(&self, payload: &PayloadInfo) -> Result<(), TagError> {
        let PayloadInfo { name, revision, .. } = payload;
        match self.checksum_of(name, *revision)? {
            Some(known) if known != payload.checksum => Err(self.two_contents(payload, &known)),
            _ => Ok(()),
        }
    }

    fn create_numbered_tag(&self, id: i64, name: &str, state: TagState) -> Result<(), TagError> {
        self.create_tag(name, state)?;
        let own = "select globalTagId from globaltags where globalTagName = ?1";
        let own = self.connection.query_row(own, [name], |row| row.get(0));
        self.give_number(&TAGS, own.map_err(TagError::of(self.file))?, id)
    }

    fn insert_numbered_payload(&self, id: i64, payload: &PayloadInfo) -> Result<(), TagError> {
        self.insert_payload(payload)?;
        let own = "select payloadId from full_payloads where payloadName = ?1 and revision = ?2";
        let key = (&payload.name, payload.revision);
        let own = self.connection.query_row(own, key, |row| row.get(0));
        self.give_number(&PAYLOADS, own.map_err(TagError::of(self.file))?, id)
    }

    /// Gives a row the number that a server has given it. Whatever has that number here gets one of ours.
    fn give_number(&self, of: &Numbered, own: i64, id: i64) -> Result<(), TagError> {
        if own == id {
            return Ok(());
        }
        // Rows are without the number that intervals refer to for a moment.
        let defer = self
            .connection
            .execute_batch("pragma defer_foreign_keys = on");
        defer.map_err(TagError::of(self.file))?;
        let free = format!("select {}", local_number(of.table, of.column));
        let free: i64 = self
            .connection
            .query_row(&free, [], |row| row.get(0))
            .map_err(TagError::of(self.file))?;
        self.renumber(of, id, free)?;
        self.renumber(of, own, id)
    }

    fn renumber(&self, of: &Numbered, from: i64, to: i64) -> Result<(), TagError> {
        for table in [of.table, "iovs"] {
            let column = of.column;
            let text = format!("update {table} set {column} = ?2 where {column} = ?1");
            self.execute(&text, (from, to))?;
        }
        Ok(())
    }
}

/// The next number of what was made here: below zero, which no server gives.
pub(super) fn local_number(table: &str, column: &str) -> String {
    format!("(select min(0, coalesce(min({column}), 0)) - 1 from {table})")
}

//! Questions to the metadata, within one transaction.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::iov::IoV;

use super::entry::listed;
use super::{BrokenEntry, PayloadInfo, Tag, TagEntry, TagError, TagState};

/// Only the two relations that every provider of metadata has are used for reading.
const TAGS: &str = "select globalTagName, globalTagStatus from globaltags order by globalTagName";

/// How much is in each tag.
const COUNTS: &str = "
    select globalTagName, count(distinct payloadName || '/' || revision), count(*)
    from iov_payloads group by globalTagName";

const ENTRIES: &str = "
    select payloadName, revision, checksum, payloadUrl, baseUrl, firstExp, firstRun, finalExp, finalRun
    from iov_payloads where globalTagName = ?1";

/// The metadata, within one transaction.
pub(super) struct Database<'c> {
    pub(super) connection: &'c Connection,
    pub(super) file: &'c Path,
}

impl Database<'_> {
    /// All tags, sorted by name.
    pub(super) fn tags(&self) -> Result<Vec<Tag>, TagError> {
        let states = self.rows(TAGS, |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        let counts = self.rows(COUNTS, |row| {
            Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)))
        })?;
        let counts: BTreeMap<String, (u32, u32)> = counts.into_iter().collect();
        let mut tags = Vec::new();
        for (name, state) in states {
            let (payloads, intervals) = counts.get(&name).copied().unwrap_or_default();
            tags.push(Tag {
                state: self.state(&name, &state)?,
                name,
                payloads,
                intervals,
            });
        }
        Ok(tags)
    }

    /// One tag.
    pub(super) fn tag(&self, name: &str) -> Result<Tag, TagError> {
        let tags = self.tags()?;
        if let Some(tag) = tags.iter().find(|tag| tag.name == name) {
            return Ok(tag.clone());
        }
        Err(TagError::UnknownTag {
            name: name.into(),
            known: tags.into_iter().map(|tag| tag.name).collect(),
        })
    }

    fn state(&self, tag: &str, text: &str) -> Result<TagState, TagError> {
        text.parse()
            .map_err(|reason| self.bad_value(format!("the state of {tag}: {reason}")))
    }

    /// What a tag holds.
    pub(super) fn entries(&self, tag: &str) -> Result<Vec<TagEntry>, TagError> {
        let (entries, broken) = self.all_entries(tag)?;
        match broken.into_iter().next() {
            None => Ok(entries),
            Some(broken) => Err(TagError::BrokenInterval {
                tag: tag.into(),
                payload: broken.payload.name.clone(),
                revision: broken.payload.revision,
                numbers: broken.numbers,
            }),
        }
    }

    /// What a tag holds, with numbers that are no interval apart.
    pub(super) fn all_entries(
        &self,
        tag: &str,
    ) -> Result<(Vec<TagEntry>, Vec<BrokenEntry>), TagError> {
        self.tag(tag)?;
        let failed = TagError::of(self.file);
        let mut statement = self.connection.prepare_cached(ENTRIES).map_err(&failed)?;
        let mut rows = statement.query([tag]).map_err(&failed)?;
        let mut payloads: BTreeMap<(String, i64), Arc<PayloadInfo>> = BTreeMap::new();
        let (mut entries, mut broken) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next().map_err(&failed)? {
            let (payload, numbers) = read(row).map_err(&failed)?;
            let key = (payload.name.clone(), payload.revision);
            let known = payloads.entry(key).or_insert_with(|| Arc::new(payload));
            let payload = Arc::clone(known);
            match IoV::try_from(numbers) {
                Ok(iov) => entries.push(TagEntry { payload, iov }),
                Err(_) => broken.push(BrokenEntry { payload, numbers }),
            }
        }
        entries.sort_by_cached_key(listed);
        broken.sort_by_key(|entry| (entry.payload.name.clone(), entry.numbers));
        Ok((entries, broken))
    }

    /// The payload of this name and content, if it is known; of several the latest.
    pub(super) fn known(
        &self,
        name: &str,
        checksum: &str,
    ) -> Result<Option<PayloadInfo>, TagError> {
        let text = "select payloadName, revision, checksum, payloadUrl, baseUrl from full_payloads
                    where payloadName = ?1 and checksum = ?2 order by revision desc limit 1";
        let found = self.connection.query_row(text, [name, checksum], info);
        found.optional().map_err(TagError::of(self.file))
    }

    /// The revision of the next payload of this name.
    pub(super) fn next_revision(&self, name: &str) -> Result<i64, TagError> {
        let text = "select coalesce(max(revision), 0) from full_payloads where payloadName = ?1";
        let last = self
            .connection
            .query_row(text, [name], |row| row.get::<_, i64>(0));
        let last = last.map_err(TagError::of(self.file))?;
        last.checked_add(1)
            .ok_or_else(|| self.bad_value(format!("the last revision of {name} is {last}")))
    }

    pub(super) fn bad_value(&self, what: String) -> TagError {
        TagError::BadValue {
            file: self.file.into(),
            what,
        }
    }

    fn rows<T>(
        &self,
        text: &str,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, TagError> {
        let failed = TagError::of(self.file);
        let mut statement = self.connection.prepare_cached(text).map_err(&failed)?;
        let rows = statement.query_map([], read).map_err(&failed)?;
        rows.collect::<rusqlite::Result<_>>().map_err(failed)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<(PayloadInfo, [i32; 4])> {
    let numbers = [row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?];
    Ok((info(row)?, numbers))
}

fn info(row: &Row<'_>) -> rusqlite::Result<PayloadInfo> {
    Ok(PayloadInfo {
        name: row.get(0)?,
        revision: row.get(1)?,
        checksum: row.get::<_, String>(2)?.to_ascii_lowercase(),
        url: row.get(3)?,
        base_url: row.get(4)?,
    })
}

//! Changes of the metadata, within one transaction.

use rusqlite::OptionalExtension;

use crate::iov::IoV;

use super::database::Database;
use super::entry::{ROOT, usual_url};
use super::take::local_number;
use super::{PayloadInfo, TagEntry, TagError, TagState};

/// The number of a tag, by its name.
const TAG: &str = "(select globalTagId from globaltags where globalTagName = ?1)";

/// The number of a payload, by its name and revision.
const PAYLOAD: &str = "(select payloadId from payloads join payloadNames using (payloadNameId)
                        where payloadName = ?2 and revision = ?3)";

impl Database<'_> {
    /// Makes an empty tag.
    pub(super) fn create_tag(&self, name: &str, state: TagState) -> Result<(), TagError> {
        check_tag_name(name)?;
        match self.tag(name) {
            Ok(_) => return Err(TagError::TagExists(name.into())),
            Err(TagError::UnknownTag { .. }) => {}
            Err(error) => return Err(error),
        }
        let text = format!(
            "insert into globaltags (globalTagId, globalTagName, globalTagStatus) values ({}, ?1, ?2)",
            local_number("globaltags", "globalTagId")
        );
        self.execute(&text, (name, state.name())).map(drop)
    }

    /// Gives a tag another state, whatever it had.
    pub(super) fn set_state(&self, name: &str, state: TagState) -> Result<(), TagError> {
        let text = "update globaltags set globalTagStatus = ?2 where globalTagName = ?1";
        self.execute(text, (name, state.name())).map(drop)
    }

    /// Takes away a tag with all it holds; payloads stay known.
    pub(super) fn remove_tag(&self, name: &str) -> Result<(), TagError> {
        self.execute(
            &format!("delete from iovs where globalTagId = {TAG}"),
            [name],
        )?;
        let text = "delete from globaltags where globalTagName = ?1";
        self.execute(text, [name]).map(drop)
    }

    /// Makes a payload known; one that is known must have the same content.
    pub(super) fn insert_payload(&self, payload: &PayloadInfo) -> Result<(), TagError> {
        let PayloadInfo { name, revision, .. } = payload;
        self.execute(
            "insert or ignore into payloadNames (payloadName) values (?1)",
            [name],
        )?;
        let base = "insert or ignore into baseUrls (baseUrl) values (?1)";
        self.execute(base, [&payload.base_url])?;
        // An address by the usual pattern is not written down.
        let url = (payload.url != usual_url(name, *revision, ROOT)).then_some(&payload.url);
        let text = format!(
            "insert or ignore into payloads (payloadId, payloadNameId, revision, checksum, payloadUrl, baseUrlId)
             select {}, payloadNameId, ?2, ?3, ?4, baseUrlId from payloadNames, baseUrls
             where payloadName = ?1 and baseUrl = ?5",
            local_number("payloads", "payloadId")
        );
        let values = (name, revision, &payload.checksum, url, &payload.base_url);
        if self.execute(&text, values)? == 1 {
            return Ok(());
        }
        match self.checksum_of(name, *revision)? {
            Some(known) if known != payload.checksum => Err(self.two_contents(payload, &known)),
            _ => Ok(()),
        }
    }

    /// The checksum of a payload, if it is known.
    pub(super) fn checksum_of(
        &self,
        name: &str,
        revision: i64,
    ) -> Result<Option<String>, TagError> {
        let text = "select checksum from full_payloads where payloadName = ?1 and revision = ?2";
        let known = self
            .connection
            .query_row(text, (name, revision), |row| row.get::<_, String>(0));
        let known = known.optional().map_err(TagError::of(self.file))?;
        Ok(known.map(|checksum| checksum.to_ascii_lowercase()))
    }

    /// Payloads that are two, but have one name and revision.
    pub(super) fn two_contents(&self, payload: &PayloadInfo, known: &str) -> TagError {
        self.bad_value(format!(
            "{} revision {} has checksum {known} here and {} there; they come from two servers, or one was \
             uploaded here, and cannot share a store; name another one with --store",
            payload.name, payload.revision, payload.checksum
        ))
    }

    /// Puts a payload that is known into a tag; false if it is there with this interval.
    pub(super) fn insert(&self, tag: &str, entry: &TagEntry) -> Result<bool, TagError> {
        let text = format!(
            "insert or ignore into iovs (globalTagId, payloadId, firstExp, firstRun, finalExp, finalRun)
             values ({TAG}, {PAYLOAD}, ?4, ?5, ?6, ?7)"
        );
        let payload = &entry.payload;
        let [a, b, c, d] = <[i32; 4]>::from(entry.iov);
        let values = (tag, &payload.name, payload.revision, a, b, c, d);
        Ok(self.execute(&text, values)? == 1)
    }

    /// Gives an entry of a tag another end.
    pub(super) fn end(&self, tag: &str, entry: &TagEntry, iov: IoV) -> Result<(), TagError> {
        let end = iov.high();
        let text = format!(
            "update iovs set finalExp = {}, finalRun = {} where {}",
            end.exp,
            end.run,
            this_entry()
        );
        self.one(&text, tag, entry)
    }

    /// Takes an entry out of a tag.
    pub(super) fn remove(&self, tag: &str, entry: &TagEntry) -> Result<(), TagError> {
        let text = format!("delete from iovs where {}", this_entry());
        self.one(&text, tag, entry)
    }

    fn one(&self, text: &str, tag: &str, entry: &TagEntry) -> Result<(), TagError> {
        let payload = &entry.payload;
        let [a, b, c, d] = <[i32; 4]>::from(entry.iov);
        let values = (tag, &payload.name, payload.revision, a, b, c, d);
        match self.execute(text, values)? {
            1 => Ok(()),
            _ => Err(TagError::Changed(tag.into())),
        }
    }

    pub(super) fn execute(
        &self,
        text: &str,
        values: impl rusqlite::Params,
    ) -> Result<usize, TagError> {
        let statement = self.connection.prepare_cached(text);
        statement
            .and_then(|mut statement| statement.execute(values))
            .map_err(TagError::of(self.file))
    }
}

/// Whether `name` may be that of a tag.
///
/// # Errors
/// [`TagError::TagName`] if it may not.
pub fn check_tag_name(name: &str) -> Result<(), TagError> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | ':');
    if name.is_empty() || !name.chars().all(usable) {
        return Err(TagError::TagName(name.into()));
    }
    Ok(())
}

/// The row of an entry. Negative first runs are 0 here, and may stand in a file as they came.
fn this_entry() -> String {
    format!(
        "globalTagId = {TAG} and payloadId = {PAYLOAD}
         and firstExp = ?4 and max(firstRun, 0) = max(?5, 0) and finalExp = ?6 and finalRun = ?7"
    )
}

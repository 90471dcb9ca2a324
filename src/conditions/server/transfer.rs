//! A global tag of a server as a whole: into a testing store, or into a store of tags.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::conditions::tags::{
    self, ServerTag, TagEntry, TagError, TagStore, free_for_a_store, listed, testing_store,
};
use crate::iov::{ExpRun, IoV};

use super::many::for_each;
use super::{Entry, Error, Files, PayloadInfo, Server};

/// A global tag of a server with what it holds.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The tag.
    pub tag: ServerTag,
    /// Entries with numbers that are no interval, which no run ever gets.
    pub broken: Vec<Entry>,
    /// The payloads as the server describes them, by name and revision.
    payloads: BTreeMap<(String, i64), PayloadInfo>,
}

/// Why a tag could not be taken over.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The server, or a file of it.
    #[error(transparent)]
    Server(Box<Error>),
    /// The store it should go into.
    #[error(transparent)]
    Store(Box<TagError>),
}

impl From<Error> for TransferError {
    fn from(error: Error) -> Self {
        Self::Server(error.into())
    }
}

impl From<TagError> for TransferError {
    fn from(error: TagError) -> Self {
        Self::Store(error.into())
    }
}

impl Server {
    /// A global tag with all it holds.
    ///
    /// # Errors
    /// [`Error::NoTag`], and when the server gives no list of payloads or a state that no tag has.
    pub fn whole_tag(&self, name: &str) -> Result<Transfer, Error> {
        self.transfer(name, || self.tag_iovs(name))
    }

    /// A global tag with what is valid for a run.
    ///
    /// # Errors
    /// As [`Server::whole_tag`].
    pub fn tag_at(&self, name: &str, run: ExpRun) -> Result<Transfer, Error> {
        self.transfer(name, || self.payloads_at(name, run))
    }

    fn transfer(
        &self,
        name: &str,
        content: impl FnOnce() -> Result<Vec<Entry>, Error>,
    ) -> Result<Transfer, Error> {
        let tag = self.known_tag(name)?;
        let state = tag.state.parse().map_err(|found| Error::Malformed {
            what: format!("look up global tag {name}"),
            url: self.url().into(),
            expected: "a state of a tag",
            found,
        })?;
        let mut transfer = Transfer {
            tag: ServerTag {
                id: tag.id,
                name: tag.name,
                state,
                entries: Vec::new(),
            },
            broken: Vec::new(),
            payloads: BTreeMap::new(),
        };
        for entry in content()? {
            transfer.take(entry);
        }
        transfer
            .tag
            .entries
            .sort_by_cached_key(|(_, entry)| listed(entry));
        Ok(transfer)
    }
}

impl Transfer {
    fn take(&mut self, entry: Entry) {
        let Ok(iov) = entry.iov.iov() else {
            self.broken.push(entry);
            return;
        };
        let info = entry.payload;
        let key = (info.name.clone(), info.revision);
        let known = self.tag.entries.last().map(|(_, last)| &last.payload);
        let payload = match known {
            Some(last) if (&last.name, last.revision) == (&key.0, key.1) => Arc::clone(last),
            _ => Arc::new(tags::PayloadInfo {
                name: info.name.clone(),
                revision: info.revision,
                checksum: info.checksum.to_ascii_lowercase(),
                url: info.path.clone(),
                base_url: info.base_url.clone(),
            }),
        };
        self.tag.entries.push((info.id, TagEntry { payload, iov }));
        self.payloads.entry(key).or_insert(info);
    }

    /// What it holds, sorted by name in small letters, interval, revision.
    #[must_use]
    pub fn entries(&self) -> Vec<TagEntry> {
        self.tag
            .entries
            .iter()
            .map(|(_, entry)| entry.clone())
            .collect()
    }

    /// Only what is valid for some of these runs.
    pub fn only(&mut self, runs: IoV) {
        self.tag
            .entries
            .retain(|(_, entry)| runs.overlaps(&entry.iov));
        let entries = self.tag.entries.iter();
        let left: std::collections::BTreeSet<_> = entries
            .map(|(_, entry)| (entry.payload.name.clone(), entry.payload.revision))
            .collect();
        self.payloads.retain(|key, _| left.contains(key));
    }

    /// Number of different payloads.
    #[must_use]
    pub fn payloads(&self) -> usize {
        self.payloads.len()
    }

    /// Makes a testing store in the folder `into`, as [`TagStore::download`] does.
    ///
    /// # Errors
    /// When the folder holds a testing store already, a payload cannot be downloaded, or something cannot be
    /// written.
    pub fn into_folder(&self, files: &Files, into: &Path) -> Result<Vec<TagEntry>, TransferError> {
        free_for_a_store(into)?;
        self.download(files, &self.payloads.values().collect::<Vec<_>>())?;
        testing_store(self.entries(), into, |payload| {
            Ok(files.bytes(self.info(payload)?)?)
        })
    }

    /// Puts the tag into a store of tags, with its files; gives the number of files that the store did not have.
    ///
    /// The files come first and the metadata last: if it is interrupted, the store has the tag as it was before.
    ///
    /// # Errors
    /// When the store cannot take the tag (see [`TagStore::take`]), a payload cannot be downloaded, or something
    /// cannot be written.
    pub fn into_store(&self, files: &Files, store: &TagStore) -> Result<usize, TransferError> {
        store.may_take(&self.tag)?;
        let mut wanted: BTreeMap<(&str, i64), (&tags::PayloadInfo, &PayloadInfo)> = BTreeMap::new();
        for (_, entry) in &self.tag.entries {
            let payload = &*entry.payload;
            if store.content(payload).is_err() {
                let key = (payload.name.as_str(), payload.revision);
                wanted.insert(key, (payload, self.info(payload)?));
            }
        }
        let infos: Vec<&PayloadInfo> = wanted.values().map(|(_, info)| *info).collect();
        self.download(files, &infos)?;
        for (payload, info) in wanted.values() {
            store.keep(payload, &files.bytes(info)?)?;
        }
        store.take(&self.tag)?;
        Ok(wanted.len())
    }

    /// Several files at once into the cache; the first failure ends it.
    fn download(&self, files: &Files, payloads: &[&PayloadInfo]) -> Result<(), Error> {
        let connections = files.settings.connections;
        let results = for_each(payloads, connections, |one| files.file(one), |_| true);
        for result in results.into_iter().flatten() {
            result?;
        }
        Ok(())
    }

    fn info(&self, payload: &tags::PayloadInfo) -> Result<&PayloadInfo, Error> {
        let key = (payload.name.clone(), payload.revision);
        self.payloads.get(&key).ok_or_else(|| Error::NoFile {
            name: key.0.clone(),
            revision: key.1,
            tried: "what the server has listed".into(),
        })
    }
}

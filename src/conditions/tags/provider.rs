//! The payload in force for a name and a run, from a list of tags.

use std::path::PathBuf;
use std::sync::Arc;

use crate::iov::{ExpRun, IoV};

use super::super::in_force::{InForce as Index, is_single};
use super::entry::by_runs;
use super::{PayloadInfo, TagEntry, TagError, TagState, TagStore};

/// Tags in the order in which they are asked. What they hold is read once, so that all answers are those
/// of one moment.
#[derive(Clone, Debug)]
pub struct GlobalTags {
    store: Arc<TagStore>,
    tags: Arc<[Loaded]>,
}

/// A payload in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The payload.
    pub payload: Arc<PayloadInfo>,
    /// When it is valid.
    pub iov: IoV,
    /// The tag it was found in.
    pub tag: String,
    /// Its file.
    pub file: PathBuf,
    /// The content of the file, whose checksum is right.
    pub content: Vec<u8>,
}

#[derive(Debug)]
struct Loaded {
    name: String,
    /// By their runs: of equal revisions the one that begins last counts.
    entries: Vec<TagEntry>,
    in_force: Index,
}

impl GlobalTags {
    /// The tags of a store. Blanks around names are taken away, and of a name given twice the first counts.
    /// Tags in state `INVALID` are never usable, whatever `usable` says.
    ///
    /// # Errors
    /// When a tag is not there or not in one of the states `usable`, or the store cannot be read.
    pub fn new(store: TagStore, names: &[String], usable: &[TagState]) -> Result<Self, TagError> {
        let names = tag_list(names);
        let usable: Vec<TagState> = usable
            .iter()
            .copied()
            .filter(|state| *state != TagState::Invalid)
            .collect();
        let tags: Vec<Loaded> = store.read(|database| {
            let mut loaded = Vec::new();
            for name in names {
                let state = database.tag(&name)?.state;
                if !usable.contains(&state) {
                    let names: Vec<&str> = usable.iter().map(|state| state.name()).collect();
                    return Err(TagError::NotUsable {
                        tag: name,
                        state,
                        usable: names.join(", "),
                    });
                }
                // Numbers that are no interval hold no run.
                let (entries, _) = database.all_entries(&name)?;
                loaded.push(Loaded::new(name, entries));
            }
            Ok(loaded)
        })?;
        Ok(Self {
            store: Arc::new(store),
            tags: tags.into(),
        })
    }

    /// The names of the tags in the order in which they are asked.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.tags.iter().map(|tag| tag.name.clone()).collect()
    }

    /// The payload in force for `name` in `run`: that of the first tag which has one, and of several in that
    /// tag the one with the highest revision. `None` if no tag has one.
    ///
    /// # Errors
    /// When there is no file of it, or none with the right checksum.
    pub fn find(&self, name: &str, run: ExpRun) -> Result<Option<InForce>, TagError> {
        let Some((tag, entry)) = self.entry(name, run) else {
            return Ok(None);
        };
        let (file, content) = self.store.content(&entry.payload)?;
        Ok(Some(InForce {
            payload: Arc::clone(&entry.payload),
            iov: entry.iov,
            tag: tag.into(),
            file,
            content,
        }))
    }

    /// As [`GlobalTags::find`], for a payload that must be there.
    ///
    /// # Errors
    /// [`TagError::NoPayload`] as well, which names all tags that were asked.
    pub fn require(&self, name: &str, run: ExpRun) -> Result<InForce, TagError> {
        self.find(name, run)?.ok_or_else(|| TagError::NoPayload {
            payload: name.into(),
            run,
            tags: self.names(),
        })
    }

    /// The entry in force and its tag, without looking at the file.
    #[must_use]
    pub fn entry(&self, name: &str, run: ExpRun) -> Option<(&str, &TagEntry)> {
        let mut tags = self.tags.iter();
        tags.find_map(|tag| Some((tag.name.as_str(), tag.find(name, run)?)))
    }

    /// All entries that are valid for `run`, the one in force first: by tag, then by falling revision.
    #[must_use]
    pub fn candidates(&self, name: &str, run: ExpRun) -> Vec<(&str, &TagEntry)> {
        let mut found = Vec::new();
        for tag in self.tags.iter() {
            let valid = tag.valid(name, run).into_iter();
            found.extend(valid.map(|entry| (tag.name.as_str(), entry)));
        }
        found
    }

    /// When payloads of a name are valid, whatever the run.
    #[must_use]
    pub fn intervals(&self, name: &str) -> Vec<IoV> {
        let entries = self.tags.iter().flat_map(|tag| &tag.entries);
        let of_name = entries.filter(|entry| entry.payload.name == name);
        of_name.map(|entry| entry.iov).collect()
    }
}

impl Loaded {
    fn new(name: String, mut entries: Vec<TagEntry>) -> Self {
        entries.sort_by_key(|entry| by_runs(&entry.iov));
        let ranked = entries.iter().map(|entry| {
            let TagEntry { payload, iov } = entry;
            (payload.name.as_str(), Some(*iov), payload.revision)
        });
        Self {
            in_force: Index::new(ranked),
            name,
            entries,
        }
    }

    /// The entry in force for `run`.
    fn find(&self, name: &str, run: ExpRun) -> Option<&TagEntry> {
        if is_single(run) {
            return self.entries.get(self.in_force.find(name, run)?);
        }
        self.valid(name, run).into_iter().next()
    }

    /// Entries valid for `run`, the one in force first.
    fn valid(&self, name: &str, run: ExpRun) -> Vec<&TagEntry> {
        let valid = |e: &&TagEntry| e.payload.name == name && e.iov.contains_run(run);
        let mut found: Vec<&TagEntry> = self.entries.iter().rev().filter(valid).collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.payload.revision));
        found
    }
}

/// Names of tags without blanks around them, each once, in their order.
#[must_use]
pub fn tag_list(names: &[String]) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for name in names.iter().map(|name| name.trim()) {
        if !name.is_empty() && !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
    list
}

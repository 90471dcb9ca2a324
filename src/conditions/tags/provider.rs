//! The payload in force for a name and a run, from a list of tags.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::iov::{ExpRun, IoV};

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
    payloads: BTreeMap<String, Timeline>,
}

/// Entries of one payload name by first run.
#[derive(Debug, Default)]
struct Timeline {
    entries: Vec<TagEntry>,
    /// The last run of the entries up to each one.
    reach: Vec<ExpRun>,
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
        tags.find_map(|tag| Some((tag.name.as_str(), *tag.valid(name, run).first()?)))
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
        let lines = self.tags.iter().filter_map(|tag| tag.payloads.get(name));
        lines
            .flat_map(|line| line.entries.iter().map(|entry| entry.iov))
            .collect()
    }
}

impl Loaded {
    fn new(name: String, entries: Vec<TagEntry>) -> Self {
        let mut payloads: BTreeMap<String, Timeline> = BTreeMap::new();
        for entry in entries {
            let name = entry.payload.name.clone();
            payloads.entry(name).or_default().entries.push(entry);
        }
        for line in payloads.values_mut() {
            line.entries.sort_by_key(|entry| by_runs(&entry.iov));
            let mut last = ExpRun::new(-1, -1);
            for entry in &line.entries {
                last = last.max(by_runs(&entry.iov).1);
                line.reach.push(last);
            }
        }
        Self { name, payloads }
    }

    /// Entries valid for `run`, highest revision first.
    fn valid(&self, name: &str, run: ExpRun) -> Vec<&TagEntry> {
        let Some(line) = self.payloads.get(name) else {
            return Vec::new();
        };
        let at = ExpRun::new(run.exp, run.run.max(0));
        let begun = line
            .entries
            .partition_point(|entry| by_runs(&entry.iov).0 <= at);
        let mut found = Vec::new();
        for position in (0..begun).rev() {
            // No earlier one reaches this run.
            if line.reach[position] < at {
                break;
            }
            if line.entries[position].iov.contains_run(run) {
                found.push(&line.entries[position]);
            }
        }
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

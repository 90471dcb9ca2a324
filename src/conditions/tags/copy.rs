//! Some of a tag put into another one.

use std::collections::BTreeSet;

use crate::iov::{IoV, IovSet};

use super::append::may_add;
use super::coverage::overlaps;
use super::database::Database;
use super::entry::listed;
use super::lines::overlap;
use super::upload::{errors_first, faults_beside};
use super::{Allowed, Content, Fault, TagEntry, TagError, TagStore, any_error};

/// Which entries of a tag are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names must hold one of these, in capital or small letters; all names if there is none.
    pub names: Vec<String>,
    /// Names must hold none of these.
    pub without: Vec<String>,
    /// Intervals must hold one of these runs.
    pub runs: Option<IoV>,
    /// Intervals are cut to those runs.
    pub cut: bool,
}

impl Selection {
    /// The entries that are meant.
    #[must_use]
    pub fn of(&self, entries: &[TagEntry]) -> Vec<TagEntry> {
        let holds = |name: &str, parts: &[String]| {
            let name = name.to_lowercase();
            parts.iter().any(|part| name.contains(&part.to_lowercase()))
        };
        let mut selected = Vec::new();
        for entry in entries {
            let name = &entry.payload.name;
            let named = self.names.is_empty() || holds(name, &self.names);
            if !named || holds(name, &self.without) {
                continue;
            }
            let Some(runs) = self.runs else {
                selected.push(entry.clone());
                continue;
            };
            let Some(shared) = runs.intersection(&entry.iov) else {
                continue;
            };
            let mut entry = entry.clone();
            if self.cut {
                entry.iov = shared;
            }
            selected.push(entry);
        }
        selected
    }
}

/// How entries are copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copying {
    /// What is there for the same runs gives way.
    pub replace: bool,
    /// What is let through.
    pub allowed: Allowed,
    /// Nothing is written.
    pub dry_run: bool,
}

/// What was copied, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Entries that are gone, or have given way.
    pub removed: Vec<TagEntry>,
    /// Entries that are new, also what is left of those that have given way.
    pub added: Vec<TagEntry>,
    /// What should be looked at.
    pub warnings: Vec<Fault>,
}

impl TagStore {
    /// Puts entries of one tag into another, in one transaction.
    ///
    /// # Errors
    /// [`TagError::Faults`] for overlaps and gaps that would come about; when the tag does not take them; when
    /// the metadata cannot be written.
    pub fn copy(
        &self,
        from: &str,
        to: &str,
        selection: &Selection,
        copying: Copying,
    ) -> Result<Copied, TagError> {
        let work = |database: &Database<'_>| {
            let selected = selection.of(&database.entries(from)?);
            let there = database.entries(to)?;
            let copied = plan(&selected, &there, copying)?;
            if !copied.added.is_empty() || !copied.removed.is_empty() {
                let tag = database.tag(to)?;
                if !copied.removed.is_empty() && tag.state.content() != Content::Free {
                    return Err(TagError::Closed {
                        tag: tag.name,
                        state: tag.state,
                    });
                }
                may_add(&tag, &there, &copied.added)?;
            }
            if !copying.dry_run {
                for entry in &copied.removed {
                    database.remove(to, entry)?;
                }
                for entry in &copied.added {
                    database.insert(to, entry)?;
                }
            }
            Ok(copied)
        };
        if copying.dry_run {
            self.read(work)
        } else {
            self.change(work)
        }
    }
}

fn plan(selected: &[TagEntry], there: &[TagEntry], copying: Copying) -> Result<Copied, TagError> {
    let within = faults_within(selected);
    if !within.is_empty() {
        // Which of the two should count is not said anywhere.
        return Err(TagError::Faults(within));
    }
    let mut copied = Copied::default();
    let fresh: Vec<TagEntry> = selected
        .iter()
        .filter(|entry| !there.contains(entry))
        .cloned()
        .collect();
    let mut remaining = Vec::new();
    for entry in there {
        let taken: IovSet = fresh
            .iter()
            .filter(|new| new.payload.name == entry.payload.name)
            .map(|new| new.iov)
            .collect();
        if !copying.replace || !taken.overlaps(&entry.iov) {
            remaining.push(entry.clone());
            continue;
        }
        copied.removed.push(entry.clone());
        for iov in IovSet::from(entry.iov).difference(&taken).intervals() {
            let left = TagEntry {
                payload: entry.payload.clone(),
                iov: *iov,
            };
            remaining.push(left.clone());
            copied.added.push(left);
        }
    }
    let faults = copying.allowed.judge(faults_beside(&remaining, &fresh));
    if any_error(&faults) {
        return Err(TagError::Faults(errors_first(faults)));
    }
    copied.warnings = faults;
    copied.added.extend(fresh);
    copied.added.sort_by_cached_key(listed);
    Ok(copied)
}

/// Overlaps among what is to be copied.
fn faults_within(selected: &[TagEntry]) -> Vec<Fault> {
    let names: BTreeSet<&str> = selected.iter().map(|e| e.payload.name.as_str()).collect();
    let mut faults = Vec::new();
    for name in names {
        let of_name = selected.iter().filter(|entry| entry.payload.name == name);
        let entries: Vec<&TagEntry> = of_name.collect();
        let iovs: Vec<IoV> = entries.iter().map(|entry| entry.iov).collect();
        for (a, b) in overlaps(&iovs) {
            let (a, b) = (entries[a], entries[b]);
            let first = format!("{} of revision {}", a.iov, a.payload.revision);
            let mut fault = overlap(name, &first, &b.iov);
            fault.advice =
                "choose payloads that do not overlap, or merge the tag first: b2caf db tag merge"
                    .into();
            faults.push(fault);
        }
    }
    faults
}

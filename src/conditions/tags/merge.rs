//! Several tags as one that gives the same payload for every run as the list of them does.

use std::collections::BTreeMap;

use crate::iov::{IoV, IovSet};

use super::coverage::overlaps;
use super::database::Database;
use super::entry::{by_runs, listed};
use super::lines::overlap;
use super::{Content, Fault, TagEntry, TagError, TagStore};

/// A row of the merged tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedEntry {
    /// The payload with its interval.
    pub entry: TagEntry,
    /// The tag it comes from.
    pub source: String,
}

/// Puts tags together, the first one counting most: of each only the runs that no earlier one has. In a
/// tag higher revisions count more. With `runs` everything is cut to them.
///
/// Gives the rows by name and first run, and the overlaps within tags, which do no harm.
#[must_use]
pub fn merge_tags(
    tags: &[(String, Vec<TagEntry>)],
    runs: Option<IoV>,
) -> (Vec<MergedEntry>, Vec<Fault>) {
    let range = IovSet::from(runs.unwrap_or(IoV::EVERYTHING));
    let mut covered: BTreeMap<String, IovSet> = BTreeMap::new();
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (tag, entries) in tags {
        faults.extend(overlaps_within(tag, entries));
        let mut payloads: BTreeMap<(&str, std::cmp::Reverse<i64>), Vec<&TagEntry>> =
            BTreeMap::new();
        for entry in entries {
            let payload = &entry.payload;
            let key = (payload.name.as_str(), std::cmp::Reverse(payload.revision));
            payloads.entry(key).or_default().push(entry);
        }
        for ((name, _), entries) in payloads {
            let own: IovSet = entries.iter().map(|entry| entry.iov).collect();
            let covered = covered.entry(name.to_owned()).or_default();
            let left = own.intersection(&range).difference(covered);
            *covered = covered.union(&left);
            for iov in left.intervals() {
                let payload = entries[0].payload.clone();
                rows.push(MergedEntry {
                    entry: TagEntry { payload, iov: *iov },
                    source: tag.clone(),
                });
            }
        }
    }
    rows.sort_by_cached_key(|row| listed(&row.entry));
    (rows, faults)
}

fn overlaps_within(tag: &str, entries: &[TagEntry]) -> Vec<Fault> {
    let mut names: BTreeMap<&str, Vec<&TagEntry>> = BTreeMap::new();
    for entry in entries {
        names.entry(&entry.payload.name).or_default().push(entry);
    }
    let mut faults = Vec::new();
    for (name, mut entries) in names {
        entries.sort_by_key(|entry| by_runs(&entry.iov));
        let iovs: Vec<IoV> = entries.iter().map(|entry| entry.iov).collect();
        for (a, b) in overlaps(&iovs) {
            let (a, b) = (entries[a], entries[b]);
            if a.payload.checksum == b.payload.checksum {
                continue;
            }
            let first = format!("{} of revision {} in {tag}", a.iov, a.payload.revision);
            faults.push(overlap(name, &first, &b.iov).as_warning());
        }
    }
    faults
}

impl TagStore {
    /// Puts tags together as [`merge_tags`] does, into a tag that is open and empty, in one transaction; with
    /// `dry_run` nothing is written.
    ///
    /// # Errors
    /// When a tag is not there, `into` is closed or holds something, or the metadata cannot be written.
    pub fn merge(
        &self,
        tags: &[String],
        into: &str,
        runs: Option<IoV>,
        dry_run: bool,
    ) -> Result<(Vec<MergedEntry>, Vec<Fault>), TagError> {
        let work = |database: &Database<'_>| {
            let out = database.tag(into)?;
            if out.state.content() != Content::Free {
                return Err(TagError::Closed {
                    tag: out.name,
                    state: out.state,
                });
            }
            if out.intervals > 0 {
                return Err(TagError::NotEmpty {
                    tag: out.name,
                    intervals: out.intervals,
                });
            }
            let mut contents = Vec::new();
            for tag in tags {
                contents.push((tag.clone(), database.entries(tag)?));
            }
            let (rows, faults) = merge_tags(&contents, runs);
            if !dry_run {
                for row in &rows {
                    database.insert(into, &row.entry)?;
                }
            }
            Ok((rows, faults))
        };
        if dry_run {
            self.read(work)
        } else {
            self.change(work)
        }
    }
}

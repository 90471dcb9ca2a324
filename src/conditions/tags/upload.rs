//! A testing store put into a tag: everything, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::iov::{IoV, IovSet};

use super::super::Error;
use super::super::store::checksum;
use super::append::may_add;
use super::content::Look;
use super::coverage::gaps;
use super::database::Database;
use super::entry::{ROOT, listed, usual_url};
use super::lines::{StoreLine, gap, overlap, review};
use super::{Fault, FaultKind, PayloadInfo, Severity, TagEntry, TagError, TagStore, any_error};

/// What is let through that is refused otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Runs without a payload between runs with one.
    pub gaps: bool,
    /// Runs with two payloads of one name.
    pub overlaps: bool,
}

impl Allowed {
    /// The faults with those that are allowed as warnings.
    #[must_use]
    pub fn judge(self, faults: Vec<Fault>) -> Vec<Fault> {
        let allowed = |fault: &Fault| match fault.kind {
            FaultKind::Gap => self.gaps,
            FaultKind::Overlap => self.overlaps,
            _ => false,
        };
        let judged = faults.into_iter().map(|fault| match allowed(&fault) {
            true => fault.as_warning(),
            false => fault,
        });
        judged.collect()
    }
}

/// One payload of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedEntry {
    /// The payload with its interval.
    pub entry: TagEntry,
    /// Whether the payload was not known before.
    pub new_payload: bool,
    /// Whether the tag did not have it for this interval before.
    pub new_interval: bool,
}

/// What an upload did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uploaded {
    /// Lines in the text file.
    pub lines: usize,
    /// One entry per payload name and interval, in the order of the text file.
    pub entries: Vec<UploadedEntry>,
    /// What should be looked at.
    pub warnings: Vec<Fault>,
}

impl Uploaded {
    /// Number of payloads that were not known before.
    #[must_use]
    pub fn new_payloads(&self) -> usize {
        let new = self.entries.iter().filter(|entry| entry.new_payload);
        let names = new.map(|e| (&e.entry.payload.name, e.entry.payload.revision));
        names.collect::<BTreeSet<_>>().len()
    }

    /// Number of intervals that the tag did not have before.
    #[must_use]
    pub fn new_intervals(&self) -> usize {
        self.entries.iter().filter(|e| e.new_interval).count()
    }
}

impl TagStore {
    /// Puts the payloads of a testing store (its folder, or its text file) into a tag. Of lines with the same
    /// name and interval the last one counts; what the tag has already is left as it is, so that the same
    /// upload done twice does nothing the second time. Payloads get their revisions in the order of the
    /// lines: where overlaps are allowed, a later line is then valid rather than an earlier one.
    ///
    /// Nothing is written with `dry_run`. Otherwise the files come first and the metadata last, in one
    /// transaction: whenever it is interrupted, the tag is as before or has everything.
    ///
    /// # Errors
    /// [`TagError::Faults`] when something is wrong with the store, or with the tag after the upload;
    /// [`TagError::Closed`] and [`TagError::NotAppended`] when the tag does not take it; when something
    /// cannot be read or written.
    pub fn upload(
        &self,
        from: &Path,
        tag: &str,
        allowed: Allowed,
        dry_run: bool,
        look: Look,
    ) -> Result<Uploaded, TagError> {
        let mut reviewed = review(from, look)?;
        // What is missing here may be in the tag.
        reviewed.faults.retain(|fault| fault.kind != FaultKind::Gap);
        let faults = allowed.judge(reviewed.faults);
        if any_error(&faults) {
            return Err(TagError::Faults(errors_first(faults)));
        }
        let work = |database: &Database<'_>| {
            let mut uploaded = plan(database, tag, &reviewed.lines)?;
            uploaded.lines = reviewed.read;
            uploaded.warnings = faults;
            let there = database.entries(tag)?;
            let added: Vec<TagEntry> = uploaded
                .entries
                .iter()
                .filter(|entry| entry.new_interval)
                .map(|entry| entry.entry.clone())
                .collect();
            if !added.is_empty() {
                may_add(&database.tag(tag)?, &there, &added)?;
            }
            let beside = allowed.judge(faults_beside(&there, &added));
            uploaded.warnings.extend(beside);
            if any_error(&uploaded.warnings) {
                return Err(TagError::Faults(errors_first(uploaded.warnings)));
            }
            if !dry_run {
                let mut written = Vec::new();
                let done = self.write(database, tag, &uploaded, &reviewed.lines, &mut written);
                if done.is_err() {
                    // Nobody else can have named them yet. A file that stays does no harm.
                    written.iter().for_each(|file| drop(fs::remove_file(file)));
                }
                done?;
            }
            Ok(uploaded)
        };
        if dry_run {
            self.read(work)
        } else {
            self.change(work)
        }
    }

    fn write(
        &self,
        database: &Database<'_>,
        tag: &str,
        uploaded: &Uploaded,
        lines: &[StoreLine],
        written: &mut Vec<PathBuf>,
    ) -> Result<(), TagError> {
        self.files().sweep()?;
        let mut done = BTreeSet::new();
        for (entry, line) in uploaded.entries.iter().zip(lines) {
            let payload = &entry.entry.payload;
            if !done.insert((payload.name.clone(), payload.revision)) {
                continue;
            }
            if !entry.new_payload && self.files().content(payload).is_ok() {
                continue;
            }
            let bytes = fs::read(&line.file).map_err(Error::io("read", &line.file))?;
            let found = checksum(&bytes);
            if found != payload.checksum {
                return Err(TagError::WrongChecksum {
                    file: line.file.clone(),
                    found,
                    expected: payload.checksum.clone(),
                });
            }
            let file = self.files().put(payload, &bytes)?;
            if entry.new_payload {
                written.push(file);
            }
        }
        for entry in &uploaded.entries {
            database.insert_payload(&entry.entry.payload)?;
            database.insert(tag, &entry.entry)?;
        }
        Ok(())
    }
}

/// What each line becomes: a payload with its revision, new or known.
fn plan(database: &Database<'_>, tag: &str, lines: &[StoreLine]) -> Result<Uploaded, TagError> {
    let there: BTreeSet<_> = database
        .entries(tag)?
        .into_iter()
        .map(|entry| key(&entry))
        .collect();
    let mut payloads: BTreeMap<(&str, &str), (Arc<PayloadInfo>, bool)> = BTreeMap::new();
    let mut next: BTreeMap<&str, i64> = BTreeMap::new();
    let mut uploaded = Uploaded::default();
    for line in lines {
        let (name, sum) = (line.name.as_str(), line.checksum.as_str());
        let (payload, new_payload) = match payloads.get(&(name, sum)) {
            Some(found) => found.clone(),
            None => {
                let found = match database.known(name, sum)? {
                    Some(known) => (Arc::new(known), false),
                    None => {
                        let revision = match next.get(name) {
                            Some(revision) => *revision,
                            None => database.next_revision(name)?,
                        };
                        next.insert(name, revision + 1);
                        (Arc::new(new_payload_of(line, revision)), true)
                    }
                };
                payloads.insert((name, sum), found.clone());
                found
            }
        };
        let entry = TagEntry {
            payload,
            iov: line.iov,
        };
        uploaded.entries.push(UploadedEntry {
            new_interval: !there.contains(&key(&entry)),
            entry,
            new_payload,
        });
    }
    Ok(uploaded)
}

fn new_payload_of(line: &StoreLine, revision: i64) -> PayloadInfo {
    let extension = line.file.extension().unwrap_or_default().to_string_lossy();
    let extension = if extension.is_empty() {
        ROOT.into()
    } else {
        extension
    };
    PayloadInfo {
        name: line.name.clone(),
        revision,
        checksum: line.checksum.clone(),
        url: usual_url(&line.name, revision, &extension),
        base_url: String::new(),
    }
}

/// What would be wrong with a tag of a server that has `there` when the lines of a testing store came to it:
/// overlaps, and gaps that were none before.
#[must_use]
pub fn faults_with(there: &[TagEntry], lines: &[StoreLine], allowed: Allowed) -> Vec<Fault> {
    let known: BTreeSet<_> = there.iter().map(key).collect();
    // Whatever revisions the server will give them.
    let added: Vec<TagEntry> = lines
        .iter()
        .map(|line| TagEntry {
            payload: Arc::new(new_payload_of(line, 0)),
            iov: line.iov,
        })
        .filter(|entry| !known.contains(&key(entry)))
        .collect();
    allowed.judge(faults_beside(there, &added))
}

/// Entries are the same if content and interval are; revisions are only numbers.
fn key(entry: &TagEntry) -> (String, String, IoV) {
    let payload = &entry.payload;
    (payload.name.clone(), payload.checksum.clone(), entry.iov)
}

/// What would be wrong with a tag that has `there` when `added` come to it: overlaps between the two, and
/// gaps that were none before. Overlaps within `added` are not looked for.
pub(super) fn faults_beside(there: &[TagEntry], added: &[TagEntry]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let names: BTreeSet<&str> = added.iter().map(|e| e.payload.name.as_str()).collect();
    for name in names {
        let of_name = |entries: &[TagEntry]| -> Vec<TagEntry> {
            let mut of_name: Vec<TagEntry> = entries
                .iter()
                .filter(|entry| entry.payload.name == name)
                .cloned()
                .collect();
            of_name.sort_by_cached_key(listed);
            of_name
        };
        let (old, new) = (of_name(there), of_name(added));
        for entry in &new {
            if let Some(other) = old.iter().find(|other| other.iov.overlaps(&entry.iov)) {
                let first = format!(
                    "{} of revision {} in the tag",
                    other.iov, other.payload.revision
                );
                faults.push(overlap(name, &first, &entry.iov));
            }
        }
        let before: IovSet = old.iter().map(|entry| entry.iov).collect();
        let own: IovSet = new.iter().map(|entry| entry.iov).collect();
        let found = gaps(&before.union(&own)).difference(&gaps(&before));
        faults.extend(found.intervals().iter().map(|iov| gap(name, iov)));
    }
    faults
}

pub(super) fn errors_first(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.severity != Severity::Error);
    faults
}

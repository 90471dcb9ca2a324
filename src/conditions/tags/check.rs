//! Everything that is wrong with a tag.

use std::collections::BTreeMap;

use crate::iov::{IoV, IovSet};

use super::content::{Look, faults_inside};
use super::coverage::{gaps, overlaps};
use super::lines::{gap, overlap};
use super::{Fault, FaultKind, TagEntry, TagError, TagStore};

impl TagStore {
    /// What is wrong with a tag: numbers that are no interval, payload files that are missing or were
    /// changed, what `look` finds inside, and which runs have two payloads of one name or none.
    ///
    /// # Errors
    /// When the tag is not there, or the metadata cannot be read.
    pub fn check(&self, tag: &str, look: Look) -> Result<Vec<Fault>, TagError> {
        let (entries, broken) = self.all_entries(tag)?;
        let mut faults = Vec::new();
        for entry in broken {
            let [a, b, c, d] = entry.numbers;
            let text = format!(
                "{} revision {} is valid for {a},{b},{c},{d}, which is no interval",
                entry.payload.name, entry.payload.revision
            );
            let advice = "it was made by another program; put it right where the tag came from";
            faults.push(Fault::error(FaultKind::Interval, text, advice).of(&entry.payload.name));
        }
        let mut payloads: BTreeMap<(&str, i64), Vec<&TagEntry>> = BTreeMap::new();
        let mut names: BTreeMap<&str, Vec<&TagEntry>> = BTreeMap::new();
        for entry in &entries {
            let payload = &entry.payload;
            let key = (payload.name.as_str(), payload.revision);
            payloads.entry(key).or_default().push(entry);
            names.entry(&payload.name).or_default().push(entry);
        }
        for ((name, _), entries) in payloads {
            let found = self.check_file(name, &entries, look)?;
            faults.extend(found.into_iter().map(|fault| fault.of(name)));
        }
        for (name, entries) in names {
            faults.extend(coverage(name, &entries));
        }
        Ok(faults)
    }

    fn check_file(
        &self,
        name: &str,
        entries: &[&TagEntry],
        look: Look,
    ) -> Result<Vec<Fault>, TagError> {
        let Some(first) = entries.first() else {
            return Ok(Vec::new());
        };
        let (kind, error) = match self.content(&first.payload) {
            Ok((_, bytes)) => {
                let iovs: Vec<IoV> = entries.iter().map(|entry| entry.iov).collect();
                return Ok(faults_inside(name, &iovs, &bytes, look));
            }
            Err(error @ TagError::NoFile { .. }) => (FaultKind::MissingFile, error),
            Err(error @ TagError::WrongChecksum { .. }) => (FaultKind::Checksum, error),
            Err(error) => return Err(error),
        };
        let advice = "copy the file from where the tag came from, or upload the payload again";
        Ok(vec![Fault::error(kind, error.to_string(), advice)])
    }
}

fn coverage(name: &str, entries: &[&TagEntry]) -> Vec<Fault> {
    let iovs: Vec<IoV> = entries.iter().map(|entry| entry.iov).collect();
    let mut faults = Vec::new();
    for (a, b) in overlaps(&iovs) {
        let (a, b) = (entries[a], entries[b]);
        let first = format!("{} of revision {}", a.iov, a.payload.revision);
        faults.push(overlap(name, &first, &b.iov));
    }
    let runs: IovSet = iovs.into_iter().collect();
    faults.extend(gaps(&runs).intervals().iter().map(|iov| gap(name, iov)));
    faults
}

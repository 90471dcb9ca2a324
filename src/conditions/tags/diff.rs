//! What one tag has and another has not.

use std::collections::BTreeMap;

use crate::iov::IoV;

use super::TagEntry;
use super::entry::listed;

/// Which of two tags has an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Only the first.
    First,
    /// Only the second.
    Second,
    /// Both.
    Both,
}

/// The entries of two tags in the order of listings. They are the same if name, checksum and interval are;
/// the revision, a number of the store, says nothing.
#[must_use]
pub fn diff_tags(first: &[TagEntry], second: &[TagEntry]) -> Vec<(Side, TagEntry)> {
    let mut all: BTreeMap<(&str, &str, IoV), (Side, &TagEntry)> = BTreeMap::new();
    for entry in first {
        all.insert(key(entry), (Side::First, entry));
    }
    for entry in second {
        all.entry(key(entry))
            .and_modify(|(side, _)| {
                if *side == Side::First {
                    *side = Side::Both;
                }
            })
            .or_insert((Side::Second, entry));
    }
    let mut rows: Vec<(Side, TagEntry)> = all
        .into_values()
        .map(|(side, entry)| (side, entry.clone()))
        .collect();
    rows.sort_by_cached_key(|(side, entry)| {
        let (small, name, runs, revision) = listed(entry);
        (small, name, runs, *side, revision)
    });
    rows
}

fn key(entry: &TagEntry) -> (&str, &str, IoV) {
    (&entry.payload.name, &entry.payload.checksum, entry.iov)
}

//! What a global tag holds: payloads, each with an interval.

use std::sync::Arc;

use crate::iov::{ExpRun, IoV};

use super::TagState;

/// A global tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub state: TagState,
    /// Number of different payloads in it.
    pub payloads: u32,
    /// Number of intervals in it.
    pub intervals: u32,
}

/// A payload as the metadata describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadInfo {
    /// Payload name.
    pub name: String,
    /// Revision, counted for each name.
    pub revision: i64,
    /// MD5 of the whole file, in lower-case hexadecimal digits.
    pub checksum: String,
    /// Where the file is, relative to `base_url`.
    pub url: String,
    /// Where the files of this server are; empty for payloads that were uploaded here.
    pub base_url: String,
}

impl PayloadInfo {
    /// The ending of the file name, without the dot.
    #[must_use]
    pub fn extension(&self) -> &str {
        let ending = self.url.rsplit_once('.').map(|(_, ending)| ending);
        let usable = |text: &&str| {
            (1..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        ending.filter(usable).unwrap_or(ROOT)
    }
}

/// The ending of files that follow upstream's pattern.
pub(super) const ROOT: &str = "root";

/// Where a file is by upstream's pattern.
pub(super) fn usual_url(name: &str, revision: i64, extension: &str) -> String {
    format!("dbstore/{name}/dbstore_{name}_rev_{revision}.{extension}")
}

/// One payload of a tag with its interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagEntry {
    /// The payload.
    pub payload: Arc<PayloadInfo>,
    /// When it is valid.
    pub iov: IoV,
}

/// Numbers in a tag that are no interval: empty, backwards, or a run without an experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenEntry {
    /// The payload.
    pub payload: Arc<PayloadInfo>,
    /// First experiment, first run, last experiment, last run.
    pub numbers: [i32; 4],
}

/// The order in which intervals are listed: by first run, then by last run, open ends last.
#[must_use]
pub fn by_runs(iov: &IoV) -> (ExpRun, ExpRun) {
    let open = |number: i32| if number < 0 { i32::MAX } else { number };
    let (low, high) = (iov.low(), iov.high());
    let first = ExpRun::new(low.exp.max(0), low.run.max(0));
    let last = match high.exp {
        ..0 => ExpRun::new(i32::MAX, i32::MAX),
        exp => ExpRun::new(exp, open(high.run)),
    };
    (first, last)
}

/// The order of upstream's listings: by name in small letters, then by interval and revision.
#[must_use]
pub fn listed(entry: &TagEntry) -> (String, String, (ExpRun, ExpRun), i64) {
    let payload = &entry.payload;
    (
        payload.name.to_lowercase(),
        payload.name.clone(),
        by_runs(&entry.iov),
        payload.revision,
    )
}

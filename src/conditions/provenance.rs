//! Where payloads came from, written beside their files.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::iov::IoV;

use super::readable::readable;

/// All ways in which the content of one payload file came about.
///
/// The content names the file, so two executions that found the same constants share it; each
/// of them has an entry here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Payload name.
    pub payload: String,
    /// Revision in the file name.
    pub revision: String,
    /// MD5 of the payload file.
    pub checksum: String,
    /// One entry per different origin, in the order of the commits.
    pub origins: Vec<Origin>,
}

/// Where one payload came from and when it is valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Interval of validity.
    pub iov: IoV,
    /// Script and its hash, inputs, settings in force, versions: as whoever committed says.
    pub facts: Value,
}

impl Provenance {
    /// Adds an origin unless it is already there.
    pub fn add(&mut self, origin: Origin) {
        if !self.origins.contains(&origin) {
            self.origins.push(origin);
        }
    }

    /// As JSON for reading.
    #[must_use]
    pub fn to_json(&self) -> String {
        readable(self).expect("provenance always has a JSON form")
    }
}

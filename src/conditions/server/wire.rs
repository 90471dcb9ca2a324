//! The objects of the interface. What they have besides is ignored.

use serde::{Deserialize, Deserializer};

use crate::iov::{self, IoV};

/// A global tag as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Its number.
    #[serde(rename = "globalTagId")]
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// `DEV` or `RELEASE`.
    #[serde(rename = "globalTagType", deserialize_with = "named")]
    pub kind: String,
    /// `OPEN`, `TESTING`, `VALIDATED`, `PUBLISHED`, `RUNNING` or `INVALID`.
    #[serde(rename = "globalTagStatus", deserialize_with = "named")]
    pub state: String,
    /// Number of payloads, if the server says.
    #[serde(rename = "payloadCount", default)]
    pub payloads: Option<i64>,
    /// When it was made.
    #[serde(rename = "dtmIns", default)]
    pub created: Option<String>,
    /// When it was changed.
    #[serde(rename = "dtmMod", default)]
    pub modified: Option<String>,
    /// By whom.
    #[serde(rename = "modifiedBy", default)]
    pub modified_by: Option<String>,
}

/// A payload as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PayloadInfo {
    /// Its number.
    #[serde(rename = "payloadId")]
    pub id: i64,
    /// Its name.
    #[serde(rename = "basf2Module", deserialize_with = "named")]
    pub name: String,
    /// Counted by the server for each name.
    pub revision: i64,
    /// MD5 of the file.
    pub checksum: String,
    /// Where the file is, below the base address.
    #[serde(rename = "payloadUrl")]
    pub path: String,
    /// Where files are.
    #[serde(rename = "baseUrl")]
    pub base_url: String,
    /// By whom it was uploaded.
    #[serde(rename = "modifiedBy", default)]
    pub modified_by: Option<String>,
}

/// An interval of a tag as the server describes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IovInfo {
    /// Its number.
    #[serde(rename = "payloadIovId")]
    pub id: i64,
    /// First experiment.
    #[serde(rename = "expStart")]
    pub exp_start: i32,
    /// First run.
    #[serde(rename = "runStart")]
    pub run_start: i32,
    /// Last experiment; −1 for ever.
    #[serde(rename = "expEnd")]
    pub exp_end: i32,
    /// Last run; −1 for all.
    #[serde(rename = "runEnd")]
    pub run_end: i32,
}

impl IovInfo {
    /// The four numbers as the server has them.
    #[must_use]
    pub const fn numbers(&self) -> [i32; 4] {
        [self.exp_start, self.run_start, self.exp_end, self.run_end]
    }

    /// The interval; the server also keeps four numbers that are none.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn iov(&self) -> Result<IoV, iov::Error> {
        IoV::try_from(self.numbers())
    }
}

/// A payload with one of its intervals in a tag.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// The payload.
    pub payload: PayloadInfo,
    /// When it is valid.
    #[serde(rename = "payloadIov")]
    pub iov: IovInfo,
}

/// A payload with all its intervals in a tag.
#[derive(Deserialize)]
pub(super) struct PayloadWithIovs {
    /// The key says id, the value is the payload.
    #[serde(rename = "payloadId")]
    pub(super) payload: PayloadInfo,
    #[serde(rename = "payloadIovs")]
    pub(super) iovs: Vec<IovInfo>,
}

/// Anything with a name.
#[derive(Deserialize)]
pub(super) struct Named {
    pub(super) name: String,
}

/// The number of an interval that was made.
#[derive(Deserialize)]
pub(super) struct NewIov {
    #[serde(rename = "payloadIovId")]
    pub(super) id: i64,
}

fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Named::deserialize(deserializer).map(|named| named.name)
}

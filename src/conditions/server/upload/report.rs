//! What became of an upload.

use crate::conditions::server::{Error, PayloadInfo};
use crate::iov::IoV;

/// An interval that was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its number on the server.
    pub id: i64,
    /// Payload name.
    pub name: String,
    /// Revision of the payload.
    pub revision: i64,
    /// When it is valid.
    pub iov: IoV,
}

/// A payload or an interval that could not be sent.
#[derive(Debug)]
pub struct Failed {
    /// Payload name.
    pub name: String,
    /// The interval; `None` for the payload itself.
    pub iov: Option<IoV>,
    /// Why; `None` for what was not tried, as something before it failed.
    pub error: Option<Error>,
}

/// What a server does not have of what is to be uploaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Lines given.
    pub lines: usize,
    /// Lines that a later one with the same name and interval replaces.
    pub replaced: usize,
    /// Payloads that the server does not have, by name and MD5.
    pub payloads: Vec<(String, String)>,
    /// Intervals that the tag does not have, with the names of their payloads.
    pub iovs: Vec<(String, IoV)>,
}

/// What became of an upload.
#[derive(Debug, Default)]
pub struct Report {
    /// Lines given.
    pub lines: usize,
    /// Lines that a later one with the same name and interval replaced.
    pub replaced: usize,
    /// Payloads that were sent, sorted by name and MD5.
    pub payloads_sent: Vec<PayloadInfo>,
    /// Payloads that the server had.
    pub payloads_present: usize,
    /// Intervals that were created and are there, sorted by name and interval.
    pub iovs_created: Vec<Created>,
    /// Intervals that the tag had.
    pub iovs_present: usize,
    /// Payloads that could not be sent.
    pub failed_payloads: Vec<Failed>,
    /// Intervals that could not be created.
    pub failed_iovs: Vec<Failed>,
    /// Intervals that were created and taken back, because something failed.
    pub rolled_back: usize,
    /// What prevented that all were taken back; those that remain are among the created ones.
    pub roll_back_errors: Vec<Error>,
}

impl Report {
    /// Whether everything is on the server now.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.failed_payloads.is_empty() && self.failed_iovs.is_empty()
    }
}

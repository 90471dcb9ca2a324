//! Global tags: payloads with intervals, collected under a name, in a store of our own.
//!
//! Takes testing stores and other tags, gives the payload in force for a name and a run, listings, checks
//! and transfers between tags. The metadata are an SQLite file with the tables of upstream's download tool.

mod append;
mod check;
mod content;
mod copy;
mod coverage;
mod database;
mod diff;
mod download;
mod entry;
mod error;
mod fault;
mod files;
mod lines;
mod merge;
mod precedence;
mod provider;
mod schema;
mod sought;
mod state;
mod store;
mod take;
mod update;
mod upload;
mod write;

#[cfg(test)]
mod tests;

pub use append::next_run;
pub use content::{Inside, Look, Trouble, look_inside};
pub use copy::{Copied, Copying, Selection};
pub use diff::{Side, diff_tags};
pub(super) use download::{free_for_a_store, testing_store};
pub use entry::{BrokenEntry, PayloadInfo, Tag, TagEntry, by_runs, listed};
pub use error::TagError;
pub use fault::{Fault, FaultKind, Severity, any_error};
pub use files::PayloadFiles;
pub use lines::{Reviewed, StoreLine, review, text_file};
pub use merge::{MergedEntry, merge_tags};
pub use precedence::{Candidate, precedence};
pub use provider::{GlobalTags, InForce, tag_list};
pub use sought::{Absent, Located, Origin, Sought, seek_in_store, seek_in_tag};
pub use state::{Content, TagState};
pub use store::TagStore;
pub use take::ServerTag;
pub use update::{Operation, Update, UpdateMode, UpdateProblem, UpdateProblemKind, plan_update};
pub use upload::{Allowed, Uploaded, UploadedEntry, faults_with};
pub use write::check_tag_name;

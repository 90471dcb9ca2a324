//! Uploading a store into a global tag.

mod lines;
mod report;
mod requests;
mod run;

pub use lines::UploadLine;
pub use report::{Created, Failed, Missed, Report};
pub use run::OnFailure;

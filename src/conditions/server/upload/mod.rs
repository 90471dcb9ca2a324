//! Uploading a store into a global tag.

mod lines;
mod many;
mod report;
mod requests;
mod run;

pub use lines::UploadLine;
pub use report::{Created, Failed, Report};
pub use run::OnFailure;

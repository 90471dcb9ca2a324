//! What a basf2 file is: events in one tree, one entry about the file in another.

use std::path::Path;

use super::Fault;
use crate::iov::{ExpRun, IoV};
use crate::root::{self, Cache, RootFile, Tree};

/// The tree with one entry per event.
pub const EVENT_TREE: &str = "tree";
/// The tree with one entry about the file.
pub const FILE_TREE: &str = "persistent";
/// The object in the event tree that says which event it is.
pub const EVENT_METADATA: &str = "EventMetaData";
/// Members of [`EVENT_METADATA`]: experiment, run, and number of the event in the run.
pub const EVENT_MEMBERS: [&str; 3] = ["m_experiment", "m_run", "m_event"];
/// The object in the file tree.
pub const FILE_METADATA: &str = "FileMetaData";

/// What a basf2 file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileMetaData {
    /// Number of events.
    pub events: u64,
    /// First and last run with events; `None` for a file without events.
    pub runs: Option<(ExpRun, ExpRun)>,
}

impl FileMetaData {
    /// The metadata of an open file; `None` if it has none, as a plain ntuple.
    ///
    /// # Errors
    /// The tree is damaged, or has not exactly one entry.
    pub(super) fn of(file: &RootFile) -> Result<Option<Self>, Fault> {
        let tree = match file.tree(FILE_TREE) {
            Ok(tree) => tree,
            Err(root::Error::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !tree
            .columns()
            .iter()
            .any(|column| column.object() == FILE_METADATA)
        {
            return Ok(None);
        }
        if tree.entries() != 1 {
            return Err(Fault::MetadataCount {
                path: file.path().to_path_buf(),
                found: tree.entries(),
            });
        }
        let member = |name| number(file.path(), &tree, name);
        let run =
            |exp, run| Ok::<_, Fault>(ExpRun::new(to_i32(member(exp)?), to_i32(member(run)?)));
        let first = run("m_experimentLow", "m_runLow")?;
        let last = run("m_experimentHigh", "m_runHigh")?;
        let events = u64::try_from(member("m_nEvents")?).unwrap_or(0);
        // Without events the runs mean nothing: -1 in all places, or a first one above the last.
        let runs = (events > 0).then_some((first, last));
        Ok(Some(Self { events, runs }))
    }

    /// The interval from the first to the last run; `None` for a file without events.
    ///
    /// # Errors
    /// The first run comes after the last.
    pub fn iov(&self) -> Result<Option<IoV>, Fault> {
        match self.runs {
            Some((first, last)) => Ok(Some(IoV::new(first, last)?)),
            None => Ok(None),
        }
    }
}

/// A member of the file's metadata.
fn number(path: &Path, tree: &Tree, member: &str) -> Result<i64, Fault> {
    let column = tree
        .columns()
        .iter()
        .find(|column| column.object() == FILE_METADATA && column.member() == member)
        .ok_or_else(|| Fault::MetadataMember {
            path: path.to_path_buf(),
            member: member.to_owned(),
        })?;
    let mut value = [0];
    column
        .read(0..1, &mut Cache::new())?
        .fill_i64(0, &mut value)?;
    Ok(value[0])
}

/// Runs and experiments are 32 bits wide in the file; anything else is not a run.
fn to_i32(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(-1)
}

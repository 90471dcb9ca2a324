//! Constants of global tags for a run.

use std::path::Path;

use tempfile::TempDir;

use crate::conditions::Store;
use crate::conditions::tags::{GlobalTags, TagState, TagStore, tag_list};
use crate::iov::IoV;

use super::db;
use super::exit::Exit;
use super::failure::Failure;

/// What some tags hold for some runs, as testing stores in a folder that is gone when this is.
pub(super) struct TagConstants {
    /// In the order in which they are asked.
    pub(super) stores: Vec<Store>,
    _folder: Option<TempDir>,
}

impl TagConstants {
    /// Takes what is valid for `runs` out of the tags; each must be usable.
    pub(super) fn new(tags: &[String], store: &Path, runs: IoV) -> Result<Self, Failure> {
        let tags = tag_list(tags);
        if tags.is_empty() {
            return Ok(Self {
                stores: Vec::new(),
                _folder: None,
            });
        }
        let open = || TagStore::open_to_look_up(store).map_err(db::refused);
        GlobalTags::new(open()?, &tags, &TagState::USABLE).map_err(db::refused)?;
        let folder = TempDir::new().map_err(|error| {
            let message = format!(
                "no folder for the constants of {}: {error}",
                tags.join(", ")
            );
            Failure::new(Exit::Usage, "output::write", message)
        })?;
        let mut stores = Vec::new();
        for (number, tag) in tags.iter().enumerate() {
            let into = folder.path().join(number.to_string());
            open()?
                .download(tag, Some(runs), &into)
                .map_err(db::refused)?;
            stores.push(Store::new(into).called(&format!("global tag {tag}")));
        }
        Ok(Self {
            stores,
            _folder: Some(folder),
        })
    }
}

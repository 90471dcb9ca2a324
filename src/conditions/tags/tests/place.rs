//! A store of tags for one test, and testing stores to fill it from.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::super::store::checksum;
use super::super::*;

pub(super) fn iov(text: &str) -> crate::iov::IoV {
    text.parse().unwrap()
}

/// An entry whose checksum is made of name and revision.
pub(super) fn entry(name: &str, revision: i64, text: &str) -> TagEntry {
    let payload = PayloadInfo {
        name: name.into(),
        revision,
        checksum: checksum(format!("{name}{revision}").as_bytes()),
        url: format!("dbstore/{name}/dbstore_{name}_rev_{revision}.root"),
        base_url: "https://server.example/rest/".into(),
    };
    TagEntry {
        payload: Arc::new(payload),
        iov: iov(text),
    }
}

/// Adds lines to a testing store: name, content of the file, interval.
pub(super) fn write_store(folder: &Path, lines: &[(&str, &str, &str)]) {
    fs::create_dir_all(folder).unwrap();
    let file = folder.join("database.txt");
    let mut text = fs::read_to_string(&file).unwrap_or_default();
    for (name, content, iov) in lines {
        let revision = &checksum(content.as_bytes())[..6];
        let payload = folder.join(format!("dbstore_{name}_rev_{revision}.root"));
        fs::write(payload, content).unwrap();
        text += &format!("dbstore/{name} {revision} {iov}\n");
    }
    fs::write(file, text).unwrap();
}

pub(super) struct Place {
    pub(super) folder: tempfile::TempDir,
    pub(super) store: TagStore,
}

impl Place {
    pub(super) fn new(tags: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = TagStore::create_or_open(&folder.path().join("conditions")).unwrap();
        for tag in tags {
            store.create_tag(tag).unwrap();
        }
        Self { folder, store }
    }

    pub(super) fn testing(&self, lines: &[(&str, &str, &str)]) -> PathBuf {
        let folder = self.folder.path().join("testing");
        fs::remove_dir_all(&folder).ok();
        write_store(&folder, lines);
        folder
    }

    pub(super) fn upload(
        &self,
        tag: &str,
        lines: &[(&str, &str, &str)],
    ) -> Result<Uploaded, TagError> {
        let from = self.testing(lines);
        let allowed = Allowed::default();
        self.store.upload(&from, tag, allowed, false, &look_inside)
    }

    pub(super) fn rows(&self, tag: &str) -> Vec<String> {
        let entries = self.store.entries(tag).unwrap();
        entries
            .iter()
            .map(|e| format!("{} {} {}", e.payload.name, e.payload.revision, e.iov))
            .collect()
    }

    pub(super) fn tags(&self, names: &[&str]) -> Result<GlobalTags, TagError> {
        self.tags_in(names, &TagState::USABLE)
    }

    pub(super) fn tags_in(
        &self,
        names: &[&str],
        usable: &[TagState],
    ) -> Result<GlobalTags, TagError> {
        let store = TagStore::open_to_look_up(self.store.file()).unwrap();
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        GlobalTags::new(store, &names, usable)
    }

    pub(super) fn state(&self, tag: &str, states: &[TagState]) {
        for state in states {
            self.store.set_state(tag, *state).unwrap();
        }
    }
}

//! Payload files of a store of tags: where they are, and whether they are what they should be.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use super::super::store::checksum;
use super::super::{Error, check_name};
use super::{PayloadInfo, TagError};

/// Name of files under way; swept away by the next upload.
const UNDER_WAY: &str = ".partial-";

/// Files in folders named by the first two digits of their checksum (`24/BeamSpot_r1.root`), or all in one
/// folder (`dbstore_BeamSpot_rev_1.root`).
#[derive(Clone, Debug)]
pub struct PayloadFiles {
    folder: PathBuf,
}

impl PayloadFiles {
    /// The files in `folder`.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Where a payload is kept: in the folder named by the first two digits of its checksum.
    ///
    /// # Errors
    /// When name or checksum cannot be part of a path.
    pub fn hashed(&self, payload: &PayloadInfo) -> Result<PathBuf, TagError> {
        let PayloadInfo { name, revision, .. } = payload;
        check(payload)?;
        let file = format!("{name}_r{revision}.{}", payload.extension());
        Ok(self.folder.join(&payload.checksum[..2]).join(file))
    }

    /// Where a payload may lie as well: beside all others.
    ///
    /// # Errors
    /// As [`PayloadFiles::hashed`].
    pub fn flat(&self, payload: &PayloadInfo) -> Result<PathBuf, TagError> {
        let PayloadInfo { name, revision, .. } = payload;
        check(payload)?;
        let file = format!("dbstore_{name}_rev_{revision}.{}", payload.extension());
        Ok(self.folder.join(file))
    }

    /// The content of a payload and the file it was found in. A file counts only if its checksum is right.
    ///
    /// # Errors
    /// When there is no such file, or none with the right checksum.
    pub fn content(&self, payload: &PayloadInfo) -> Result<(PathBuf, Vec<u8>), TagError> {
        let looked = [self.hashed(payload)?, self.flat(payload)?];
        let mut wrong = None;
        for file in &looked {
            let bytes = match fs::read(file) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("read", file)(error).into()),
            };
            let found = checksum(&bytes);
            if found == payload.checksum {
                return Ok((file.clone(), bytes));
            }
            wrong.get_or_insert(TagError::WrongChecksum {
                file: file.clone(),
                found,
                expected: payload.checksum.clone(),
            });
        }
        Err(wrong.unwrap_or_else(|| TagError::NoFile {
            name: payload.name.clone(),
            revision: payload.revision,
            looked,
        }))
    }

    /// Writes a payload, so that it is there with its whole content or not at all, and stays there. Whoever
    /// calls this is the only writer.
    pub(super) fn put(&self, payload: &PayloadInfo, bytes: &[u8]) -> Result<PathBuf, TagError> {
        let path = self.hashed(payload)?;
        let folder = path.parent().unwrap_or(&self.folder);
        if !folder.is_dir() {
            fs::create_dir_all(folder).map_err(Error::io("create the folder", folder))?;
            sync(&self.folder)?;
        }
        let temporary = self.folder.join(format!("{UNDER_WAY}payload"));
        let mut file = File::create(&temporary).map_err(Error::io("create", &temporary))?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(Error::io("write", &temporary))?;
        fs::rename(&temporary, &path).map_err(Error::io("write", &path))?;
        sync(folder)?;
        Ok(path)
    }

    /// Removes what an interrupted upload left under a temporary name.
    pub(super) fn sweep(&self) -> Result<(), TagError> {
        let temporary = self.folder.join(format!("{UNDER_WAY}payload"));
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Error::io("remove", temporary)(error).into())
            }
            _ => Ok(()),
        }
    }
}

/// Names in a folder are on disk afterwards.
fn sync(folder: &Path) -> Result<(), TagError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| Error::io("write", folder)(error).into())
}

/// Metadata may come from anywhere, and a path is made of them.
fn check(payload: &PayloadInfo) -> Result<(), TagError> {
    check_name(&payload.name)?;
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if payload.checksum.len() == 32 && payload.checksum.bytes().all(digits) {
        return Ok(());
    }
    Err(TagError::BadValue {
        file: PathBuf::from(super::TagStore::FILE),
        what: format!(
            "`{}` is no checksum of {} revision {}",
            payload.checksum, payload.name, payload.revision
        ),
    })
}

//! Downloading into the cache, or beside it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use md5::{Digest, Md5};
use tempfile::NamedTempFile;

use super::base::persist;
use super::files::{Files, has_checksum, hashed};
use super::http::Ask;
use super::{Error, PayloadInfo};

/// Time between two looks at a lock.
const LOOK: Duration = Duration::from_millis(50);

/// Why a file did not come into a folder.
enum Trouble {
    /// The folder cannot be used: no right, no room, or somebody keeps it locked.
    Folder(String),
    /// The content is another one; with its MD5.
    Content(String),
    /// The server did not give it.
    Server(Box<Error>),
}

impl Files {
    /// Downloads into the cache; where that cannot be, or gave a wrong file, into a private folder.
    pub(super) fn download(&self, payload: &PayloadInfo, url: &str) -> Result<PathBuf, Error> {
        match self.cached(payload, url) {
            Ok(path) => return Ok(path),
            Err(Trouble::Server(error)) => return Err(*error),
            Err(Trouble::Folder(reason)) => {
                let name = &payload.name;
                self.settings
                    .remark(&format!("payload {name} is not kept: {reason}"));
            }
            Err(Trouble::Content(found)) => {
                let expected = &payload.checksum;
                self.settings
                    .remark(&format!("{url} has MD5 {found}, not {expected}; once more"));
            }
        }
        let path = self.private_folder()?.join(hashed(payload));
        match self.fetch(payload, url, &path) {
            Ok(()) => Ok(path),
            Err(Trouble::Server(error)) => Err(*error),
            Err(Trouble::Folder(reason)) => Err(Error::io("write", path)(io::Error::other(reason))),
            Err(Trouble::Content(found)) => Err(Error::Checksum {
                url: url.into(),
                name: payload.name.clone(),
                revision: payload.revision,
                expected: payload.checksum.clone(),
                found,
            }),
        }
    }

    /// One process at a time: the others find the file when they get the lock.
    fn cached(&self, payload: &PayloadInfo, url: &str) -> Result<PathBuf, Trouble> {
        let path = self.cache.join(hashed(payload));
        let folder = path.parent().unwrap_or(&self.cache);
        let _lock = self.lock(folder).map_err(Trouble::Folder)?;
        if !has_checksum(&path, payload) {
            self.fetch(payload, url, &path)?;
        }
        Ok(path)
    }

    /// A lock on `folder`, held until it is dropped.
    fn lock(&self, folder: &Path) -> Result<File, String> {
        let told = |error: io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(told)?;
        // Not the folder itself: network file systems lock only what is open for writing.
        let file = File::options()
            .create(true)
            .append(true)
            .open(folder.join(".lock"))
            .map_err(told)?;
        let looks = self.settings.lock_timeout.as_millis() / LOOK.as_millis();
        for _ in 0..=looks {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => self.settings.waiting.wait(LOOK),
                Err(TryLockError::Error(error)) => return Err(told(error)),
            }
        }
        let seconds = self.settings.lock_timeout.as_secs_f64();
        Err(format!("{} was locked for {seconds} s", folder.display()))
    }

    /// Downloads to `path`, under another name until it is complete and has the right content.
    fn fetch(&self, payload: &PayloadInfo, url: &str, path: &Path) -> Result<(), Trouble> {
        let folder = path.parent().unwrap_or(&self.cache);
        let told = |error: &dyn std::fmt::Display| {
            Trouble::Folder(format!("{}: {error}", folder.display()))
        };
        fs::create_dir_all(folder).map_err(|error| told(&error))?;
        let what = format!(
            "download payload {} revision {}",
            payload.name, payload.revision
        );
        let ask = Ask::get(url);
        let downloaded = persist(&self.settings, &what, url, || {
            let file = new_file(folder).map_err(|error| failed(folder, error))?;
            let mut sink = Hashing {
                file,
                md5: Md5::new(),
            };
            self.http.once_into(&ask, path, &mut sink)?;
            Ok(sink)
        });
        let sink = match downloaded {
            Ok(sink) => sink,
            Err(error @ Error::File(_)) => return Err(told(&error)),
            Err(error) => return Err(Trouble::Server(error.into())),
        };
        let found = format!("{:x}", sink.md5.finalize());
        if found != payload.checksum {
            return Err(Trouble::Content(found));
        }
        // Renamed over whatever was there: nothing of an older file can remain.
        sink.file.persist(path).map_err(|error| told(&error))?;
        Ok(())
    }

    fn private_folder(&self) -> Result<PathBuf, Error> {
        let mut private = self
            .private
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(folder) = private.as_ref() {
            return Ok(folder.path().into());
        }
        let folder =
            tempfile::tempdir().map_err(Error::io("create a folder in", std::env::temp_dir()))?;
        let path = folder.path().to_owned();
        *private = Some(folder);
        Ok(path)
    }
}

fn failed(folder: &Path, error: io::Error) -> super::failure::Failure {
    super::failure::Failure::Sink(folder.into(), error)
}

/// A file under a temporary name, with the rights that files usually get.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".partial-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Writes and computes the MD5 of what was written.
struct Hashing {
    file: NamedTempFile,
    md5: Md5,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.md5.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

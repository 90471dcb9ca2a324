//! Payload files: where they are looked for, and the cache that keeps them.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use tempfile::TempDir;

use super::address::{self, is_remote, join};
use super::http::Http;
use super::names::check_info;
use super::{Error, PayloadInfo, Settings};

/// Where payload files are looked for, and the cache that keeps what was downloaded.
///
/// Whatever is handed out has been compared with the MD5 that the database knows, every time.
pub struct Files {
    pub(super) cache: PathBuf,
    locations: Vec<Location>,
    pub(super) http: Http,
    pub(super) settings: Settings,
    /// For files that the cache cannot take; gone at the end of the process.
    pub(super) private: std::sync::Mutex<Option<TempDir>>,
}

enum Location {
    Folder(PathBuf),
    Remote(String),
}

impl Files {
    /// Files in `cache`, then in `locations` (folders and addresses) in their order, then where the
    /// database says.
    ///
    /// # Errors
    /// [`Error::Address`] for a location that is empty or of an unknown kind.
    pub fn new<S: AsRef<str>>(
        cache: impl Into<PathBuf>,
        locations: impl IntoIterator<Item = S>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let locations = locations.into_iter().map(|text| location(text.as_ref()));
        Ok(Self {
            cache: cache.into(),
            locations: locations.collect::<Result<_, _>>()?,
            http: Http::new(&settings)?,
            settings,
            private: std::sync::Mutex::default(),
        })
    }

    /// The cache that basf2 uses too: `basf2-conditions` in the folder for temporary files.
    #[must_use]
    pub fn usual_cache() -> PathBuf {
        env::temp_dir().join("basf2-conditions")
    }

    /// The file of a payload, downloaded if need be.
    ///
    /// # Errors
    /// [`Error::NoFile`] when it is nowhere, [`Error::Checksum`] when the server gives another file
    /// twice, and what else the server said.
    pub fn file(&self, payload: &PayloadInfo) -> Result<PathBuf, Error> {
        check_info(payload)?;
        if let Some(path) = self.kept(payload) {
            return Ok(path);
        }
        let mut tried = vec![self.cache.display().to_string()];
        for location in &self.locations {
            match location {
                Location::Folder(folder) => {
                    if let Some(path) = in_folder(folder, payload) {
                        return Ok(path);
                    }
                    tried.push(folder.display().to_string());
                }
                Location::Remote(base) => {
                    match self.download(payload, &join(base, &payload.path)) {
                        Ok(path) => return Ok(path),
                        Err(error) if error.status() == Some(404) => {}
                        Err(error) => self.settings.remark(&format!("{error}; looking elsewhere")),
                    }
                    tried.push(base.clone());
                }
            }
        }
        if !is_remote(&payload.base_url) {
            return Err(Error::NoFile {
                name: payload.name.clone(),
                revision: payload.revision,
                tried: tried.join(", "),
            });
        }
        self.download(payload, &join(&payload.base_url, &payload.path))
    }

    /// The content of a payload, which has its MD5 even if another process changes the file now.
    ///
    /// # Errors
    /// As [`Files::file`], and when the file cannot be read.
    pub fn bytes(&self, payload: &PayloadInfo) -> Result<Vec<u8>, Error> {
        // Once more when the file changed between check and reading.
        for _ in 0..2 {
            let path = self.file(payload)?;
            let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
            if format!("{:x}", Md5::digest(&bytes)) == payload.checksum {
                return Ok(bytes);
            }
        }
        Err(Error::NoFile {
            name: payload.name.clone(),
            revision: payload.revision,
            tried: format!(
                "{}, whose files change while they are read",
                self.cache.display()
            ),
        })
    }

    /// What was downloaded before.
    fn kept(&self, payload: &PayloadInfo) -> Option<PathBuf> {
        let in_cache = self.cache.join(hashed(payload));
        if has_checksum(&in_cache, payload) {
            return Some(in_cache);
        }
        let private = self
            .private
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let path = private.as_ref()?.path().join(hashed(payload));
        has_checksum(&path, payload).then_some(path)
    }
}

/// A folder, or the address of a server.
fn location(text: &str) -> Result<Location, Error> {
    let text = text.trim();
    if is_remote(text) {
        address::check(text)?;
        return Ok(Location::Remote(text.into()));
    }
    let folder = text.strip_prefix("file://").unwrap_or(text);
    if folder.is_empty() || folder.contains("://") {
        return Err(Error::Address {
            address: text.into(),
            reason: "payloads are in folders, or behind http:// or https://".into(),
        });
    }
    Ok(Location::Folder(folder.into()))
}

/// The file in a folder, in one of the two layouts; another content is as good as none.
fn in_folder(folder: &Path, payload: &PayloadInfo) -> Option<PathBuf> {
    [hashed(payload), flat(payload)]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|path| has_checksum(path, payload))
}

/// `24/X_r1.root` for payload X, revision 1, MD5 24….
pub(super) fn hashed(payload: &PayloadInfo) -> PathBuf {
    let digits = payload.checksum.get(..2).unwrap_or("xx");
    let file = format!("{}_r{}.root", payload.name, payload.revision);
    Path::new(digits).join(file)
}

/// `dbstore_X_rev_1.root` for payload X, revision 1.
fn flat(payload: &PayloadInfo) -> PathBuf {
    format!("dbstore_{}_rev_{}.root", payload.name, payload.revision).into()
}

/// Whether a file is there and has the content of the payload.
pub(super) fn has_checksum(path: &Path, payload: &PayloadInfo) -> bool {
    match checksum_of(path) {
        Ok(found) if found == payload.checksum => true,
        Ok(found) => {
            tracing::debug!(
                "{} has MD5 {found}, not {}",
                path.display(),
                payload.checksum
            );
            false
        }
        Err(_) => false,
    }
}

/// MD5 of a file, read in pieces.
pub(super) fn checksum_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let (mut md5, mut piece) = (Md5::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(format!("{:x}", md5.finalize())),
            count => md5.update(&piece[..count]),
        }
    }
}

//! The token that allows writing.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Environment, Error};

/// Longest token file that is read.
const LONGEST: u64 = 64 * 1024;

/// A token for write access. No form of it for reading shows what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token in `text`, without blanks around it.
    ///
    /// # Errors
    /// [`Error::Token`] when it is empty or cannot stand in a header; the message does not show it.
    pub fn new(text: &str) -> Result<Self, Error> {
        Self::checked(text, "the token given")
    }

    /// The token in a file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no token.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let about = fs::metadata(path).map_err(Error::io("read", path))?;
        let source = format!("the token in {}", path.display());
        if about.len() > LONGEST {
            return Err(Error::Token {
                source_of_it: source,
                reason: "the file is too long for one",
            });
        }
        warn_if_open(path, &about);
        let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
        Self::checked(&text, &source)
    }

    /// The token to use: `given`, else the one in the file that the environment names, else that in
    /// `b2cdb_<user>.token` of the home folder; `None` when there is none of them.
    ///
    /// # Errors
    /// When a file that is named or there cannot be read, or holds no token.
    pub fn find(given: Option<&str>, environment: &Environment) -> Result<Option<Self>, Error> {
        if let Some(text) = given {
            return Self::new(text).map(Some);
        }
        if let Some(path) = &environment.token_file {
            return Self::read(path).map(Some);
        }
        let Some(path) = usual_place(environment) else {
            return Ok(None);
        };
        match Self::read(&path) {
            Err(Error::File(crate::conditions::Error::Io { source, .. }))
                if source.kind() == ErrorKind::NotFound =>
            {
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    fn checked(text: &str, source: &str) -> Result<Self, Error> {
        let text = text.trim();
        let wrong = |reason| Error::Token {
            source_of_it: source.into(),
            reason,
        };
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("it has blanks or characters that no token has"));
        }
        Ok(Self(text.into()))
    }

    /// The value of the header.
    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// `text` without the token, should an answer repeat it.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

fn usual_place(environment: &Environment) -> Option<PathBuf> {
    let user = environment.user.as_deref()?;
    // A user name with a slash would lead elsewhere.
    let usable = !user.is_empty() && !user.contains('/');
    let home = environment.home.as_deref().filter(|_| usable)?;
    Some(home.join(format!("b2cdb_{user}.token")))
}

#[cfg(unix)]
fn warn_if_open(path: &Path, about: &fs::Metadata) {
    use std::os::unix::fs::PermissionsExt as _;
    if about.permissions().mode() & 0o077 != 0 {
        let path = path.display();
        tracing::warn!("others can read the token in {path}; chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_path: &Path, _about: &fs::Metadata) {}

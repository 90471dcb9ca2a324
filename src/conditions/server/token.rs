//! The token that allows writing.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Environment, Error};

/// Longest token file that is read.
const LONGEST: u64 = 64 * 1024;

/// A token for write access. No form of it for reading shows what it is.
///
/// One that came from a file is read again whenever it is used: it lives for an hour, and a transfer may take
/// longer.
#[derive(Clone)]
pub struct Token(Arc<Kept>);

struct Kept {
    /// Where it came from.
    file: Option<PathBuf>,
    /// All that it has been; the last one counts, and none must be shown.
    texts: Mutex<Vec<String>>,
}

impl Token {
    /// The token in `text`, without blanks around it.
    ///
    /// # Errors
    /// [`Error::Token`] when it is empty or cannot stand in a header; the message does not show it.
    pub fn new(text: &str) -> Result<Self, Error> {
        Ok(Self::kept(checked(text, "the token given")?, None))
    }

    /// The token in a file.
    ///
    /// # Errors
    /// When the file cannot be read or holds no token.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Ok(Self::kept(text_in(path)?, Some(path.into())))
    }

    fn kept(text: String, file: Option<PathBuf>) -> Self {
        let texts = Mutex::new(vec![text]);
        Self(Arc::new(Kept { file, texts }))
    }

    fn texts(&self) -> MutexGuard<'_, Vec<String>> {
        let texts = self.0.texts.lock();
        texts.unwrap_or_else(PoisonError::into_inner)
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

    /// What should be said about the file it came from, if anything.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let path = self.0.file.as_ref()?;
        is_open(path).then(|| {
            let path = path.display();
            format!("others can read the token in {path}; chmod 600 {path}")
        })
    }

    /// The value of the header, as the token is now. A file that is just being written, or is gone, leaves it as
    /// it was.
    pub(super) fn header(&self) -> String {
        let now = self.0.file.as_deref().and_then(|file| text_in(file).ok());
        let mut texts = self.texts();
        if let Some(now) = now.filter(|now| texts.last() != Some(now)) {
            texts.push(now);
        }
        format!("Bearer {}", texts.last().map_or("", String::as_str))
    }

    /// `text` without the token, should an answer repeat it.
    pub(super) fn hidden_in(&self, text: &str) -> String {
        let texts = self.texts();
        let hide = |text: String, token: &String| text.replace(token, "…");
        texts.iter().fold(text.to_owned(), hide)
    }
}

impl PartialEq for Token {
    /// Whether both are the same now.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || {
            let own = self.texts().last().cloned();
            own == other.texts().last().cloned()
        }
    }
}

impl Eq for Token {}

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

/// The token in a file, without blanks around it.
fn text_in(path: &Path) -> Result<String, Error> {
    let about = fs::metadata(path).map_err(Error::io("read", path))?;
    let source = format!("the token in {}", path.display());
    if about.len() > LONGEST {
        return Err(Error::Token {
            source_of_it: source,
            reason: "the file is too long for one",
        });
    }
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    checked(&text, &source)
}

fn checked(text: &str, source: &str) -> Result<String, Error> {
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
    Ok(text.into())
}

/// Whether others can read a file.
#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

/// Whether others can read a file.
#[cfg(not(unix))]
fn is_open(_path: &Path) -> bool {
    false
}

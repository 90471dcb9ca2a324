//! Where a file lies: on this machine, or behind an address.
//!
//! Differences from upstream, which parses everything as a web address: the name of a local file is taken as it
//! is (a `?` or two slashes in front mean nothing, a drive letter is no scheme), a relative path starts at the
//! folder that is given, and an empty text is refused.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Fault;

/// The place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A path of this machine.
    Local(PathBuf),
    /// An address elsewhere; whether there is a file cannot be seen from here.
    Remote(Address),
}

/// A file on another machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// How to get it, in lower case: `root`, `https`.
    pub scheme: String,
    /// Machine and port; may be empty.
    pub host: String,
    /// What the machine calls it.
    pub path: String,
    /// What stands behind the `?`; may be empty.
    pub query: String,
}

/// Files that can be used, and why others cannot.
#[derive(Debug, Default)]
pub struct Located {
    /// Files in their order, each once.
    pub files: Vec<Location>,
    /// What is wrong with the others, in their order.
    pub left_out: Vec<Fault>,
}

impl Location {
    /// Reads a path, an address, or a path after `file:`; relative paths start at `base`.
    ///
    /// # Errors
    /// [`Fault::NoName`] when nothing is named.
    pub fn parse(text: &str, base: &Path) -> Result<Self, Fault> {
        match parts(text) {
            Parts::Local("") => Err(Fault::NoName),
            Parts::Local(path) => Ok(Self::Local(base.join(path))),
            Parts::Remote(address) => Ok(Self::Remote(address)),
        }
    }
}

/// Which of these files there are: local ones must exist as files, and each counts once.
///
/// As upstream when a job is submitted; it is for the caller to judge what is left out.
#[must_use]
pub fn locate_files<'a>(texts: impl IntoIterator<Item = &'a str>, base: &Path) -> Located {
    let mut located = Located::default();
    // Looked up only.
    let mut seen: HashMap<Location, usize> = HashMap::new();
    for (number, text) in (1..).zip(texts) {
        match usable(text, base, &seen) {
            Ok(location) => {
                seen.insert(location.clone(), number);
                located.files.push(location);
            }
            Err(fault) => located.left_out.push(fault),
        }
    }
    located
}

fn usable(text: &str, base: &Path, seen: &HashMap<Location, usize>) -> Result<Location, Fault> {
    let location = Location::parse(text, base)?;
    if let Some(entry) = seen.get(&location) {
        return Err(Fault::Twice {
            path: text.into(),
            entry: *entry,
        });
    }
    match &location {
        Location::Local(path) if path.is_dir() => Err(Fault::NotAFile(path.clone())),
        Location::Local(path) if !path.is_file() => Err(Fault::Missing(path.clone())),
        _ => Ok(location),
    }
}

/// A text that is a path here or an address elsewhere.
pub(super) enum Parts<'a> {
    /// The path as written.
    Local(&'a str),
    /// The address.
    Remote(Address),
}

/// Takes a text apart.
pub(super) fn parts(text: &str) -> Parts<'_> {
    let Some((scheme, rest)) = text.split_once(':').filter(|(word, _)| is_scheme(word)) else {
        return Parts::Local(text);
    };
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "file" && !rest.starts_with('/') {
        return Parts::Local(text);
    }
    let (host, place) = match rest.strip_prefix("//") {
        None => ("", rest),
        Some(rest) => rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len())),
    };
    if scheme == "file" && matches!(host, "" | "localhost") {
        return Parts::Local(place);
    }
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    Parts::Remote(Address {
        scheme,
        host: host.into(),
        path: path.into(),
        query: query.into(),
    })
}

/// Whether `text` can stand before the colon of an address; one letter is a drive.
fn is_scheme(text: &str) -> bool {
    let mut letters = text.chars();
    text.len() > 1
        && letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

/// As an address, `file://…` for a local file.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => write!(f, "file://{}", path.display()),
            Self::Remote(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if !self.host.is_empty() {
            write!(f, "//{}", self.host)?;
            if !self.path.is_empty() && !self.path.starts_with('/') {
                f.write_str("/")?;
            }
        }
        f.write_str(&self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_are_taken_as_they_are() {
        for (text, path) in [
            ("/a/b.root", "/a/b.root"),
            ("a/b.root", "/base/a/b.root"),
            ("file:///a/b.root", "/a/b.root"),
            ("FILE://localhost/a/b.root", "/a/b.root"),
            ("file:b.root", "/base/b.root"),
            ("/a/b?x#y;z.root", "/a/b?x#y;z.root"),
            ("//srv/x.root", "//srv/x.root"),
            ("C:\\x.root", "/base/C:\\x.root"),
            ("run:7.root", "/base/run:7.root"),
        ] {
            let found = Location::parse(text, Path::new("/base")).unwrap();
            assert_eq!(found, Location::Local(path.into()), "{text}");
            assert_eq!(found.to_string(), format!("file://{path}"));
        }
        for text in ["", "file:", "file://"] {
            let error = Location::parse(text, Path::new("/base")).unwrap_err();
            assert!(matches!(error, Fault::NoName), "{text}");
        }
    }

    #[test]
    fn addresses_come_back_as_they_were() {
        for (text, host, path, query) in [
            ("root://h:1094//p?a=b", "h:1094", "//p", "a=b"),
            ("https://h/p;q?r=1#f", "h", "/p;q", "r=1#f"),
            ("file://host/a.root", "host", "/a.root", ""),
            ("xrootd:/x", "", "/x", ""),
        ] {
            let found = Location::parse(text, Path::new("/base")).unwrap();
            assert_eq!(found.to_string(), text);
            let Location::Remote(address) = found else {
                panic!("{text}")
            };
            assert_eq!((address.host.as_str(), address.path.as_str()), (host, path));
            assert_eq!(address.query, query);
        }
    }
}

//! A file: its keys, its trees and histograms.

use std::path::Path;
use std::sync::Arc;

use super::cursor::Cursor;
use super::directory;
use super::error::{Damage, Error, Result, hint};
use super::histogram::Histogram;
use super::key::Key;
use super::object::Reader;
use super::source::Source;
use super::tree::Tree;
use super::value::{Object, Value};

/// An open file; it may be used by any number of threads at once.
#[derive(Clone, Debug)]
pub struct RootFile {
    source: Arc<Source>,
    keys: Arc<Vec<Key>>,
}

impl RootFile {
    /// Opens and checks a file: header, size, description of classes, keys.
    ///
    /// # Errors
    /// No such file, no ROOT file, a cut-off or damaged one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let source = Source::open(path.as_ref())?;
        let keys = directory::keys(&source)?;
        Ok(Self {
            source: Arc::new(source),
            keys: Arc::new(keys),
        })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// Bytes on disk.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.source.size
    }

    /// Version of ROOT that wrote it, as in 62614 for 6.26/14.
    #[must_use]
    pub fn writer_version(&self) -> u32 {
        self.source.version
    }

    /// All keys, those of directories included, in the order of the file.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// The tree of that name: `tree`, `dir/sub/tree`, `tree;2` for a certain cycle.
    ///
    /// Without a cycle the newest is taken. No basket is read.
    ///
    /// # Errors
    /// There is none (what is there is listed), it is an RNTuple, it is damaged.
    pub fn tree(&self, name: &str) -> Result<Tree> {
        let key = self.find(name, "tree", Key::is_tree)?;
        Tree::build(self.source.clone(), key, &*self.object(key)?)
    }

    /// The histogram or profile of that name.
    ///
    /// # Errors
    /// There is none (what is there is listed), or it is damaged.
    pub fn histogram(&self, name: &str) -> Result<Histogram> {
        let key = self.find(name, "histogram", Key::is_histogram)?;
        Histogram::build(&*self.object(key)?).map_err(|e| self.source.damaged(&key.full_name(), e))
    }

    fn find(&self, name: &str, kind: &'static str, is: impl Fn(&Key) -> bool) -> Result<&Key> {
        let (path, cycle) = match name.rsplit_once(';') {
            Some((path, cycle)) => (path, cycle.parse::<u16>().ok()),
            None => (name, None),
        };
        let path = path.trim_start_matches('/');
        let named = |key: &&Key| key.path == path && cycle.is_none_or(|cycle| key.cycle == cycle);
        let wanted = self.keys.iter().filter(|key| is(key)).filter(named);
        if let Some(key) = wanted.max_by_key(|key| key.cycle) {
            return Ok(key);
        }
        Err(self.missing(name, path, kind, is))
    }

    fn missing(
        &self,
        name: &str,
        path: &str,
        kind: &'static str,
        is: impl Fn(&Key) -> bool,
    ) -> Error {
        let present: Vec<&Key> = self.keys.iter().filter(|key| is(key)).collect();
        let ntuple = self
            .keys
            .iter()
            .filter(|key| key.is_rntuple())
            .find(|key| key.path == path || present.is_empty());
        if let Some(key) = ntuple.filter(|_| kind == "tree") {
            return Error::RNTuple {
                path: self.path().to_path_buf(),
                name: key.path.clone(),
            };
        }
        Error::Missing {
            path: self.path().to_path_buf(),
            kind,
            name: name.to_owned(),
            hint: hint(path, present.iter().map(|key| key.path.as_str())),
            present: present.iter().map(|key| key.full_name()).collect(),
        }
    }

    fn object(&self, key: &Key) -> Result<Arc<Object>> {
        let name = key.full_name();
        let (label, data) = self.source.object(key.seek, &name)?;
        let mut cursor = Cursor::after_key(&data, label.key_length);
        let value = Reader::new(&self.source.classes).class(&mut cursor, &key.class);
        match value {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(Damage::Other(format!(
                "a {} where an object should be",
                key.class
            ))),
            Err(damage) => Err(damage),
        }
        .map_err(|damage| self.source.damaged(&name, damage))
    }
}

//! A file: its keys, its trees and histograms.

use std::path::Path;
use std::sync::Arc;

use super::classes::{Classes, known};
use super::cursor::Cursor;
use super::directory;
use super::error::{Damage, Error, Result, hint};
use super::histogram::Histogram;
use super::key::Key;
use super::object::Reader;
use super::source::Source;
use super::streamer::Layouts;
use super::tree::Tree;
use super::value::{Record, Value};

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
        Self::new(Source::open(path.as_ref())?)
    }

    /// The same with a file that is in memory; `path` is its name in messages.
    ///
    /// # Errors
    /// As [`RootFile::open`].
    pub fn parse(path: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Self> {
        Self::new(Source::parse(path.as_ref(), bytes)?)
    }

    fn new(source: Source) -> Result<Self> {
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

    /// Whether the file itself describes a class.
    #[must_use]
    pub fn describes(&self, class: &str) -> bool {
        !self.source.classes.versions(class).is_empty()
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
        Tree::build(self.source.clone(), key, &*self.record(key)?)
    }

    /// The histogram or profile of that name.
    ///
    /// # Errors
    /// There is none (what is there is listed), or it is damaged.
    pub fn histogram(&self, name: &str) -> Result<Histogram> {
        let key = self.find(name, "histogram", Key::is_histogram)?;
        Histogram::build(&*self.record(key)?).map_err(|e| self.source.damaged(&key.full_name(), e))
    }

    /// The object of that name and its class, by the file's own description of its classes.
    ///
    /// # Errors
    /// There is none (what is there is listed), the file does not describe a class of it (see
    /// [`RootFile::object_of`]), it is damaged.
    pub fn object(&self, name: &str) -> Result<(String, Value)> {
        self.object_of(name, &Classes::default())
    }

    /// The same with declarations for classes that the file does not describe.
    ///
    /// # Errors
    /// As [`RootFile::object`].
    pub fn object_of(&self, name: &str, classes: &Classes) -> Result<(String, Value)> {
        let is = |key: &Key| !key.is_directory() && !key.is_tree() && !key.is_rntuple();
        let key = self.find(name, "object", is)?;
        let value = self.value(key, &classes.layouts)?;
        match value.trouble() {
            Some(trouble) => {
                let damage = Damage::Other(trouble.to_owned());
                Err(self.source.damaged(&key.full_name(), damage))
            }
            None => Ok((key.class.clone(), value)),
        }
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

    fn record(&self, key: &Key) -> Result<Arc<Record>> {
        match self.value(key, &Layouts::default())? {
            Value::Object(object) => Ok(object),
            _ => {
                let reason = format!("a {} where an object should be", key.class);
                Err(self.source.damaged(&key.full_name(), Damage::Other(reason)))
            }
        }
    }

    fn value(&self, key: &Key, declared: &Layouts) -> Result<Value> {
        let name = key.full_name();
        let (label, data) = self.source.object(key.seek, &name)?;
        let mut cursor = Cursor::after_key(&data, label.key_length);
        let sources = vec![&self.source.classes, declared, &known().layouts];
        Reader::new(sources)
            .class(&mut cursor, &key.class)
            .map_err(|damage| self.source.damaged(&name, damage))
    }
}

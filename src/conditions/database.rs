//! The text file of the testing store: which payload file is valid for which runs.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::OnceLock;

use crate::iov::{ExpRun, IoV};

use super::Error;
use super::in_force::{InForce, is_single};

/// One line of the text file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Line number, from 1.
    pub line: usize,
    /// Payload name.
    pub name: String,
    /// Hexadecimal prefix for payloads of a testing store, an integer for downloaded ones.
    pub revision: String,
    /// When it is valid; `None` for an interval that is empty or backwards, which never matches.
    pub iov: Option<IoV>,
}

/// The records of a text file, in its order.
#[derive(Clone, Debug, Default)]
pub struct Database {
    /// All records; of those that match, the last one counts.
    pub records: Vec<Record>,
    /// Made when it is asked for the first time; records must not change after that.
    in_force: OnceLock<InForce>,
}

impl PartialEq for Database {
    fn eq(&self, other: &Self) -> bool {
        self.records == other.records
    }
}

impl Eq for Database {}

impl Database {
    /// These records, of which the last that matches counts.
    #[must_use]
    pub fn new(records: Vec<Record>) -> Self {
        Self {
            records,
            in_force: OnceLock::new(),
        }
    }

    /// Reads a text file; one that does not exist is an empty one.
    ///
    /// # Errors
    /// [`Error::Line`] with the line number, [`Error::Io`] when it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(path, &String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Error::io("read", path)(error)),
        }
    }

    /// The records in `text`; `path` is for messages only.
    ///
    /// # Errors
    /// [`Error::Line`] for the first line that is no record.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let mut records = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line_number = index + 1;
            let content = line.split('#').next().unwrap_or_default();
            if content.trim().is_empty() {
                continue;
            }
            let record = parse_line(content, line_number).map_err(|reason| Error::Line {
                path: path.into(),
                line: line_number,
                reason,
            })?;
            records.push(record);
        }
        Ok(Self::new(records))
    }

    /// The record in force for `name` in `run`: the last line that matches.
    #[must_use]
    pub fn find(&self, name: &str, run: ExpRun) -> Option<&Record> {
        if !is_single(run) {
            let holds = |r: &&Record| r.name == name && r.iov.is_some_and(|i| i.contains_run(run));
            return self.records.iter().rev().find(holds);
        }
        let index = || InForce::new(self.records.iter().map(|r| (r.name.as_str(), r.iov, ())));
        let position = self.in_force.get_or_init(index).find(name, run)?;
        self.records.get(position)
    }
}

/// `dbstore/<name> <revision> <e,r,e,r>`; whatever stands before the slash or after the interval is ignored.
pub(super) fn parse_line(content: &str, line: usize) -> Result<Record, String> {
    let mut words = content.split_whitespace();
    let path = words.next().unwrap_or_default();
    let (_, name) = path
        .split_once('/')
        .ok_or_else(|| format!("`{path}` has no slash; a line begins with dbstore/<name>"))?;
    if name.is_empty() {
        return Err(format!("there is no name after the slash of `{path}`"));
    }
    let revision = words
        .next()
        .ok_or_else(|| format!("the revision of {name} is missing"))?;
    let iov = words
        .next()
        .ok_or_else(|| format!("the interval of {name} is missing"))?;
    let numbers = four_numbers(iov).ok_or_else(|| {
        format!("`{iov}` is no interval of {name}: four whole numbers joined by commas, without spaces, are needed")
    })?;
    Ok(Record {
        line,
        name: name.into(),
        revision: revision.into(),
        iov: matching(numbers),
    })
}

fn four_numbers(text: &str) -> Option<[i32; 4]> {
    let numbers: Vec<i32> = text
        .split(',')
        .map(|word| word.parse().ok())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The interval that four numbers mean to readers of the store: all -1 is the empty one.
fn matching(numbers: [i32; 4]) -> Option<IoV> {
    if numbers == [-1; 4] {
        return None;
    }
    IoV::try_from(numbers).ok()
}

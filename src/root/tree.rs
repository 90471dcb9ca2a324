//! A tree: entries, columns, and the ranges worth reading at once.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::build::{BRANCH, Builder};
use super::cluster::cut;
use super::column::{Column, Rows};
use super::error::{Damage, Error, Result, hint};
use super::key::Key;
use super::source::Source;
use super::value::Record;

/// A branch that groups others: an object, or an array of objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Whole path: `EventMetaData`, `PXDTrueHitsToPXDSimHits/m_elements`.
    pub path: Arc<str>,
    /// Class of the object, or of the elements of an array.
    pub class: String,
    /// Whether it is an array.
    pub array: bool,
}

/// A tree of a file.
#[derive(Clone, Debug)]
pub struct Tree {
    path: Arc<PathBuf>,
    name: Arc<str>,
    entries: u64,
    columns: Arc<Vec<Column>>,
    branches: Arc<Vec<Branch>>,
    bytes: u64,
}

impl Tree {
    pub(super) fn build(source: Arc<Source>, key: &Key, object: &Record) -> Result<Self> {
        let name: Arc<str> = key.path.as_str().into();
        let damaged = |damage| source.damaged(&format!("tree \"{name}\""), damage);
        if let Some(trouble) = &object.trouble {
            return Err(damaged(Damage::Other(trouble.clone())));
        }
        let entries = object.int("fEntries");
        let entries = u64::try_from(entries).map_err(|_| {
            damaged(Damage::Number {
                what: "the number of entries",
                value: entries.into(),
            })
        })?;
        let room = key.object_length / BRANCH;
        let mut builder = Builder::new(source.clone(), name.clone(), entries, room);
        builder.tree(object)?;
        Ok(Self {
            path: source.path.clone(),
            name,
            entries,
            columns: Arc::new(builder.columns),
            branches: Arc::new(builder.branches),
            bytes: u64::try_from(object.int("fTotBytes")).unwrap_or(0),
        })
    }

    /// Its path in the file, without cycle.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of entries.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// All columns, in the order of the file.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Objects and arrays whose members are columns.
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The column with that whole path.
    ///
    /// # Errors
    /// There is none; the nearest name is suggested.
    pub fn column(&self, name: &str) -> Result<&Column> {
        self.columns
            .iter()
            .find(|column| column.name() == name)
            .ok_or_else(|| Error::NoBranch {
                path: self.path.to_path_buf(),
                tree: self.name.to_string(),
                name: name.to_owned(),
                hint: hint(name, self.columns.iter().map(Column::name)),
            })
    }

    /// Columns with one row per element of an array, by the array's path or its counting column.
    pub fn elements<'a>(&'a self, array: &'a str) -> impl Iterator<Item = &'a Column> {
        self.columns
            .iter()
            .filter(move |column| matches!(column.rows(), Rows::Array(name) if **name == *array))
    }

    /// Ranges of entries for parallel work: all entries, in order, cut where baskets end.
    ///
    /// They depend on the file only, never on the number of threads. A range has about 10^5
    /// entries, fewer if entries are large; a small tree is cut into some as well.
    #[must_use]
    pub fn clusters(&self) -> Vec<Range<u64>> {
        cut(self.entries, self.bytes, &self.common_ends())
    }

    /// Entries before which all columns (that have baskets) begin a new one, and the end.
    fn common_ends(&self) -> Vec<u64> {
        let ends = |column: &Column| -> Vec<u64> {
            column
                .store
                .baskets
                .iter()
                .map(|basket| basket.entries.end)
                .collect()
        };
        let mut columns = self
            .columns
            .iter()
            .filter(|column| !column.store.baskets.is_empty());
        let mut common = columns.next().map(ends).unwrap_or_default();
        for column in columns {
            let ends = ends(column);
            common.retain(|end| ends.binary_search(end).is_ok());
        }
        if common.last() != Some(&self.entries) && self.entries > 0 {
            common.retain(|end| *end < self.entries);
            common.push(self.entries);
        }
        common
    }
}

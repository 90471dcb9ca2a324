//! The columns of a tree: what they are called, what they hold, how they belong together.

use std::ops::Range;
use std::sync::Arc;

use super::basket::Store;
use super::cache::Cache;
use super::chunk::{Chunk, Element};
use super::collect::Collect;
use super::error::{Error, Result};
use super::layout::Layout;

/// What a row of a column belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rows {
    /// One row per entry (a scalar, or a block of fixed dimensions).
    Entry,
    /// One row per element of an array; all columns that name the same array run in parallel.
    ///
    /// The name is the path of the array's branch (`ECLClusters`,
    /// `PXDTrueHitsToPXDSimHits/m_elements`) or of the column that counts (`NJet`).
    Array(Arc<str>),
    /// A container of its own: its length is shared with no other column.
    Own,
}

/// One column of a tree.
#[derive(Clone, Debug)]
pub struct Column {
    pub(super) name: Arc<str>,
    pub(super) object: Arc<str>,
    pub(super) member: Arc<str>,
    pub(super) type_name: Arc<str>,
    pub(super) element: Element,
    pub(super) rows: Rows,
    pub(super) levels: usize,
    pub(super) dims: Vec<usize>,
    pub(super) entries: u64,
    pub(super) count: bool,
    /// The column that says how many items each entry has.
    pub(super) counter: Option<Arc<Column>>,
    pub(super) layout: Layout,
    pub(super) store: Arc<Store>,
}

impl Column {
    /// Whole path: `EventMetaData/m_run`, `ECLClusters/ECLClusters.m_time`, `Jet_Px`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Path of the object or array it is a member of, base classes left out: `EventMetaData`,
    /// `ECLClusters`; empty for a branch at the top of the tree.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Name in its object, without prefix and dimensions: `m_run`, `m_time`, `m_posIn`, `Jet_Px`.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// C++ type: `int32_t`, `float[]`, `std::vector<uint32_t>[]`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.type_name
    }

    /// Type of one value in a chunk.
    #[must_use]
    pub fn element(&self) -> Element {
        self.element
    }

    /// What a row belongs to.
    #[must_use]
    pub fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Levels of varying length: 0 scalar or fixed, 1 jagged, 2 a vector in each array element, …
    #[must_use]
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// Fixed dimensions of an item, outermost first; none for a single value.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        &self.dims
    }

    /// Entries of the branch.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Whether it only counts the elements of an array whose members are columns themselves.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.count
    }

    /// Whether it is one leaf of a branch of several, which is a column of its own as well.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        matches!(self.layout, Layout::Leaf { .. })
    }

    /// Why it cannot be read, if it cannot.
    #[must_use]
    pub fn unreadable(&self) -> Option<&str> {
        match &self.layout {
            Layout::Unknown(reason) => Some(reason),
            _ => None,
        }
    }

    /// The entries that are stored together with this one: its basket; none beyond the end.
    #[must_use]
    pub fn stored_with(&self, entry: u64) -> Range<u64> {
        let baskets = &self.store.baskets;
        let after = baskets.partition_point(|basket| basket.entries.end <= entry);
        baskets
            .get(after)
            .map_or(entry..entry, |basket| basket.entries.clone())
    }

    /// The values of a range of entries.
    ///
    /// Holds no more than the baskets of the range in memory.
    ///
    /// # Errors
    /// Entries that are not there, a type that cannot be read, damaged bytes.
    pub fn read(&self, entries: Range<u64>, cache: &mut Cache) -> Result<Chunk> {
        if entries.start > entries.end || entries.end > self.entries {
            return Err(Error::Range {
                branch: self.name.to_string(),
                first: entries.start,
                end: entries.end,
                entries: self.entries,
            });
        }
        if let Layout::Unknown(reason) = &self.layout {
            return Err(Error::Unsupported {
                path: self.store.source.path.to_path_buf(),
                branch: self.name.to_string(),
                type_name: self.type_name.to_string(),
                reason: reason.clone(),
            });
        }
        Collect::new(self, entries).run(cache)
    }
}

impl Chunk {
    /// An empty chunk of a column.
    pub(super) fn empty(column: &Column, entries: &Range<u64>) -> Self {
        Self {
            branch: column.name.clone(),
            type_name: column.type_name.clone(),
            element: column.element,
            first: entries.start,
            entries: (entries.end - entries.start) as usize,
            inner: column.dims.iter().product(),
            levels: Vec::new(),
            text: Vec::new(),
            bytes: Arc::default(),
            part: 0..0,
        }
    }
}

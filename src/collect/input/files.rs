//! Opening files: all once before the first event, each again when its turn comes.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use rayon::prelude::*;

use super::columns::Layout;
use crate::collect::before::Before;
use crate::collect::rows::FileColumns;
use crate::collect::schema::FieldId;
use crate::collect::{Collector, Error};
use crate::iov::IoV;
use crate::root::{Column, RootFile, Tree};

/// A file that was looked at.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) iov: IoV,
    /// Entries to be read, from the first on.
    pub(crate) entries: u64,
    /// Ranges of entries worth reading at once.
    pub(crate) clusters: Vec<Range<u64>>,
    /// Where the columns of the layout lie.
    columns: Vec<usize>,
}

/// Looks at all files: which columns a pass reads, and whether they are in every file.
///
/// The first file with entries is the example; without any, the first with columns. `None` when
/// there are no columns at all, which only files without entries can have.
///
/// # Errors
/// The first file, in their order, that cannot be read or does not fit.
pub(crate) fn look_at(
    collector: &Collector,
    before: &Before,
    files: &[(PathBuf, IoV)],
) -> Result<(Option<Layout>, Vec<Input>), Error> {
    let open = |path: &Path| {
        RootFile::open(path)
            .and_then(|file| file.tree(&collector.tree))
            .map_err(Error::file(path))
    };
    let mut example: Option<(&Path, Tree)> = None;
    for (path, _) in files {
        let tree = open(path)?;
        let better = example
            .as_ref()
            .is_none_or(|(_, known)| known.columns().is_empty());
        let found = tree.entries() > 0;
        if found || better {
            example = Some((path, tree));
        }
        if found {
            break;
        }
    }
    let layout = match &example {
        Some((path, tree)) if !tree.columns().is_empty() => {
            Some(Layout::new(collector, before, path, tree)?)
        }
        _ => None,
    };
    drop(example);
    let looked: Vec<Result<Input, Error>> = files
        .par_iter()
        .map(|(path, iov)| {
            let tree = open(path)?;
            let columns = match &layout {
                Some(layout) if tree.entries() > 0 || !tree.columns().is_empty() => {
                    layout.bind(path, &tree)?
                }
                _ => Vec::new(),
            };
            let read: Vec<&Column> = columns.iter().map(|n| &tree.columns()[*n]).collect();
            let entries = before.entries.unwrap_or(u64::MAX).min(tree.entries());
            Ok(Input {
                path: path.clone(),
                iov: *iov,
                entries,
                clusters: until(entries, joined(tree.clusters(), &read)),
                columns,
            })
        })
        .collect();
    let inputs = looked.into_iter().collect::<Result<_, _>>()?;
    Ok((layout, inputs))
}

/// The clusters, joined where a cut would make several threads open the same large basket.
fn joined(clusters: Vec<Range<u64>>, columns: &[&Column]) -> Vec<Range<u64>> {
    let mut whole: Vec<Range<u64>> = Vec::new();
    for cluster in clusters {
        let length = cluster.end - cluster.start;
        let inside = |column: &&Column| {
            let basket = column.stored_with(cluster.start);
            basket.start < cluster.start && basket.end - basket.start > 2 * length
        };
        match whole.last_mut() {
            Some(last) if columns.iter().any(inside) => last.end = cluster.end,
            _ => whole.push(cluster),
        }
    }
    whole
}

/// The clusters up to the entry `end`.
fn until(end: u64, clusters: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let before = clusters.into_iter().filter(|cluster| cluster.start < end);
    before
        .map(|cluster| cluster.start..cluster.end.min(end))
        .collect()
}

/// A file that is open.
pub(crate) struct OpenFile<'a> {
    input: &'a Input,
    layout: &'a Layout,
    tree: Tree,
}

impl FileColumns for OpenFile<'_> {
    fn path(&self) -> &Path {
        &self.input.path
    }

    fn column(&self, field: FieldId) -> &Column {
        let position = self.input.columns[self.layout.position(field)];
        &self.tree.columns()[position]
    }
}

/// Files that are open because somebody reads them.
pub(crate) struct Shelf<'a> {
    collector: &'a Collector,
    layout: &'a Layout,
    inputs: &'a [Input],
    open: Vec<Mutex<Weak<OpenFile<'a>>>>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(collector: &'a Collector, layout: &'a Layout, inputs: &'a [Input]) -> Self {
        let open = inputs.iter().map(|_| Mutex::new(Weak::new())).collect();
        Self {
            collector,
            layout,
            inputs,
            open,
        }
    }

    /// The file of that number; it is closed when the last one who took it lets it go.
    ///
    /// # Errors
    /// When it cannot be opened any more.
    pub(crate) fn take(&self, number: usize) -> Result<Arc<OpenFile<'a>>, Error> {
        let mut place = self.open[number]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = place.upgrade() {
            return Ok(open);
        }
        let input = &self.inputs[number];
        let tree = RootFile::open(&input.path)
            .and_then(|file| file.tree(&self.collector.tree))
            .map_err(Error::file(&input.path))?;
        let open = Arc::new(OpenFile {
            input,
            layout: self.layout,
            tree,
        });
        *place = Arc::downgrade(&open);
        Ok(open)
    }
}

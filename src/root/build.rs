//! Puts a tree together from its object in the file: columns with whole paths, baskets, counters.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::basket::{Content as Where, Place, Store};
use super::branch::{Content, content, counter, single_leaves};
use super::column::{Column, Rows};
use super::error::{Damage, Result};
use super::layout::Layout;
use super::source::Source;
use super::tree::Branch;
use super::value::{Record, Value};

/// Branches inside branches.
const DEPTH: usize = 32;
/// A branch takes at least that many bytes of a tree object.
pub(super) const BRANCH: usize = 64;

static STORES: AtomicU64 = AtomicU64::new(0);

/// Collects the columns of a tree.
pub(super) struct Builder {
    source: Arc<Source>,
    tree: Arc<str>,
    entries: u64,
    /// How many branches the tree object has room for.
    room: usize,
    pub(super) columns: Vec<Column>,
    pub(super) branches: Vec<Branch>,
    /// Leaf objects by address: the column that holds them.
    leaves: HashMap<usize, usize>,
    /// Columns that wait for the column of their counting leaf.
    counted: Vec<(usize, Arc<Record>)>,
}

/// Where in the hierarchy a branch stands.
#[derive(Clone)]
struct Above {
    path: String,
    /// Path of the object its members belong to.
    object: Arc<str>,
    /// Name of that object's branch: its members carry it as a prefix.
    prefix: String,
    /// Path of the array it is inside of, and the column of its counts.
    array: Option<(Arc<str>, usize)>,
}

impl Builder {
    pub(super) fn new(source: Arc<Source>, tree: Arc<str>, entries: u64, room: usize) -> Self {
        Self {
            source,
            tree,
            entries,
            room,
            columns: Vec::new(),
            branches: Vec::new(),
            leaves: HashMap::new(),
            counted: Vec::new(),
        }
    }

    pub(super) fn tree(&mut self, tree: &Record) -> Result<()> {
        let above = Above {
            path: String::new(),
            object: "".into(),
            prefix: String::new(),
            array: None,
        };
        for branch in tree.list("fBranches") {
            self.branch(branch, &above, DEPTH)?;
        }
        self.counters();
        Ok(())
    }

    fn branch(&mut self, value: &Value, above: &Above, depth: usize) -> Result<()> {
        let Value::Object(branch) = value else {
            return Ok(());
        };
        if depth == 0 || self.room == 0 {
            let reason = "branches are nested too deeply or refer to each other";
            return Err(self.damaged(Damage::Other(reason.into())));
        }
        self.room -= 1;
        let name = branch.text("fName");
        let path = if above.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", above.path)
        };
        if let Some(trouble) = &branch.trouble {
            return Err(self.damaged(Damage::Other(format!("branch \"{path}\": {trouble}"))));
        }
        let inside = branch.list("fBranches");
        if inside.is_empty() {
            return self.single(branch, path, name, above);
        }
        let mut here = Above {
            path,
            ..above.clone()
        };
        self.group(branch, name, above, &mut here)?;
        inside
            .iter()
            .try_for_each(|sub| self.branch(sub, &here, depth - 1))
    }

    /// A branch with branches inside: an object, a base class, or an array.
    fn group(
        &mut self,
        branch: &Record,
        name: &str,
        above: &Above,
        here: &mut Above,
    ) -> Result<()> {
        let kind = branch.int("fType");
        if kind == 1 {
            return Ok(()); // a base: its members belong to the object above
        }
        here.object = here.path.as_str().into();
        here.prefix = name.trim_end_matches('.').to_owned();
        let array = matches!(kind, 3 | 4);
        let class = if array {
            branch.text("fClonesName")
        } else {
            branch.text("fClassName")
        };
        self.branches.push(Branch {
            path: here.object.clone(),
            class: class.to_owned(),
            array,
        });
        if array {
            let store = self.store(branch, here.path.as_str().into())?;
            let leaves = leaves(branch);
            let column = self.column(Content::count(), &here.path, name, above, store);
            self.columns[column].count = true;
            self.note_leaves(&leaves, column);
            here.array = Some((here.object.clone(), column));
        }
        Ok(())
    }

    /// A branch that holds values.
    fn single(&mut self, branch: &Record, path: String, name: &str, above: &Above) -> Result<()> {
        let leaves = leaves(branch);
        if matches!(branch.int("fType"), 3 | 4) && &*branch.class == "TBranchElement" {
            return self.group(
                branch,
                name,
                above,
                &mut Above {
                    path,
                    ..above.clone()
                },
            );
        }
        let found = content(&self.source.classes, branch, &leaves);
        let store = self.store(branch, path.as_str().into())?;
        let singles = single_leaves(&found, &leaves);
        let column = self.column(found, &path, name, above, store.clone());
        self.note_leaves(&leaves, column);
        if let Some(count) = leaves.first().and_then(|leaf| counter(leaf)) {
            self.counted.push((column, count.clone()));
        }
        for (leaf, content) in singles {
            let path = format!("{path}.{leaf}");
            let above = Above {
                object: self.columns[column].name.clone(),
                ..above.clone()
            };
            self.column(content, &path, &leaf, &above, store.clone());
        }
        Ok(())
    }

    fn note_leaves(&mut self, leaves: &[Arc<Record>], column: usize) {
        for leaf in leaves {
            self.leaves
                .entry(Arc::as_ptr(leaf).addr())
                .or_insert(column);
        }
    }

    fn column(
        &mut self,
        content: Content,
        path: &str,
        name: &str,
        above: &Above,
        store: Arc<Store>,
    ) -> usize {
        let elements = match &content.layout {
            Layout::Walked { elements, .. } => *elements,
            _ => !content.own && content.levels > 0,
        };
        let (rows, counter) = match &above.array {
            Some((array, count)) if elements => (
                Rows::Array(array.clone()),
                Some(Arc::new(self.columns[*count].clone())),
            ),
            _ if content.levels > 0 => (Rows::Own, None),
            _ => (Rows::Entry, None),
        };
        self.columns.push(Column {
            name: path.into(),
            object: above.object.clone(),
            member: member(name, &above.prefix).into(),
            type_name: content.type_name.into(),
            element: content.element,
            rows,
            levels: content.levels,
            dims: content.dims,
            entries: self.entries.min(store.entries()),
            count: false,
            counter,
            layout: content.layout,
            store,
        });
        self.columns.len() - 1
    }

    /// Says of each counted column which column counts.
    fn counters(&mut self) {
        for (column, leaf) in std::mem::take(&mut self.counted) {
            let count = self.leaves.get(&Arc::as_ptr(&leaf).addr()).copied();
            let Some(count) = count.map(|index| self.columns[index].clone()) else {
                continue;
            };
            let column = &mut self.columns[column];
            let jagged = matches!(column.layout, Layout::Jagged { .. });
            if jagged && count.levels == 0 && count.element.is_integer() {
                if column.rows == Rows::Own {
                    column.rows = Rows::Array(count.name.clone());
                }
                column.counter.get_or_insert(Arc::new(count));
            }
        }
    }

    /// Where the values of a branch lie.
    fn store(&self, branch: &Record, name: Arc<str>) -> Result<Arc<Store>> {
        let baskets = places(branch)
            .map_err(|e| self.damaged(Damage::Other(format!("branch \"{name}\": {e}"))))?;
        let id = STORES.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::new(Store {
            id,
            source: self.source.clone(),
            name,
            baskets,
        }))
    }

    fn damaged(&self, damage: Damage) -> super::Error {
        self.source
            .damaged(&format!("tree \"{}\"", self.tree), damage)
    }
}

fn leaves(branch: &Record) -> Vec<Arc<Record>> {
    let leaf = |value: &Value| match value {
        Value::Object(leaf) => Some(leaf.clone()),
        _ => None,
    };
    branch.list("fLeaves").iter().filter_map(leaf).collect()
}

/// Name of a member: without the prefix of its object and without dimensions.
fn member<'a>(name: &'a str, prefix: &str) -> &'a str {
    let name = name.split('[').next().unwrap_or(name);
    match name
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('.'))
    {
        Some(member) if !prefix.is_empty() => member,
        _ => name,
    }
}

/// Baskets of a branch, checked to follow each other.
fn places(branch: &Record) -> Result<Vec<Place>, Damage> {
    let entries = u64::try_from(branch.int("fEntries")).unwrap_or(0);
    let written = usize::try_from(branch.int("fWriteBasket")).unwrap_or(0);
    let (seeks, bytes) = (branch.ints("fBasketSeek"), branch.ints("fBasketBytes"));
    let (firsts, embedded) = (branch.ints("fBasketEntry"), branch.list("fBaskets"));
    let mut places: Vec<Place> = Vec::new();
    for index in 0..=written.min(seeks.len().max(embedded.len())) {
        let content = match (seeks.get(index), bytes.get(index), embedded.get(index)) {
            (Some(seek), Some(bytes), _) if *seek > 0 && *bytes > 0 => Where::File {
                seek: *seek as u64,
                bytes: *bytes as usize,
            },
            (_, _, Some(Value::Object(object))) => match &object.basket {
                Some(basket) if basket.entries > 0 => Where::Tree(basket.clone()),
                _ => continue,
            },
            _ => continue,
        };
        let start = firsts
            .get(index)
            .copied()
            .and_then(|first| u64::try_from(first).ok());
        let start = start.unwrap_or(entries);
        let expected = places.last().map_or(0, |place| place.entries.end);
        let end = match (&content, firsts.get(index + 1)) {
            (Where::Tree(basket), _) => start.saturating_add(basket.entries),
            (_, Some(next)) if index < written => u64::try_from(*next).unwrap_or(0),
            _ => entries,
        };
        if start != expected || end < start || end > entries {
            return Err(Damage::Other(format!(
                "basket {index} has entries {start} to {end}, after {expected} of {entries}"
            )));
        }
        if end > start {
            places.push(Place {
                entries: start..end,
                content,
            });
        }
    }
    Ok(places)
}

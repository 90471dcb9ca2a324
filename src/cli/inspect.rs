//! What a ROOT file holds: trees, branches, histograms, as text or JSON.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::root::{Cache, Column, Element, Error, RootFile, Tree};

/// Why a file could not be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] Error),
    /// The result could not be written.
    #[error("cannot write the list: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes what a file holds.
///
/// With `sums` every branch of numbers is read, its values counted, and summed without NaN.
///
/// # Errors
/// A file, tree or branch that is damaged, or an output that is closed. A branch whose type is
/// not known is part of the list, with the reason.
pub fn inspect(
    path: &Path,
    sums: bool,
    json: bool,
    out: &mut dyn Write,
) -> Result<(), InspectError> {
    let file = RootFile::open(path)?;
    if json {
        let list = listing(&file, sums)?;
        serde_json::to_writer_pretty(&mut *out, &list).map_err(std::io::Error::from)?;
        return Ok(writeln!(out)?);
    }
    write_head(&file, out)?;
    for key in file.keys() {
        if key.is_tree() {
            write_tree(&key.full_name(), &file.tree(&key.full_name())?, sums, out)?;
        } else if key.is_histogram() {
            let histogram = file.histogram(&key.full_name())?;
            let shape = histogram
                .shape()
                .iter()
                .map(usize::to_string)
                .collect::<Vec<_>>();
            let (class, bins, sum) = (
                &histogram.class,
                shape.join(" x "),
                total(&histogram.values()),
            );
            writeln!(
                out,
                "\n{}   {class}   {bins} bins with flow   sum {sum}",
                key.full_name()
            )?;
        } else if key.is_rntuple() {
            writeln!(out, "\n{}   RNTuple, not supported yet", key.full_name())?;
        } else {
            writeln!(out, "\n{}   {}", key.full_name(), key.class)?;
        }
    }
    Ok(())
}

fn write_head(file: &RootFile, out: &mut dyn Write) -> std::io::Result<()> {
    let version = file.writer_version();
    let (major, minor, patch) = (version / 10_000, version / 100 % 100, version % 100);
    let (path, size) = (file.path().display(), file.size());
    writeln!(
        out,
        "{path}   {size} bytes   written by ROOT {major}.{minor:02}/{patch:02}"
    )
}

fn write_tree(
    name: &str,
    tree: &Tree,
    sums: bool,
    out: &mut dyn Write,
) -> Result<(), InspectError> {
    writeln!(out, "\n{name}   {} entries", tree.entries())?;
    let widest = |width: fn(&Column) -> usize| branches(tree).map(width).max().unwrap_or(0);
    let names = widest(|column| column.name().chars().count());
    let types = widest(|column| column.type_name().chars().count());
    for column in branches(tree) {
        let (branch, type_name) = (column.name(), column.type_name());
        let last = match column.unreadable() {
            Some(reason) => format!("not read: {reason}"),
            None if sums && column.element() != Element::String => {
                let (count, sum) = count_and_sum(tree, column)?;
                format!("{count} values, sum {sum}")
            }
            None => String::new(),
        };
        let line = format!("  {branch:names$}   {type_name:types$}   {last}");
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Everything as JSON: `trees`, then `histograms`, by name and cycle.
fn listing(file: &RootFile, sums: bool) -> Result<Value, Error> {
    let (mut trees, mut histograms) = (Map::new(), Map::new());
    for key in file.keys() {
        let name = key.full_name();
        if key.is_tree() {
            let tree = file.tree(&name)?;
            let branches = branches(&tree)
                .map(|column| Ok((column.name().to_owned(), describe(&tree, column, sums)?)))
                .collect::<Result<Map<_, _>, Error>>()?;
            trees.insert(
                name,
                json!({ "entries": tree.entries(), "branches": branches }),
            );
        } else if key.is_histogram() {
            let found = file.histogram(&name)?;
            let sum = total(&found.values());
            let entry = json!({ "class": found.class, "shape": found.shape(), "sum": number(sum) });
            histograms.insert(name, entry);
        }
    }
    Ok(json!({ "trees": trees, "histograms": histograms }))
}

fn describe(tree: &Tree, column: &Column, sums: bool) -> Result<Value, Error> {
    let type_name = column.type_name();
    if let Some(reason) = column.unreadable() {
        return Ok(json!({ "type": type_name, "kind": "other", "unreadable": reason }));
    }
    if column.element() == Element::String {
        return Ok(json!({ "type": type_name, "kind": "other" }));
    }
    if !sums {
        return Ok(json!({ "type": type_name }));
    }
    let (count, sum) = count_and_sum(tree, column)?;
    Ok(json!({ "type": type_name, "count": count, "sum": number(sum) }))
}

/// A number as JSON; `"inf"`, `"-inf"` and `"nan"`, which JSON does not have, as texts.
fn number(value: f64) -> Value {
    if value.is_nan() {
        return json!("nan");
    }
    if value.is_finite() {
        json!(value)
    } else {
        json!(if value > 0.0 { "inf" } else { "-inf" })
    }
}

/// Branches as they are in the file: no counts of arrays, no single leaves.
fn branches(tree: &Tree) -> impl Iterator<Item = &Column> {
    tree.columns()
        .iter()
        .filter(|column| !column.is_count() && !column.is_leaf())
}

/// Number of values, and the sum of those that are not NaN.
fn count_and_sum(tree: &Tree, column: &Column) -> Result<(u64, f64), Error> {
    let mut cache = Cache::new();
    let mut sum = Sum::default();
    let mut count = 0;
    let mut values = vec![0.0; 4096];
    for range in tree.clusters() {
        let range = range.start.min(column.entries())..range.end.min(column.entries());
        let chunk = column.read(range, &mut cache)?;
        count += chunk.len() as u64;
        let mut from = 0;
        while from < chunk.len() {
            let batch = &mut values[..4096.min(chunk.len() - from)];
            chunk.fill_f64(from, batch)?;
            batch.iter().for_each(|value| sum.add(*value));
            from += batch.len();
        }
    }
    Ok((count, sum.total()))
}

/// All bins of a histogram.
fn total(values: &[f64]) -> f64 {
    let mut sum = Sum::default();
    values.iter().for_each(|value| sum.add(*value));
    sum.total()
}

/// A sum that keeps what rounding takes away (Neumaier 1974); NaN is left out, infinities are not.
#[derive(Default)]
struct Sum {
    sum: f64,
    lost: f64,
    /// Sum of infinities; 0 if there are none.
    endless: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        if value.is_infinite() {
            self.endless += value;
            return;
        }
        let next = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            self.sum - next + value
        } else {
            value - next + self.sum
        };
        self.sum = next;
    }

    fn total(&self) -> f64 {
        self.sum + self.lost + self.endless
    }
}

//! Where objects lie in the file.

use crate::collect::output::CollectedObject;
use crate::collect::{Collected, Granularity};
use crate::expr::Column;
use crate::iov::ExpRun;
use crate::root::{Classes, TableColumn, TableValues, WriteError, Writer};

use super::piece::{Piece, left_out, names, pieces};

/// Collected objects as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// What has no form in it, as `object.column`.
    pub left_out: Vec<String>,
}

impl Collected {
    /// All objects as a ROOT file with upstream's directories and names; equal objects give
    /// equal bytes.
    ///
    /// # Errors
    /// A name that no directory can have, two objects that would have the same, more than a
    /// file can hold.
    pub fn to_root(&self) -> Result<CollectorFile, WriteError> {
        let classes = Classes::default();
        let mut writer = Writer::new(&classes);
        let prefix = checked(&self.collector)?;
        writer.directory(prefix)?;
        self.run_range(&mut writer)?;
        let runs: Vec<Option<ExpRun>> = match self.granularity {
            Granularity::All => vec![None],
            Granularity::Run => self.runs.iter().map(|count| Some(count.run)).collect(),
        };
        let mut missing = Vec::new();
        for object in &self.objects {
            checked(&object.name)?;
            for run in &runs {
                add(&mut writer, prefix, object, *run)?;
            }
            let columns = left_out(&object.empty).into_iter();
            missing.extend(columns.map(|column| format!("{}.{column}", object.name)));
        }
        Ok(CollectorFile {
            bytes: writer.finish()?,
            left_out: missing,
        })
    }

    fn run_range(&self, writer: &mut Writer<'_>) -> Result<(), WriteError> {
        let exp: Vec<i32> = self.runs.iter().map(|count| count.run.exp).collect();
        let run: Vec<i32> = self.runs.iter().map(|count| count.run.run).collect();
        let granularity = match self.granularity {
            Granularity::All => "all",
            Granularity::Run => "run",
        };
        let columns = [("exp", &exp), ("run", &run)].map(|(name, values)| TableColumn {
            name,
            values: TableValues::I32(values),
        });
        writer.table(
            &format!("{}/RunRange", self.collector),
            granularity,
            &columns,
        )
    }
}

/// Adds what an object has of a run; its directory is there in any case.
fn add(
    writer: &mut Writer<'_>,
    prefix: &str,
    object: &CollectedObject,
    run: Option<ExpRun>,
) -> Result<(), WriteError> {
    let run_name = run.map_or_else(
        || "-1.-1".to_owned(),
        |run| format!("{}.{}", run.exp, run.run),
    );
    let names = names(&object.name, &object.empty);
    let folders = names
        .iter()
        .map(|name| format!("{prefix}/{name}/{name}_{run_name}"));
    let folders: Vec<String> = folders.collect();
    for folder in &folders {
        writer.directory(folder)?;
    }
    let Some((_, part)) = object.runs.iter().find(|(of, _)| *of == run) else {
        return Ok(());
    };
    let all = pieces(part);
    for ((name, folder), piece) in names.iter().zip(&folders).zip(all) {
        let key = format!("{name}_1");
        let path = format!("{folder}/{key}");
        match piece {
            Piece::Histogram(mut histogram) => {
                histogram.title.clone_from(name);
                let record = histogram.to_record(&key);
                let class = histogram.class;
                writer.object(&path, name, &class, &record.into())?;
            }
            Piece::Rows(columns) => rows(writer, &path, name, &columns)?,
        }
    }
    Ok(())
}

fn rows(
    writer: &mut Writer<'_>,
    path: &str,
    title: &str,
    columns: &[(String, Column)],
) -> Result<(), WriteError> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in columns {
        names.push(branch_name(name, &names));
    }
    let named: Vec<_> = columns.iter().zip(&names).filter_map(column).collect();
    let columns: Vec<_> = named
        .iter()
        .map(|(name, values)| TableColumn {
            name,
            values: *values,
        })
        .collect();
    writer.table(path, title, &columns)
}

/// Texts have no branch.
fn column<'c>(
    ((_, column), name): (&'c (String, Column), &'c String),
) -> Option<(&'c str, TableValues<'c>)> {
    let values = match column {
        Column::Bool(values) => TableValues::Bool(values),
        Column::Int(values) => TableValues::I64(values),
        Column::Float(values) => TableValues::F64(values),
        Column::Text(_) => return None,
    };
    Some((name, values))
}

/// A name as a branch can have it, which none before it has.
fn branch_name(name: &str, before: &[String]) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut plain: String = name.chars().map(letter).collect();
    while plain.is_empty() || before.contains(&plain) {
        plain.push('_');
    }
    plain
}

fn checked(name: &str) -> Result<&str, WriteError> {
    if name.contains('/') {
        return Err(WriteError::Name {
            name: name.into(),
            reason: "it has a slash",
        });
    }
    Ok(name)
}

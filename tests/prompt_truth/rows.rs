//! Rows of a flat tree, as the reduced files of the scripts have them.

use std::path::Path;

use b2caf::root::{Classes, TableColumn, TableValues, Writer};

/// Kind of a column.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
    Double,
}

/// A table that grows row by row.
pub(crate) struct Rows {
    columns: Vec<(&'static str, Kind, Vec<f64>)>,
}

impl Rows {
    pub(crate) fn new(columns: &[(&'static str, Kind)]) -> Self {
        let empty = |&(name, kind): &(&'static str, Kind)| (name, kind, Vec::new());
        Self {
            columns: columns.iter().map(empty).collect(),
        }
    }

    /// So many rows of a column that nobody reads: files are chosen by their number of events.
    pub(crate) fn events(number: usize) -> Self {
        let zeros = vec![0.0; number];
        Self {
            columns: vec![("sample", Kind::Bool, zeros)],
        }
    }

    pub(crate) fn push(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.columns.len());
        for ((_, _, values), value) in self.columns.iter_mut().zip(row) {
            values.push(*value);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.columns[0].2.len()
    }

    /// Writes it with the columns `exp`, `run` and, if it has none of its own, `event`.
    fn write(&self, writer: &mut Writer<'_>, name: &str, run: [i32; 2]) {
        let rows = self.len();
        let mut columns: Vec<(&str, Owned)> = self
            .columns
            .iter()
            .map(|(name, kind, values)| (*name, Owned::new(*kind, values)))
            .collect();
        columns.push(("exp", Owned::I32(vec![run[0]; rows])));
        columns.push(("run", Owned::I32(vec![run[1]; rows])));
        if !columns.iter().any(|(name, _)| *name == "event") {
            columns.push(("event", Owned::I32((1..=rows as i32).collect())));
        }
        let columns: Vec<TableColumn<'_>> = columns
            .iter()
            .map(|(name, values)| TableColumn {
                name,
                values: values.borrowed(),
            })
            .collect();
        writer.table(name, "", &columns).unwrap();
    }
}

/// Writes a file with these trees, all of one run.
pub(crate) fn write(path: &Path, classes: &Classes, run: [i32; 2], trees: &[(&str, &Rows)]) {
    let mut writer = Writer::new(classes);
    for (name, rows) in trees {
        rows.write(&mut writer, name, run);
    }
    writer.save(path).unwrap();
}

enum Owned {
    Bool(Vec<bool>),
    I32(Vec<i32>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

impl Owned {
    fn new(kind: Kind, values: &[f64]) -> Self {
        let values = values.iter();
        match kind {
            Kind::Bool => Self::Bool(values.map(|value| *value != 0.0).collect()),
            Kind::Int => Self::I32(values.map(|value| *value as i32).collect()),
            Kind::Float => Self::F32(values.map(|value| *value as f32).collect()),
            Kind::Double => Self::F64(values.copied().collect()),
        }
    }

    fn borrowed(&self) -> TableValues<'_> {
        match self {
            Self::Bool(values) => TableValues::Bool(values),
            Self::I32(values) => TableValues::I32(values),
            Self::F32(values) => TableValues::F32(values),
            Self::F64(values) => TableValues::F64(values),
        }
    }
}

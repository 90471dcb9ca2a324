//! Rows of a flat tree, as the reduced files of the scripts have them.

use std::path::Path;

use b2caf::root::{Cache, Classes, RootFile, TableColumn, TableValues, Writer};

/// Kind of a column.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Bool,
    Int,
    Float,
    Double,
    /// So many `Float` in each row.
    Floats(usize),
    /// So many `Int` in each row.
    Ints(usize),
}

impl Kind {
    fn width(self) -> usize {
        match self {
            Self::Floats(width) | Self::Ints(width) => width,
            _ => 1,
        }
    }
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
        let mut rest = row;
        for (_, kind, values) in &mut self.columns {
            let (own, others) = rest.split_at(kind.width());
            values.extend(own);
            rest = others;
        }
        assert!(rest.is_empty(), "{} values are left", rest.len());
    }

    /// Adds a number to all values of a column.
    pub(crate) fn shift(&mut self, column: &str, by: f64) {
        let mut columns = self.columns.iter_mut();
        let found = columns.find(|(name, ..)| *name == column).unwrap();
        found.2.iter_mut().for_each(|value| *value += by);
    }

    pub(crate) fn len(&self) -> usize {
        let (_, kind, values) = &self.columns[0];
        values.len() / kind.width()
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
    Arrays(Vec<f32>, usize),
    IntArrays(Vec<i32>, usize),
}

impl Owned {
    fn new(kind: Kind, values: &[f64]) -> Self {
        let values = values.iter();
        match kind {
            Kind::Bool => Self::Bool(values.map(|value| *value != 0.0).collect()),
            Kind::Int => Self::I32(values.map(|value| *value as i32).collect()),
            Kind::Float => Self::F32(values.map(|value| *value as f32).collect()),
            Kind::Floats(width) => Self::Arrays(values.map(|v| *v as f32).collect(), width),
            Kind::Ints(width) => Self::IntArrays(values.map(|v| *v as i32).collect(), width),
            Kind::Double => Self::F64(values.copied().collect()),
        }
    }

    fn borrowed(&self) -> TableValues<'_> {
        match self {
            Self::Bool(values) => TableValues::Bool(values),
            Self::I32(values) => TableValues::I32(values),
            Self::F32(values) => TableValues::F32(values),
            Self::F64(values) => TableValues::F64(values),
            Self::Arrays(values, width) => TableValues::F32Arrays(values, *width),
            Self::IntArrays(values, width) => TableValues::I32Arrays(values, *width),
        }
    }
}

#[test]
fn arrays_of_a_fixed_length_come_back() {
    let rows = 40_000;
    let values: Vec<f32> = (0..3 * rows).map(|i| i as f32 / 7.0).collect();
    let arrays = |width| TableColumn {
        name: "points",
        values: TableValues::F32Arrays(&values, width),
    };
    let classes = Classes::default();
    let mut writer = Writer::new(&classes);
    writer.table("t", "", &[arrays(3)]).unwrap();
    let file = RootFile::parse("memory", writer.finish().unwrap()).unwrap();
    let tree = file.tree("t").unwrap();
    assert_eq!(tree.entries(), rows as u64);
    let column = tree.column("points").unwrap();
    assert_eq!(column.dims(), [3]);
    let chunk = column.read(0..rows as u64, &mut Cache::new()).unwrap();
    let mut read = vec![0.0; chunk.len()];
    chunk.fill_f64(0, &mut read).unwrap();
    let expected: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
    assert_eq!(read, expected);

    // Labels of global parameters need all their digits.
    let whole: Vec<i32> = (0..2 * rows as i32).map(|i| 999_999_999 - 7 * i).collect();
    let labels = TableColumn {
        name: "labels",
        values: TableValues::I32Arrays(&whole, 2),
    };
    let mut writer = Writer::new(&classes);
    writer.table("t", "", &[labels]).unwrap();
    let file = RootFile::parse("memory", writer.finish().unwrap()).unwrap();
    let column = file.tree("t").unwrap().column("labels").unwrap().clone();
    assert_eq!(column.dims(), [2]);
    let chunk = column.read(0..rows as u64, &mut Cache::new()).unwrap();
    let mut read = vec![0; chunk.len()];
    chunk.fill_i64(0, &mut read).unwrap();
    assert!(read.iter().zip(&whole).all(|(a, b)| *a == i64::from(*b)));

    for width in [0, 7] {
        let refused = Writer::new(&classes).table("t", "", &[arrays(width)]);
        let said = refused.unwrap_err().to_string();
        assert!(said.contains("are no whole rows of"), "{said}");
    }
}

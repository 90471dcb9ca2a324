//! Writes tables as flat trees: a branch per column, its values in baskets.

use std::sync::Arc;

use super::bytes::Bytes;
use super::compress::compress;
use super::misfit::WriteError;
use super::pack::Packer;
use super::value::{Record, Value};
use super::writer::{COMPRESSION, Label, Writer, check_label};

/// Rows of a basket; all columns have the same, so that parts of a table lie together.
const ROWS: usize = 32_768;
/// What ROOT takes as the size of a buffer.
const BUFFER: i64 = 32_000;
/// Places for baskets that a branch has at least.
const BASKETS: usize = 10;
/// What a basket has after its label.
const HEADER: usize = 19;

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableColumn<'v> {
    /// Its name: letters, digits, underscores.
    pub name: &'v str,
    /// Its values, one per row.
    pub values: TableValues<'v>,
}

/// Values of a column.
#[derive(Clone, Copy, Debug)]
pub enum TableValues<'v> {
    /// Truth values.
    Bool(&'v [bool]),
    /// 32-bit integers.
    I32(&'v [i32]),
    /// 64-bit integers.
    I64(&'v [i64]),
    /// 32-bit floats.
    F32(&'v [f32]),
    /// 64-bit floats.
    F64(&'v [f64]),
    /// Arrays of 32-bit floats, one after the other, with so many in each row.
    F32Arrays(&'v [f32], usize),
    /// Arrays of 32-bit integers, likewise.
    I32Arrays(&'v [i32], usize),
}

impl TableValues<'_> {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::I32(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::F32Arrays(values, width) => values.len() / width.max(&1),
            Self::I32Arrays(values, width) => values.len() / width.max(&1),
        }
    }

    /// Values of a row.
    fn width(&self) -> usize {
        match self {
            Self::F32Arrays(_, width) | Self::I32Arrays(_, width) => *width,
            _ => 1,
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Class of the leaf, letter of the type, bytes of a value.
    fn leaf(&self) -> (&'static str, char, usize) {
        match self {
            Self::Bool(_) => ("TLeafO", 'O', 1),
            Self::I32(_) | Self::I32Arrays(..) => ("TLeafI", 'I', 4),
            Self::I64(_) => ("TLeafL", 'L', 8),
            Self::F32(_) | Self::F32Arrays(..) => ("TLeafF", 'F', 4),
            Self::F64(_) => ("TLeafD", 'D', 8),
        }
    }

    /// Rows `first` to `end`, big-endian.
    fn bytes(&self, first: usize, end: usize) -> Vec<u8> {
        match self {
            Self::Bool(all) => all[first..end]
                .iter()
                .map(|value| u8::from(*value))
                .collect(),
            Self::I32(all) => all[first..end]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            Self::I64(all) => all[first..end]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            Self::F32(all) => all[first..end]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            Self::F64(all) => all[first..end]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            Self::F32Arrays(all, width) => all[first * width..end * width]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
            Self::I32Arrays(all, width) => all[first * width..end * width]
                .iter()
                .flat_map(|v| v.to_be_bytes())
                .collect(),
        }
    }
}

/// Baskets of a column: first rows, lengths and positions, and bytes before compression.
#[derive(Default)]
struct Baskets {
    firsts: Vec<i64>,
    lengths: Vec<i64>,
    seeks: Vec<i64>,
    total: i64,
}

impl Writer<'_> {
    /// Adds a table as a tree of one branch per column, under a path as [`Writer::object`] has.
    ///
    /// # Errors
    /// Columns of different lengths, two of one name, a name that is none, too large a file.
    pub fn table(
        &mut self,
        path: &str,
        title: &str,
        columns: &[TableColumn<'_>],
    ) -> Result<(), WriteError> {
        check(path, columns)?;
        let (directory, name) = self.place(path)?;
        let label = Label {
            class: "TTree",
            name: &name,
            title,
            parent: self.position(directory),
        };
        check_label(&label)?;
        let rows = columns.first().map_or(0, |column| column.values.len());
        let (mut branches, mut leaves) = (Vec::new(), Vec::new());
        let (mut total, mut packed) = (0, 0);
        for column in columns {
            let baskets = self.baskets(&label, column)?;
            total += baskets.total;
            packed += baskets.lengths.iter().sum::<i64>();
            let leaf = Value::from(leaf(column));
            branches.push(Value::from(branch(column, &baskets, leaf.clone())));
            leaves.push(leaf);
        }
        let tree = Record::new("TTree")
            .with("fName", &*name)
            .with("fTitle", title)
            .with("fEntries", rows as i64)
            .with("fTotBytes", total)
            .with("fZipBytes", packed)
            .with("fFlushedBytes", packed)
            .with("fAutoFlush", ROWS as i64)
            .with("fIOFeatures", features())
            .with("fBranches", Value::List(branches))
            .with("fLeaves", Value::List(leaves));
        let mut packer = Packer::new(self.classes, label.length()).sharing();
        let done = packer.class("TTree", &Value::Object(Arc::new(tree)));
        done.map_err(|misfit| misfit.error("TTree"))?;
        self.add(directory, &label, packer)
    }

    fn baskets(
        &mut self,
        tree: &Label<'_>,
        column: &TableColumn<'_>,
    ) -> Result<Baskets, WriteError> {
        let mut baskets = Baskets::default();
        let (_, _, size) = column.values.leaf();
        let size = size * column.values.width();
        let rows = column.values.len();
        for first in (0..rows).step_by(ROWS) {
            let end = rows.min(first + ROWS);
            let object = column.values.bytes(first, end);
            let label = Label {
                class: "TBasket",
                name: column.name,
                title: tree.name,
                parent: tree.parent,
            };
            let key_length = label.length() + HEADER;
            let mut header = Bytes::default();
            header.u16(3); // version
            header.u32((key_length + object.len()) as u32);
            header.u32(size as u32);
            header.u32((end - first) as u32);
            header.u32((key_length + object.len()) as u32); // where the values end
            header.u8(0); // no offsets follow
            let packed = compress(&object);
            let body = packed.as_deref().unwrap_or(&object);
            let basket = (first / ROWS) as u16;
            let seek = self.append(&label, basket, &header.data, body, object.len())?;
            baskets.firsts.push(first as i64);
            baskets.lengths.push((key_length + body.len()) as i64);
            baskets.seeks.push(seek.into());
            baskets.total += (key_length + object.len()) as i64;
        }
        baskets.firsts.push(rows as i64);
        Ok(baskets)
    }
}

fn check(table: &str, columns: &[TableColumn<'_>]) -> Result<(), WriteError> {
    let refuse = |column: &TableColumn<'_>, reason: String| WriteError::Column {
        table: table.to_owned(),
        column: column.name.to_owned(),
        reason,
    };
    let rows = columns.first().map_or(0, |column| column.values.len());
    for (index, column) in columns.iter().enumerate() {
        let usable = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if column.name.is_empty() || !column.name.chars().all(usable) {
            return Err(refuse(
                column,
                "a name has letters, digits and underscores".into(),
            ));
        }
        if columns[..index]
            .iter()
            .any(|before| before.name == column.name)
        {
            return Err(refuse(
                column,
                "there is another column of that name".into(),
            ));
        }
        let arrays = match column.values {
            TableValues::F32Arrays(values, width) => Some((values.len(), width)),
            TableValues::I32Arrays(values, width) => Some((values.len(), width)),
            _ => None,
        };
        if let Some((found, width)) = arrays
            && (width == 0 || !found.is_multiple_of(width))
        {
            return Err(refuse(
                column,
                format!("{found} values are no whole rows of {width}"),
            ));
        }
        if column.values.len() != rows {
            let found = column.values.len();
            return Err(refuse(
                column,
                format!("{found} values where the first has {rows}"),
            ));
        }
    }
    Ok(())
}

fn features() -> Record {
    Record::new("ROOT::TIOFeatures").with("fIOBits", 0)
}

/// The name of a column, with the length of its arrays if it has any.
fn title(column: &TableColumn<'_>) -> String {
    match column.values {
        TableValues::F32Arrays(_, width) | TableValues::I32Arrays(_, width) => {
            format!("{}[{width}]", column.name)
        }
        _ => column.name.to_owned(),
    }
}

fn leaf(column: &TableColumn<'_>) -> Record {
    let (class, _, size) = column.values.leaf();
    Record::new(class)
        .with("fName", column.name)
        .with("fTitle", &*title(column))
        .with("fLen", column.values.width() as i64)
        .with("fLenType", size as i64)
        .with("fOffset", 0)
        .with("fIsRange", false)
        .with("fIsUnsigned", false)
        .with("fLeafCount", Value::Null)
        .with("fMinimum", 0)
        .with("fMaximum", 0)
}

fn branch(column: &TableColumn<'_>, baskets: &Baskets, leaf: Value) -> Record {
    let (_, letter, _) = column.values.leaf();
    let rows = column.values.len() as i64;
    let written = baskets.seeks.len();
    let places = BASKETS.max(written + 1);
    let filled = |values: &[i64]| {
        let mut values = values.to_vec();
        values.resize(places, 0);
        Value::Ints(values)
    };
    Record::new("TBranch")
        .with("fName", column.name)
        .with("fTitle", &*format!("{}/{letter}", title(column)))
        .with("fCompress", i64::from(COMPRESSION))
        .with("fBasketSize", BUFFER)
        .with("fWriteBasket", written as i64)
        .with("fEntryNumber", rows)
        .with("fIOFeatures", features())
        .with("fMaxBaskets", places as i64)
        .with("fEntries", rows)
        .with("fTotBytes", baskets.total)
        .with("fZipBytes", baskets.lengths.iter().sum::<i64>())
        .with("fLeaves", Value::List(vec![leaf]))
        .with("fBaskets", Value::List(Vec::new()))
        .with("fBasketBytes", filled(&baskets.lengths))
        .with("fBasketEntry", filled(&baskets.firsts))
        .with("fBasketSeek", filled(&baskets.seeks))
}

//! Columns of equal length under names.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Columns, Evaluator, Failure, Formula, Scratch, Slice, Type, Value, Wanted};

/// Rows that are evaluated together.
pub const BATCH: usize = 4096;

/// The values of one column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Column {
    /// Truth values.
    Bool(Vec<bool>),
    /// Whole numbers.
    Int(Vec<i64>),
    /// Numbers.
    Float(#[serde(with = "super::json_floats")] Vec<f64>),
    /// Texts.
    Text(Vec<Arc<str>>),
}

impl Column {
    /// A column without values.
    #[must_use]
    pub fn empty(kind: Type) -> Self {
        match kind {
            Type::Bool => Self::Bool(Vec::new()),
            Type::Int => Self::Int(Vec::new()),
            Type::Float => Self::Float(Vec::new()),
            Type::Text => Self::Text(Vec::new()),
        }
    }

    /// All its values.
    #[must_use]
    pub fn slice(&self) -> Slice<'_> {
        self.part(0..self.len())
    }

    /// The values of some rows; none if they are not all there.
    #[must_use]
    pub fn part(&self, rows: std::ops::Range<usize>) -> Slice<'_> {
        match self {
            Self::Bool(v) => Slice::Bool(v.get(rows).unwrap_or(&[])),
            Self::Int(v) => Slice::Int(v.get(rows).unwrap_or(&[])),
            Self::Float(v) => Slice::Float(v.get(rows).unwrap_or(&[])),
            Self::Text(v) => Slice::Text(v.get(rows).unwrap_or(&[])),
        }
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Type of the values.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::Text,
        }
    }

    /// Value of row `i`, if there is one.
    #[must_use]
    pub fn value(&self, i: usize) -> Option<Value> {
        self.slice().value(i)
    }

    /// Appends values; whole numbers become numbers in a column of numbers. `false`, and nothing
    /// appended, if the types do not fit.
    #[must_use]
    pub fn append(&mut self, values: Slice<'_>) -> bool {
        match (self, values) {
            (Self::Bool(v), Slice::Bool(w)) => v.extend_from_slice(w),
            (Self::Int(v), Slice::Int(w)) => v.extend_from_slice(w),
            (Self::Float(v), Slice::Float(w)) => v.extend_from_slice(w),
            (Self::Float(v), Slice::Int(w)) => {
                v.extend(w.iter().map(|&x| super::maths::to_float(x)));
            }
            (Self::Text(v), Slice::Text(w)) => v.extend_from_slice(w),
            _ => return false,
        }
        true
    }

    /// The values as numbers; whole numbers are converted, others give nothing.
    #[must_use]
    pub fn to_floats(&self) -> Option<Vec<f64>> {
        match self {
            Self::Float(v) => Some(v.clone()),
            Self::Int(v) => Some(v.iter().map(|&x| super::maths::to_float(x)).collect()),
            _ => None,
        }
    }

    /// The values of the rows for which `keep` is true.
    #[must_use]
    pub fn filtered(&self, keep: &[bool]) -> Self {
        fn kept<T: Clone>(values: &[T], keep: &[bool]) -> Vec<T> {
            let both = values.iter().zip(keep);
            both.filter(|(_, k)| **k).map(|(v, _)| v.clone()).collect()
        }
        match self {
            Self::Bool(v) => Self::Bool(kept(v, keep)),
            Self::Int(v) => Self::Int(kept(v, keep)),
            Self::Float(v) => Self::Float(kept(v, keep)),
            Self::Text(v) => Self::Text(kept(v, keep)),
        }
    }
}

/// Why a table cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A column of another length than the others.
    #[error("column {name} has {given} values, the table {rows} rows")]
    Length {
        /// Name of the column.
        name: String,
        /// Its values.
        given: usize,
        /// Rows of the table.
        rows: usize,
    },
    /// A name that is taken.
    #[error("the table has a column {name} already")]
    Taken {
        /// That name.
        name: String,
    },
    /// Another table that has other columns.
    #[error("the tables have different columns: {ours} here, {theirs} there")]
    Different {
        /// Names and types here.
        ours: String,
        /// Names and types there.
        theirs: String,
    },
}

/// Names of the columns that say from which experiment, run and event a collected row comes; they go where
/// the row goes, and are not shown.
pub const ORIGIN: [&str; 3] = ["@exp", "@run", "@event"];

/// Columns of equal length, in a fixed order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Table {
    /// Shared with the tables that were made of this one.
    columns: IndexMap<String, Arc<Column>>,
    rows: usize,
}

/// A table as it was read.
#[derive(Deserialize)]
struct Unchecked {
    columns: IndexMap<String, Column>,
    rows: usize,
}

impl TryFrom<Unchecked> for Table {
    type Error = TableError;

    fn try_from(read: Unchecked) -> Result<Self, TableError> {
        for (name, column) in &read.columns {
            if column.len() != read.rows {
                return Err(TableError::Length {
                    name: name.clone(),
                    given: column.len(),
                    rows: read.rows,
                });
            }
        }
        Ok(Self {
            columns: read
                .columns
                .into_iter()
                .map(|(name, column)| (name, Arc::new(column)))
                .collect(),
            rows: read.rows,
        })
    }
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Names and columns in order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(n, c)| (n.as_str(), &**c))
    }

    /// The same without those of [`ORIGIN`].
    pub fn shown(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns().filter(|(name, _)| !ORIGIN.contains(name))
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name).map(|column| &**column)
    }

    /// The column of that name, to be shared with another table.
    #[must_use]
    pub fn shared(&self, name: &str) -> Option<Arc<Column>> {
        self.columns.get(name).cloned()
    }

    /// Adds a column at the end; the first one decides the number of rows.
    ///
    /// # Errors
    /// When the name is taken or the length differs.
    pub fn push(
        &mut self,
        name: impl Into<String>,
        column: impl Into<Arc<Column>>,
    ) -> Result<(), TableError> {
        let (name, column) = (name.into(), column.into());
        if self.columns.contains_key(&name) {
            return Err(TableError::Taken { name });
        }
        if self.columns.is_empty() {
            self.rows = column.len();
        } else if column.len() != self.rows {
            return Err(TableError::Length {
                name,
                given: column.len(),
                rows: self.rows,
            });
        }
        self.columns.insert(name, column);
        Ok(())
    }

    /// Adds the rows of another table with the same columns.
    ///
    /// # Errors
    /// When names, types or order differ.
    pub fn append(&mut self, other: &Self) -> Result<(), TableError> {
        let knows = |table: &Self| ORIGIN.iter().all(|name| table.column(name).is_some());
        if knows(self) != knows(other) {
            // Rows of which some do not know where they come from know nothing together.
            self.forget_origin();
            let mut other = other.clone();
            other.forget_origin();
            return self.append(&other);
        }
        let ours = self.signature();
        let theirs = other.signature();
        if ours != theirs {
            return Err(TableError::Different { ours, theirs });
        }
        for (column, more) in self.columns.values_mut().zip(other.columns.values()) {
            let fits = Arc::make_mut(column).append(more.slice());
            debug_assert!(fits, "equal signatures have equal types");
        }
        self.rows += other.rows;
        Ok(())
    }

    fn forget_origin(&mut self) {
        self.columns
            .retain(|name, _| !ORIGIN.contains(&name.as_str()));
    }

    fn signature(&self) -> String {
        let named = |(n, c): (&String, &Arc<Column>)| format!("{n}: {:?}", c.kind());
        let all: Vec<_> = self.columns.iter().map(named).collect();
        all.join(", ")
    }

    /// The rows for which `keep` is true; rows beyond its end are dropped.
    #[must_use]
    pub fn filtered(&self, keep: &[bool]) -> Self {
        let kept = |(n, c): (&String, &Arc<Column>)| (n.clone(), Arc::new(c.filtered(keep)));
        Self {
            columns: self.columns.iter().map(kept).collect(),
            rows: keep.iter().take(self.rows).filter(|k| **k).count(),
        }
    }

    /// What a formula may name in a row of this table.
    #[must_use]
    pub fn schema(&self) -> Columns {
        Columns::new(self.columns.iter().map(|(n, c)| (n.clone(), c.kind())))
    }

    /// The value of a formula for each row.
    ///
    /// # Errors
    /// When the formula names what is not there, mixes types, or fails for a row.
    pub fn evaluate(&self, formula: &Formula) -> Result<Column, Failure> {
        self.evaluate_as(formula, Wanted::Any)
    }

    /// The value of a formula for each row, of the type that is wanted.
    ///
    /// # Errors
    /// As [`Table::evaluate`], and when the type is another one.
    pub fn evaluate_as(&self, formula: &Formula, wanted: Wanted) -> Result<Column, Failure> {
        self.evaluate_in(formula, wanted, &mut Scratch::default())
    }

    /// The same with the constants that are bound there, where what they lack is counted, too.
    ///
    /// # Errors
    /// As [`Table::evaluate_as`].
    pub fn evaluate_in(
        &self,
        formula: &Formula,
        wanted: Wanted,
        scratch: &mut Scratch,
    ) -> Result<Column, Failure> {
        let evaluator = Evaluator::new(&[(formula, wanted)], &self.schema())?;
        let mut result = Column::empty(evaluator.types()[0]);
        let columns: Vec<&Column> = self.columns.values().map(|column| &**column).collect();
        for start in (0..self.rows).step_by(BATCH) {
            let rows = BATCH.min(self.rows - start);
            let inputs: Vec<Slice<'_>> = evaluator
                .columns()
                .iter()
                .map(|&slot| columns[slot].part(start..start + rows))
                .collect();
            let outputs = evaluator.evaluate(&inputs, rows, scratch)?;
            let fits = result.append(outputs.get(0));
            debug_assert!(fits, "an evaluator keeps to its types");
        }
        Ok(result)
    }
}

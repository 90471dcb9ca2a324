//! The columns that rows hold while steps go over them.

use std::sync::Arc;

use crate::expr::{Column, Slice};

/// A column that is there.
#[derive(Debug)]
pub(crate) enum Loaded {
    /// One value per row.
    Values(Column),
    /// One value per element of an array of the rows, one row after the other.
    Elements(Column),
    /// Where the elements of each row begin.
    Offsets(Vec<usize>),
}

impl Loaded {
    pub(crate) fn slice(&self) -> Slice<'_> {
        match self {
            Self::Values(column) | Self::Elements(column) => column.slice(),
            Self::Offsets(offsets) => Slice::Offsets(offsets),
        }
    }
}

/// Which rows of all are left, and the columns that are there for them.
#[derive(Debug)]
pub(crate) struct Held {
    /// Positions of the rows that are left among all; `None` while all are.
    pub(super) left: Option<Vec<u32>>,
    /// Number of rows that are left.
    len: usize,
    /// By their numbers in the pass.
    columns: Vec<Option<Loaded>>,
}

impl Held {
    pub(super) fn new(len: usize, left: Option<Vec<u32>>, columns: usize) -> Self {
        Self {
            len: left.as_ref().map_or(len, Vec::len),
            left,
            columns: std::iter::repeat_with(|| None).take(columns).collect(),
        }
    }

    /// Number of rows that are left.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.columns[number].is_some()
    }

    pub(super) fn put(&mut self, number: usize, column: Loaded) {
        self.columns[number] = Some(column);
    }

    /// A column that was put there.
    pub(super) fn slice(&self, number: usize) -> Slice<'_> {
        self.columns[number]
            .as_ref()
            .expect("steps load what they read")
            .slice()
    }

    /// Position of a row among all.
    pub(super) fn position(&self, row: usize) -> usize {
        self.left.as_ref().map_or(row, |left| left[row] as usize)
    }

    /// Values of all rows reduced to those that are left.
    pub(super) fn of_left(&self, column: Column) -> Column {
        match &self.left {
            Some(left) => gather(column.slice(), left),
            None => column,
        }
    }

    /// Goes on with the rows for which `mask` is true, and with the columns that are read later.
    pub(super) fn keep(&mut self, mask: &[bool], passed: usize, later: &[usize]) {
        if passed == self.len {
            return;
        }
        let left = match &self.left {
            Some(left) => {
                let both = left.iter().zip(mask);
                both.filter(|(_, keep)| **keep)
                    .map(|(row, _)| *row)
                    .collect()
            }
            None => {
                let rows = (0_u32..).zip(mask);
                rows.filter(|(_, keep)| **keep)
                    .map(|(row, _)| row)
                    .collect()
            }
        };
        for (number, column) in self.columns.iter_mut().enumerate() {
            *column = match column.take() {
                // What belongs to elements is read anew for the rows that are left.
                Some(Loaded::Values(values)) if later.contains(&number) => {
                    Some(Loaded::Values(values.filtered(mask)))
                }
                _ => None,
            };
        }
        self.left = Some(left);
        self.len = passed;
    }
}

/// The values at some positions.
pub(super) fn gather(values: Slice<'_>, positions: &[u32]) -> Column {
    fn pick<T: Copy>(values: &[T], positions: &[u32]) -> Vec<T> {
        positions.iter().map(|p| values[*p as usize]).collect()
    }
    match values {
        Slice::Bool(v) => Column::Bool(pick(v, positions)),
        Slice::Int(v) => Column::Int(pick(v, positions)),
        Slice::Float(v) => Column::Float(pick(v, positions)),
        Slice::Text(v) => Column::Text(
            positions
                .iter()
                .map(|p| Arc::clone(&v[*p as usize]))
                .collect(),
        ),
        Slice::Offsets(_) => unreachable!("offsets are never gathered"),
    }
}

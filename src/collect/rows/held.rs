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
        let rows = positions(mask, passed);
        for (number, column) in self.columns.iter_mut().enumerate() {
            *column = match column.take() {
                // What belongs to elements is read anew for the rows that are left.
                Some(Loaded::Values(values)) if later.contains(&number) => {
                    Some(Loaded::Values(gather(values.slice(), &rows)))
                }
                _ => None,
            };
        }
        self.left = Some(match &self.left {
            Some(left) => rows.iter().map(|row| left[*row as usize]).collect(),
            None => rows,
        });
        self.len = passed;
    }
}

/// Where `mask` is true, which is `count` times. Written without a branch, as cuts are hard to
/// foresee.
fn positions(mask: &[bool], count: usize) -> Vec<u32> {
    let mut rows = vec![0; count + 1];
    let mut found = 0;
    for (row, keep) in (0_u32..).zip(mask) {
        rows[found.min(count)] = row;
        found += usize::from(*keep);
    }
    rows.truncate(count);
    rows
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_narrowed_again_and_again() {
        let mut held = Held::new(6, None, 2);
        held.put(0, Loaded::Values(Column::Int(vec![10, 11, 12, 13, 14, 15])));
        held.put(1, Loaded::Elements(Column::Int(vec![1, 2, 3, 4, 5, 6])));
        held.keep(&[false, true, true, false, true, true], 4, &[0, 1]);
        assert_eq!(held.slice(0), Slice::Int(&[11, 12, 14, 15]));
        // What belongs to elements is read anew, however many there were.
        assert!(!held.has(1));
        held.keep(&[true, false, false, true], 2, &[0]);
        assert_eq!(held.slice(0), Slice::Int(&[11, 15]));
        assert_eq!((held.position(0), held.position(1)), (1, 5));
        assert_eq!(
            held.of_left(Column::Float(vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]))
                .slice(),
            Slice::Float(&[1.0, 5.0])
        );
        held.keep(&[false, false], 0, &[]);
        assert!(held.len() == 0 && !held.has(0));
    }
}

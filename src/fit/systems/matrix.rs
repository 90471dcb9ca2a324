//! A matrix of numbers, stored by columns.

use rayon::prelude::*;

use super::SystemError;
use super::product::{Block, add_product};

/// Columns that are worked on together; fixed, so that results do not depend on threads.
pub(crate) const TILE: usize = 64;

/// A matrix of `rows` × `columns` numbers, stored by columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// All zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    /// Ones on the diagonal.
    #[must_use]
    pub fn identity(size: usize) -> Self {
        Self::from_fn(size, size, |i, j| if i == j { 1.0 } else { 0.0 })
    }

    /// Each element from its row and column, counted from 0.
    #[must_use]
    pub fn from_fn(rows: usize, columns: usize, of: impl Fn(usize, usize) -> f64) -> Self {
        let mut values = Vec::with_capacity(rows * columns);
        for j in 0..columns {
            values.extend((0..rows).map(|i| of(i, j)));
        }
        Self {
            rows,
            columns,
            values,
        }
    }

    /// From numbers stored column after column.
    ///
    /// # Errors
    /// Another number of values than `rows` × `columns`.
    pub fn from_columns(
        rows: usize,
        columns: usize,
        values: Vec<f64>,
    ) -> Result<Self, SystemError> {
        if rows.checked_mul(columns) != Some(values.len()) {
            return Err(SystemError::Sizes {
                what: "values of a matrix".into(),
                have: values.len().to_string(),
                want: format!("{rows} × {columns}"),
            });
        }
        Ok(Self {
            rows,
            columns,
            values,
        })
    }

    /// From its rows.
    ///
    /// # Errors
    /// Rows of different length.
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Self, SystemError> {
        let columns = rows.first().map_or(0, Vec::len);
        if let Some((number, row)) = rows.iter().enumerate().find(|(_, r)| r.len() != columns) {
            return Err(SystemError::Sizes {
                what: format!("elements in row {number} of a matrix"),
                have: row.len().to_string(),
                want: format!("{columns}, as in row 0"),
            });
        }
        Ok(Self::from_fn(rows.len(), columns, |i, j| rows[i][j]))
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The element in row `i` and column `j`, counted from 0.
    ///
    /// # Panics
    /// Outside the matrix.
    #[must_use]
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.column(j)[i]
    }

    /// Changes the element in row `i` and column `j`.
    ///
    /// # Panics
    /// Outside the matrix.
    pub fn set(&mut self, i: usize, j: usize, value: f64) {
        self.column_mut(j)[i] = value;
    }

    /// The elements of column `j`.
    ///
    /// # Panics
    /// Outside the matrix.
    #[must_use]
    pub fn column(&self, j: usize) -> &[f64] {
        &self.values[j * self.rows..(j + 1) * self.rows]
    }

    pub(crate) fn column_mut(&mut self, j: usize) -> &mut [f64] {
        &mut self.values[j * self.rows..(j + 1) * self.rows]
    }

    /// All elements, column after column.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    pub(crate) fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The elements on the diagonal.
    #[must_use]
    pub fn diagonal(&self) -> Vec<f64> {
        let size = self.rows.min(self.columns);
        (0..size).map(|i| self.at(i, i)).collect()
    }

    /// Rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self::from_fn(self.columns, self.rows, |i, j| self.at(j, i))
    }

    /// The matrix product.
    ///
    /// # Errors
    /// Sizes that do not belong together.
    pub fn product(&self, other: &Self) -> Result<Self, SystemError> {
        if self.columns != other.rows {
            return Err(SystemError::Sizes {
                what: "rows of the second factor of a product of matrices".into(),
                have: other.rows.to_string(),
                want: format!("{}, the columns of the first", self.columns),
            });
        }
        let mut product = Self::zeros(self.rows, other.columns);
        if product.values.is_empty() || self.columns == 0 {
            return Ok(product);
        }
        let tile = TILE * self.rows;
        let tiles = product.values.par_chunks_mut(tile).enumerate();
        tiles.for_each(|(number, into)| {
            let columns = into.len() / self.rows;
            let begin = number * TILE * other.rows;
            let right = &other.values[begin..begin + columns * other.rows];
            let left = Block::new(&self.values, self.rows, 0, self.rows, self.columns);
            let right = Block::new(right, other.rows, 0, other.rows, columns);
            add_product(into, self.rows, 0, 1.0, &left, &right);
        });
        Ok(product)
    }

    /// The matrix times a vector.
    ///
    /// # Errors
    /// Sizes that do not belong together.
    pub fn times(&self, vector: &[f64]) -> Result<Vec<f64>, SystemError> {
        check_length(vector, self.columns)?;
        let mut sum = vec![0.0; self.rows];
        for (j, x) in vector.iter().enumerate() {
            for (sum, a) in sum.iter_mut().zip(self.column(j)) {
                *sum += a * x;
            }
        }
        Ok(sum)
    }

    /// Largest sum of absolute values over a column.
    #[must_use]
    pub fn norm(&self) -> f64 {
        let columns = (0..self.columns).map(|j| self.column(j).iter().map(|v| v.abs()).sum());
        columns.fold(0.0, f64::max)
    }

    /// Its size if it is square and every element finite.
    pub(crate) fn checked_square(&self, what: &str) -> Result<usize, SystemError> {
        if self.rows != self.columns {
            return Err(SystemError::NotSquare {
                rows: self.rows,
                columns: self.columns,
            });
        }
        self.check_finite(what)?;
        Ok(self.rows)
    }

    pub(crate) fn check_finite(&self, what: &str) -> Result<(), SystemError> {
        match self.values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(SystemError::NotFinite {
                what: what.into(),
                row: at % self.rows,
                column: at / self.rows,
                value: self.values[at],
            }),
            None => Ok(()),
        }
    }

    /// Its size if it is symmetric to `1e-12` of the diagonal elements across.
    pub(crate) fn checked_symmetric(&self, what: &str) -> Result<usize, SystemError> {
        let size = self.checked_square(what)?;
        for column in 0..size {
            for row in 0..column {
                let (upper, lower) = (self.at(row, column), self.at(column, row));
                let across = (self.at(row, row) * self.at(column, column)).abs().sqrt();
                let scale = across.max(upper.abs()).max(lower.abs());
                if (upper - lower).abs() > 1e-12 * scale {
                    return Err(SystemError::NotSymmetric {
                        row,
                        column,
                        upper,
                        lower,
                    });
                }
            }
        }
        Ok(size)
    }
}

/// A right side of as many finite numbers as there are rows.
pub(crate) fn check_right(right: &[f64], rows: usize) -> Result<(), SystemError> {
    check_length(right, rows)?;
    match right.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(SystemError::NotFinite {
            what: "the right side".into(),
            row,
            column: 0,
            value: right[row],
        }),
        None => Ok(()),
    }
}

fn check_length(vector: &[f64], want: usize) -> Result<(), SystemError> {
    if vector.len() == want {
        return Ok(());
    }
    Err(SystemError::Sizes {
        what: "numbers beside a matrix".into(),
        have: vector.len().to_string(),
        want: want.to_string(),
    })
}

/// A number of things as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "nothing here has 2^53 rows")]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

//! Systems of a symmetric positive definite matrix, such as normal equations and covariances.

use rayon::prelude::*;

use super::matrix::{TILE, check_right, count};
use super::product::{Block, add_product};
use super::{Matrix, SystemError};

/// Columns that are eliminated before the rest of the matrix is touched.
const BLOCK: usize = 128;

/// Columns that are eliminated one by one.
const LEAF: usize = 8;

/// Less of a diagonal element than this is rounding, not information.
const INDEPENDENT: f64 = 1e-13;

/// A symmetric positive definite matrix as the product of a lower triangle and its transpose.
#[derive(Clone, Debug)]
pub struct Cholesky {
    /// The lower triangle; what stands above it is not used.
    lower: Matrix,
    /// The smallest share of a diagonal element that the unknowns before it do not explain.
    smallest: f64,
}

impl Cholesky {
    /// Factorises a matrix; its memory is used again, and only its lower triangle is looked at
    /// after it was found symmetric.
    ///
    /// # Errors
    /// A matrix that is not square, finite and symmetric; one that is not positive definite, with
    /// the number of the first unknown that is not independent of those before it.
    pub fn new(matrix: Matrix) -> Result<Self, SystemError> {
        let size = matrix.checked_symmetric("the matrix")?;
        let diagonal = matrix.diagonal();
        let mut lower = matrix;
        let smallest = factorise(lower.values_mut(), size, &diagonal)?;
        Ok(Self { lower, smallest })
    }

    /// Number of unknowns.
    #[must_use]
    pub fn size(&self) -> usize {
        self.lower.rows()
    }

    /// The smallest share of a diagonal element that the unknowns before it do not explain: 1 for
    /// independent unknowns, close to 0 where one is almost a combination of others.
    #[must_use]
    pub fn smallest_share(&self) -> f64 {
        self.smallest
    }

    /// The unknowns for one right side.
    ///
    /// # Errors
    /// A right side of another length, or not finite.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>, SystemError> {
        check_right(right, self.size())?;
        let mut x = right.to_vec();
        self.forward(&mut x, 0);
        self.backward(&mut x);
        Ok(x)
    }

    /// The inverse, exactly symmetric: the covariance, if the matrix is that of normal equations.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let size = self.size();
        let mut inverse = Matrix::identity(size);
        if size == 0 {
            return inverse;
        }
        let tiles = inverse.values_mut().par_chunks_mut(TILE * size);
        tiles.enumerate().for_each(|(number, tile)| {
            self.forward(tile, number * TILE);
            self.backward(tile);
        });
        for i in 0..size {
            for j in 0..i {
                let mean = 0.5 * (inverse.at(i, j) + inverse.at(j, i));
                inverse.set(i, j, mean);
                inverse.set(j, i, mean);
            }
        }
        inverse
    }

    /// The elements on the diagonal of the inverse, for a third of its effort.
    #[must_use]
    pub fn inverse_diagonal(&self) -> Vec<f64> {
        let size = self.size();
        let tiles = (0..size).step_by(TILE).collect::<Vec<_>>();
        let tiles = tiles.into_par_iter().map(|first| {
            let columns = TILE.min(size - first);
            let mut tile = vec![0.0; columns * size];
            for j in 0..columns {
                tile[j * size + first + j] = 1.0;
            }
            self.forward(&mut tile, first);
            let squares = |column: &[f64]| column[first..].iter().map(|v| v * v).sum::<f64>();
            tile.chunks_exact(size).map(squares).collect::<Vec<f64>>()
        });
        tiles.collect::<Vec<_>>().concat()
    }

    /// Solves with the lower triangle; rows above `first` of the right sides are zero.
    fn forward(&self, right: &mut [f64], first: usize) {
        let size = self.size();
        let values = self.lower.values();
        for begin in (first / BLOCK * BLOCK..size).step_by(BLOCK) {
            let width = BLOCK.min(size - begin);
            let next = begin + width;
            let block = &values[begin * size..next * size];
            for column in right.chunks_exact_mut(size) {
                for p in begin..next {
                    let l = &block[(p - begin) * size..][..size];
                    column[p] /= l[p];
                    let value = column[p];
                    for (x, l) in column[p + 1..next].iter_mut().zip(&l[p + 1..next]) {
                        *x -= value * l;
                    }
                }
            }
            let columns = right.len() / size;
            let solved = rows_of(right, size, begin, width);
            let left = Block::new(block, size, next, size - next, width);
            let solved = Block::new(&solved, width, 0, width, columns);
            add_product(right, size, next, -1.0, &left, &solved);
        }
    }

    /// Solves with the transposed triangle.
    fn backward(&self, right: &mut [f64]) {
        let size = self.size();
        let values = self.lower.values();
        for begin in (0..size).step_by(BLOCK).rev() {
            let width = BLOCK.min(size - begin);
            let next = begin + width;
            let block = &values[begin * size..next * size];
            let columns = right.len() / size;
            let below = rows_of(right, size, next, size - next);
            let left = transposed(block, size, next, size - next);
            let left = Block::new(&left, width, 0, width, size - next);
            let below = Block::new(&below, size - next, 0, size - next, columns);
            add_product(right, size, begin, -1.0, &left, &below);
            for column in right.chunks_exact_mut(size) {
                for p in (begin..next).rev() {
                    let l = &block[(p - begin) * size..][..size];
                    let explained: f64 = column[p + 1..next]
                        .iter()
                        .zip(&l[p + 1..next])
                        .map(|(x, l)| x * l)
                        .sum();
                    column[p] = (column[p] - explained) / l[p];
                }
            }
        }
    }
}

/// Some rows of all columns.
fn rows_of(columns: &[f64], size: usize, first: usize, rows: usize) -> Vec<f64> {
    let part = columns.chunks_exact(size).map(|c| &c[first..first + rows]);
    part.collect::<Vec<_>>().concat()
}

/// Some rows of all columns, row after row.
fn transposed(columns: &[f64], size: usize, first: usize, rows: usize) -> Vec<f64> {
    let width = columns.len() / size;
    let mut turned = vec![0.0; rows * width];
    for (p, column) in columns.chunks_exact(size).enumerate() {
        for (i, value) in column[first..first + rows].iter().enumerate() {
            turned[i * width + p] = *value;
        }
    }
    turned
}

/// Factorises in place; the smallest share of a diagonal element that was left.
fn factorise(values: &mut [f64], size: usize, diagonal: &[f64]) -> Result<f64, SystemError> {
    let mut smallest = 1.0;
    for begin in (0..size).step_by(BLOCK) {
        let width = BLOCK.min(size - begin);
        let (_, rest) = values.split_at_mut(begin * size);
        let (block, right) = rest.split_at_mut(width * size);
        smallest = eliminate(block, size, begin, diagonal, smallest)?;
        let block = &*block;
        let tiles = right.par_chunks_mut(TILE * size).enumerate();
        tiles.for_each(|(number, tile)| {
            let first = begin + width + number * TILE;
            take_out(tile, size, first, block, width);
        });
    }
    Ok(smallest)
}

/// Takes the share of eliminated columns out of columns whose diagonal begins in row `first`.
fn take_out(columns: &mut [f64], size: usize, first: usize, done: &[f64], width: usize) {
    let across = columns.len() / size;
    let left = Block::new(done, size, first, size - first, width);
    let right = Block::new(done, size, first, across, width).turned();
    add_product(columns, size, first, -1.0, &left, &right);
}

fn eliminate(
    columns: &mut [f64],
    size: usize,
    begin: usize,
    diagonal: &[f64],
    mut smallest: f64,
) -> Result<f64, SystemError> {
    let width = columns.len() / size;
    if width > LEAF {
        let half = width / 2;
        let (left, right) = columns.split_at_mut(half * size);
        smallest = eliminate(left, size, begin, diagonal, smallest)?;
        take_out(right, size, begin + half, left, half);
        return eliminate(right, size, begin + half, diagonal, smallest);
    }
    let threshold = INDEPENDENT.max(count(size) * f64::EPSILON);
    for at in 0..width {
        let row = begin + at;
        let (left, right) = columns.split_at_mut((at + 1) * size);
        let column = &mut left[at * size..];
        let share = column[row] / diagonal[row];
        if !(diagonal[row] > 0.0 && share > threshold) {
            return Err(SystemError::NotPositive {
                name: format!("row {row}"),
                row,
                share: if share.is_finite() { share } else { 0.0 },
            });
        }
        smallest = smallest.min(share);
        let root = column[row].sqrt();
        column[row..].iter_mut().for_each(|value| *value /= root);
        for (next, other) in right.chunks_exact_mut(size).enumerate() {
            let row = row + 1 + next;
            let value = column[row];
            for (x, l) in other[row..].iter_mut().zip(&column[row..]) {
                *x -= value * l;
            }
        }
    }
    Ok(smallest)
}

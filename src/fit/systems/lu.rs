//! Systems of any square matrix: factors with partial pivoting, blocked and parallel.
//!
//! The columns right of each block of [`BLOCK`] are brought up to date in tiles of fixed width, so
//! that the result does not depend on the number of threads. Measured on one core: about four
//! thirds of the processor time of LAPACK through numpy, and half of that of the same algorithm in
//! plain loops. 8736 unknowns take about 1.2 GB. A library with factorisations of its own (faer)
//! was as fast, but took half as long to compile as all the rest, and gave other bits for another
//! number of threads.

use rayon::prelude::*;

use super::matrix::{TILE, check_right, count};
use super::product::{Block, add_product};
use super::{Matrix, SystemError};

/// Columns that are eliminated before the rest of the matrix is touched.
const BLOCK: usize = 128;

/// Columns that are eliminated one by one.
const LEAF: usize = 8;

/// A square matrix as the product of a lower and an upper triangle, with rows exchanged.
#[derive(Clone, Debug)]
pub struct Lu {
    /// Both triangles in one; the ones on the diagonal of the lower are left out.
    factors: Matrix,
    /// The row that was exchanged with each row in turn.
    exchanged: Vec<usize>,
    /// Powers of two that make rows and columns of comparable size.
    scales: Scales,
    condition: f64,
}

impl Lu {
    /// Factorises a matrix; its memory is used again.
    ///
    /// # Errors
    /// A matrix that is not square or not finite; a row that is a combination of others, with the
    /// number of the first column that is; a matrix so close to it that no digit is left.
    pub fn new(matrix: Matrix) -> Result<Self, SystemError> {
        let size = matrix.checked_square("the matrix")?;
        let mut factors = matrix;
        let scales = Scales::of(&mut factors)?;
        let norm = factors.norm();
        let exchanged = factorise(factors.values_mut(), size);
        let exchanged = exchanged.map_err(|row| SystemError::Dependent {
            name: format!("column {row}"),
            row,
        })?;
        let mut lu = Self {
            factors,
            exchanged,
            scales,
            condition: 1.0,
        };
        lu.condition = norm * lu.norm_of_inverse();
        if size > 0 && !(lu.condition * f64::EPSILON < 1.0) {
            return Err(SystemError::IllConditioned {
                condition: lu.condition,
            });
        }
        Ok(lu)
    }

    /// Number of unknowns.
    #[must_use]
    pub fn size(&self) -> usize {
        self.exchanged.len()
    }

    /// Estimate of the condition number (in the 1-norm; seldom more than a factor of 3 too small):
    /// so many times larger than that of the input the relative error of the solution can be. Where
    /// units of unknowns or equations differ by much, it is that of the matrix in comparable units.
    #[must_use]
    pub fn condition(&self) -> f64 {
        self.condition
    }

    /// The unknowns for one right side.
    ///
    /// # Errors
    /// A right side of another length, or not finite.
    pub fn solve(&self, right: &[f64]) -> Result<Vec<f64>, SystemError> {
        check_right(right, self.size())?;
        let mut x = right.to_vec();
        self.solve_scaled(&mut x);
        Ok(x)
    }

    /// The unknowns for one right side, improved once by what the solution leaves over; `product`
    /// is the matrix times a vector.
    ///
    /// # Errors
    /// As [`Lu::solve`].
    pub fn solve_refined(
        &self,
        right: &[f64],
        product: impl Fn(&[f64]) -> Result<Vec<f64>, SystemError>,
    ) -> Result<Vec<f64>, SystemError> {
        let mut x = self.solve(right)?;
        let have = product(&x)?;
        let mut left: Vec<f64> = right
            .iter()
            .zip(have)
            .map(|(want, have)| want - have)
            .collect();
        self.solve_scaled(&mut left);
        if left.iter().all(|step| step.is_finite()) {
            x.iter_mut().zip(left).for_each(|(x, step)| *x += step);
        }
        Ok(x)
    }

    /// The inverse.
    #[must_use]
    pub fn inverse(&self) -> Matrix {
        let size = self.size();
        let mut inverse = Matrix::identity(size);
        if size > 0 {
            let tiles = inverse.values_mut().par_chunks_mut(TILE * size);
            tiles.for_each(|tile| self.solve_scaled(tile));
        }
        inverse
    }

    /// The elements on the diagonal of the inverse, without keeping the rest.
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
            self.solve_scaled(&mut tile);
            let diagonal = (0..columns).map(|j| tile[j * size + first + j]);
            diagonal.collect::<Vec<f64>>()
        });
        tiles.collect::<Vec<_>>().concat()
    }

    /// Solves for right sides that stand one after the other.
    fn solve_scaled(&self, right: &mut [f64]) {
        let multiply = |columns: &mut [f64], by: &[f64]| {
            for column in columns.chunks_exact_mut(by.len().max(1)) {
                column.iter_mut().zip(by).for_each(|(x, by)| *x *= by);
            }
        };
        multiply(right, &self.scales.rows);
        self.solve_columns(right);
        multiply(right, &self.scales.columns);
    }

    /// The same for the matrix that was factorised, in comparable units.
    fn solve_columns(&self, right: &mut [f64]) {
        let size = self.size();
        if size == 0 {
            return;
        }
        let factors = self.factors.values();
        for column in right.chunks_exact_mut(size) {
            for (row, other) in self.exchanged.iter().enumerate() {
                column.swap(row, *other);
            }
        }
        let columns = right.len() / size;
        for begin in (0..size).step_by(BLOCK) {
            let width = BLOCK.min(size - begin);
            let lower = &factors[begin * size..(begin + width) * size];
            forward(right, size, begin, width, lower);
            let next = begin + width;
            push_on(
                right,
                columns,
                lower,
                size,
                (begin, width),
                (next, size - next),
            );
        }
        for begin in (0..size).step_by(BLOCK).rev() {
            let width = BLOCK.min(size - begin);
            let upper = &factors[begin * size..(begin + width) * size];
            backward(right, size, begin, width, upper);
            push_on(right, columns, upper, size, (begin, width), (0, begin));
        }
    }

    /// The norm of the inverse, by a few solutions (N. J. Higham, ACM Trans. Math. Softw. 14, 381).
    fn norm_of_inverse(&self) -> f64 {
        let size = self.size();
        if size == 0 {
            return 0.0;
        }
        let mut x = vec![1.0 / count(size); size];
        let mut estimate = 0.0;
        let mut last = size;
        for _ in 0..5 {
            self.solve_columns(&mut x);
            let norm: f64 = x.iter().map(|v| v.abs()).sum();
            if !(norm > estimate) {
                return if norm.is_nan() { norm } else { estimate };
            }
            estimate = norm;
            x.iter_mut()
                .for_each(|v| *v = if *v < 0.0 { -1.0 } else { 1.0 });
            self.solve_transposed(&mut x);
            let largest = (0..size).max_by(|&i, &j| x[i].abs().total_cmp(&x[j].abs()));
            let Some(largest) = largest.filter(|at| *at != last) else {
                break;
            };
            last = largest;
            x.fill(0.0);
            x[largest] = 1.0;
        }
        // a vector with which the search is seldom deceived
        let alternating = |i: usize| {
            let rise = 1.0 + count(i) / count((size - 1).max(1));
            if i.is_multiple_of(2) { rise } else { -rise }
        };
        let mut x: Vec<f64> = (0..size).map(alternating).collect();
        self.solve_columns(&mut x);
        let norm: f64 = x.iter().map(|v| v.abs()).sum();
        estimate.max(2.0 * norm / (3.0 * count(size)))
    }

    /// Solves the transposed system for one right side.
    fn solve_transposed(&self, x: &mut [f64]) {
        let size = self.size();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for i in 0..size {
            let column = self.factors.column(i);
            x[i] = (x[i] - dot(&column[..i], &x[..i])) / column[i];
        }
        for i in (0..size).rev() {
            x[i] -= dot(&self.factors.column(i)[i + 1..], &x[i + 1..]);
        }
        for (row, other) in self.exchanged.iter().enumerate().rev() {
            x.swap(row, *other);
        }
    }
}

/// What rows and columns are multiplied by; nothing where they are of comparable size already.
#[derive(Clone, Debug, Default)]
struct Scales {
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Scales {
    /// Brings a matrix to comparable units if its rows or columns differ by more than 1024.
    fn of(matrix: &mut Matrix) -> Result<Self, SystemError> {
        let size = matrix.rows();
        let mut rows = vec![0.0_f64; size];
        for j in 0..size {
            for (row, value) in rows.iter_mut().zip(matrix.column(j)) {
                *row = row.max(value.abs());
            }
        }
        let zero = |what: &str, row: usize| SystemError::Dependent {
            name: format!("{what} {row}, which is all zeros,"),
            row,
        };
        if let Some(row) = rows.iter().position(|row| *row == 0.0) {
            return Err(zero("row", row));
        }
        let scaled = |matrix: &Matrix, rows: &[f64], j: usize| {
            let both = matrix.column(j).iter().zip(rows);
            both.fold(0.0, |m: f64, (value, by)| m.max((value * by).abs()))
        };
        let rows: Vec<f64> = rows.iter().map(|row| near_one(*row)).collect();
        let columns: Vec<f64> = (0..size).map(|j| scaled(matrix, &rows, j)).collect();
        if let Some(column) = columns.iter().position(|column| *column == 0.0) {
            return Err(zero("column", column));
        }
        let columns: Vec<f64> = columns.iter().map(|column| near_one(*column)).collect();
        if even(&rows) && even(&columns) {
            return Ok(Self::default());
        }
        for (j, by) in columns.iter().enumerate() {
            for (value, row) in matrix.column_mut(j).iter_mut().zip(&rows) {
                *value = *value * row * by;
            }
        }
        Ok(Self { rows, columns })
    }
}

/// The power of two that brings a number close to 1, so that nothing is rounded.
fn near_one(value: f64) -> f64 {
    let exponent = (value.to_bits() >> 52) & 0x7ff;
    // neither 0 nor infinite for any number
    f64::from_bits(2046_u64.saturating_sub(exponent).clamp(1, 2045) << 52)
}

fn even(scales: &[f64]) -> bool {
    let largest = scales.iter().fold(0.0, |m: f64, v| m.max(*v));
    scales.iter().all(|scale| scale * 1024.0 > largest)
}

/// Takes what a solved block contributes out of other rows of the right sides.
fn push_on(
    right: &mut [f64],
    columns: usize,
    factors: &[f64],
    size: usize,
    (begin, width): (usize, usize),
    (first, rows): (usize, usize),
) {
    if rows == 0 {
        return;
    }
    let solved = copied(right, size, begin, width);
    let left = Block::new(factors, size, first, rows, width);
    let solved = Block::new(&solved, width, 0, width, columns);
    add_product(right, size, first, -1.0, &left, &solved);
}

/// Some rows of all columns.
fn copied(columns: &[f64], size: usize, first: usize, rows: usize) -> Vec<f64> {
    let part = columns.chunks_exact(size).map(|c| &c[first..first + rows]);
    part.collect::<Vec<_>>().concat()
}

/// Solves with the lower triangle (ones on its diagonal) of a block on the diagonal.
fn forward(columns: &mut [f64], size: usize, begin: usize, width: usize, lower: &[f64]) {
    for column in columns.chunks_exact_mut(size) {
        let part = &mut column[begin..begin + width];
        for p in 0..width {
            let value = part[p];
            let below = &lower[p * size + begin + p + 1..p * size + begin + width];
            for (x, l) in part[p + 1..].iter_mut().zip(below) {
                *x -= value * l;
            }
        }
    }
}

/// Solves with the upper triangle of a block on the diagonal.
fn backward(columns: &mut [f64], size: usize, begin: usize, width: usize, upper: &[f64]) {
    for column in columns.chunks_exact_mut(size) {
        let part = &mut column[begin..begin + width];
        for p in (0..width).rev() {
            let above = &upper[p * size + begin..p * size + begin + p];
            part[p] /= upper[p * size + begin + p];
            let value = part[p];
            for (x, u) in part[..p].iter_mut().zip(above) {
                *x -= value * u;
            }
        }
    }
}

/// Factorises in place; the exchanged rows, or the first column that depends on those before it.
fn factorise(values: &mut [f64], size: usize) -> Result<Vec<usize>, usize> {
    let mut exchanged = vec![0; size];
    for begin in (0..size).step_by(BLOCK) {
        let width = BLOCK.min(size - begin);
        let (done, rest) = values.split_at_mut(begin * size);
        let (block, right) = rest.split_at_mut(width * size);
        let rows = &mut exchanged[begin..begin + width];
        eliminate(block, size, begin, rows)?;
        let rows = &*rows;
        let block = &*block;
        let next = begin + width;
        done.par_chunks_mut(TILE * size)
            .for_each(|tile| exchange(tile, size, begin, rows));
        right.par_chunks_mut(TILE * size).for_each(|tile| {
            exchange(tile, size, begin, rows);
            forward(tile, size, begin, width, block);
            let columns = tile.len() / size;
            push_on(
                tile,
                columns,
                block,
                size,
                (begin, width),
                (next, size - next),
            );
        });
    }
    Ok(exchanged)
}

fn exchange(columns: &mut [f64], size: usize, begin: usize, rows: &[usize]) {
    for column in columns.chunks_exact_mut(size) {
        for (at, other) in rows.iter().enumerate() {
            column.swap(begin + at, *other);
        }
    }
}

/// Eliminates below the diagonal of columns whose diagonal begins in row `begin`: one half, what
/// that does to the other half, the other half.
fn eliminate(
    columns: &mut [f64],
    size: usize,
    begin: usize,
    rows: &mut [usize],
) -> Result<(), usize> {
    let width = rows.len();
    if width <= LEAF {
        return eliminate_each(columns, size, begin, rows);
    }
    let half = width / 2;
    let (left, right) = columns.split_at_mut(half * size);
    let (first, second) = rows.split_at_mut(half);
    let next = begin + half;
    eliminate(left, size, begin, first)?;
    exchange(right, size, begin, first);
    forward(right, size, begin, half, left);
    push_on(
        right,
        width - half,
        left,
        size,
        (begin, half),
        (next, size - next),
    );
    eliminate(right, size, next, second)?;
    exchange(left, size, next, second);
    Ok(())
}

fn eliminate_each(
    columns: &mut [f64],
    size: usize,
    begin: usize,
    rows: &mut [usize],
) -> Result<(), usize> {
    for at in 0..rows.len() {
        let row = begin + at;
        let column = &columns[at * size..(at + 1) * size];
        let mut largest = row;
        for other in row + 1..size {
            if column[other].abs() > column[largest].abs() {
                largest = other;
            }
        }
        rows[at] = largest;
        for column in columns.chunks_exact_mut(size) {
            column.swap(row, largest);
        }
        let (left, right) = columns.split_at_mut((at + 1) * size);
        let column = &mut left[at * size..];
        let pivot = column[row];
        if !(pivot.abs() > 0.0 && pivot.is_finite()) {
            return Err(row);
        }
        column[row + 1..]
            .iter_mut()
            .for_each(|value| *value /= pivot);
        for other in right.chunks_exact_mut(size) {
            let value = other[row];
            for (x, l) in other[row + 1..].iter_mut().zip(&column[row + 1..]) {
                *x -= value * l;
            }
        }
    }
    Ok(())
}

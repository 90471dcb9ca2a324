//! Eigenvalues and eigenvectors of symmetric matrices.
//!
//! Reduction to a tridiagonal matrix by reflections, then implicit QL turns (J. H. Wilkinson and
//! C. Reinsch, Linear Algebra, contributions II/2 and II/4). Turns are collected and applied to
//! bands of rows in parallel, each number in the same order on any number of threads.

use rayon::prelude::*;

use super::{Matrix, SystemError};
use crate::expr::maths;

/// Rows of eigenvectors that are turned together.
const BAND: usize = 32;

/// Columns below this number are worked on by one thread.
const ALONE: usize = 128;

/// Turns that are collected before they are applied.
const COLLECTED: usize = 1 << 14;

/// More for one eigenvalue have never been needed.
const MOST_SWEEPS: usize = 60;

/// Eigenvalues in rising order and their eigenvectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// Eigenvalues, rising.
    pub values: Vec<f64>,
    /// Eigenvectors of length 1, one per column; the largest component is positive.
    pub vectors: Matrix,
}

impl Spectrum {
    /// The spectrum of a symmetric matrix. Values are exact to a few times the precision of
    /// numbers times the largest of them.
    ///
    /// # Errors
    /// A matrix that is not square, finite and symmetric.
    pub fn new(matrix: Matrix) -> Result<Self, SystemError> {
        let size = matrix.checked_symmetric("the matrix")?;
        // neither overflow nor underflow on the way
        let largest = matrix.values().iter().fold(0.0, |m: f64, v| m.max(v.abs()));
        if size == 0 || largest == 0.0 {
            return Ok(Self {
                values: vec![0.0; size],
                vectors: Matrix::identity(size),
            });
        }
        let mut matrix = matrix;
        matrix.values_mut().iter_mut().for_each(|v| *v /= largest);
        let reflections = tridiagonal(&mut matrix, size);
        let diagonal = matrix.diagonal();
        let beside: Vec<f64> = (1..size).map(|i| reflections.beside[i - 1]).collect();
        let vectors = unfolded(&matrix, &reflections.factors, size);
        let mut turning = Turning::new(diagonal, beside, &vectors);
        drop(vectors);
        turning.all()?;
        Ok(turning.sorted(largest))
    }
}

struct Reflections {
    /// Elements beside the diagonal.
    beside: Vec<f64>,
    /// 2/vᵀv of each reflection; 0 for none.
    factors: Vec<f64>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Does something to each column from `first` on, in parallel if they are many.
fn each_column(
    values: &mut [f64],
    size: usize,
    first: usize,
    work: impl Fn(usize, &mut [f64]) + Sync + Send,
) {
    let columns = &mut values[first * size..];
    if size - first < ALONE {
        let columns = columns.chunks_exact_mut(size).enumerate();
        columns.for_each(|(j, column)| work(first + j, column));
    } else {
        let columns = columns.par_chunks_exact_mut(size).with_min_len(16);
        columns
            .enumerate()
            .for_each(|(j, column)| work(first + j, column));
    }
}

/// Reduces to tridiagonal form; the mirrors stay below the diagonal of each column.
fn tridiagonal(matrix: &mut Matrix, size: usize) -> Reflections {
    let mut beside = vec![0.0; size.saturating_sub(1)];
    let mut factors = vec![0.0; size];
    let mut image = vec![0.0; size];
    for k in 0..size.saturating_sub(1) {
        let next = k + 1;
        let mut mirror = matrix.column(k).to_vec();
        let below = &mut mirror[next..];
        let norm = dot(below, below).sqrt();
        let rest = below[1..].iter().any(|v| *v != 0.0);
        if norm == 0.0 || !rest {
            beside[k] = below[0];
            matrix.column_mut(k)[next..].fill(0.0);
            continue;
        }
        let alpha = if below[0] > 0.0 { -norm } else { norm };
        beside[k] = alpha;
        below[0] -= alpha;
        let factor = -1.0 / (alpha * below[0]);
        factors[k] = factor;
        matrix.column_mut(k)[next..].copy_from_slice(&mirror[next..]);
        let mirror = &mirror[next..];
        let columns = matrix.values()[next * size..].par_chunks_exact(size);
        let images = image[next..].par_iter_mut();
        let least = if size - next < ALONE { size } else { 16 };
        images
            .zip(columns)
            .with_min_len(least)
            .for_each(|(image, column)| *image = factor * dot(&column[next..], mirror));
        let half = 0.5 * factor * dot(&image[next..], mirror);
        for (image, v) in image[next..].iter_mut().zip(mirror) {
            *image -= half * v;
        }
        let image = &image[next..];
        each_column(matrix.values_mut(), size, next, |j, column| {
            let (v, w) = (mirror[j - next], image[j - next]);
            let both = mirror.iter().zip(image);
            for (a, (mirror, image)) in column[next..].iter_mut().zip(both) {
                *a -= mirror * w + image * v;
            }
        });
    }
    Reflections { beside, factors }
}

/// The product of all reflections.
fn unfolded(mirrors: &Matrix, factors: &[f64], size: usize) -> Matrix {
    let mut product = Matrix::identity(size);
    for k in (0..size.saturating_sub(1)).rev() {
        let next = k + 1;
        if factors[k] == 0.0 {
            continue;
        }
        let mirror = &mirrors.column(k)[next..];
        each_column(product.values_mut(), size, next, |_, column| {
            let share = factors[k] * dot(mirror, &column[next..]);
            for (a, v) in column[next..].iter_mut().zip(mirror) {
                *a -= share * v;
            }
        });
    }
    product
}

/// One turn of two neighbouring columns.
#[derive(Clone, Copy)]
struct Turn {
    column: usize,
    cosine: f64,
    sine: f64,
}

/// A tridiagonal matrix on its way to a diagonal one.
struct Turning {
    diagonal: Vec<f64>,
    /// One more than there are, the last being 0.
    beside: Vec<f64>,
    /// Bands of rows of the eigenvectors, each by columns.
    bands: Vec<Vec<f64>>,
    turns: Vec<Turn>,
}

impl Turning {
    fn new(diagonal: Vec<f64>, mut beside: Vec<f64>, vectors: &Matrix) -> Self {
        let size = diagonal.len();
        beside.push(0.0);
        let band = |first: usize| {
            let rows = BAND.min(size - first);
            let columns = (0..size).map(|j| &vectors.column(j)[first..first + rows]);
            columns.collect::<Vec<_>>().concat()
        };
        Self {
            diagonal,
            beside,
            bands: (0..size).step_by(BAND).map(band).collect(),
            turns: Vec::new(),
        }
    }

    fn all(&mut self) -> Result<(), SystemError> {
        let size = self.diagonal.len();
        for number in 0..size {
            let mut sweeps = 0;
            while let Some(end) = self.end_of_block(number) {
                if sweeps == MOST_SWEEPS {
                    return Err(SystemError::NoEigenvalue {
                        number,
                        turns: sweeps,
                    });
                }
                sweeps += 1;
                self.sweep(number, end);
                if self.turns.len() > COLLECTED {
                    self.apply();
                }
            }
        }
        self.apply();
        Ok(())
    }

    /// Where the block that begins here ends, if it has more than one element.
    fn end_of_block(&self, begin: usize) -> Option<usize> {
        let d = &self.diagonal;
        let small = |m: usize| {
            m + 1 == d.len() || self.beside[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs())
        };
        let end = (begin..d.len()).find(|m| small(*m))?;
        (end > begin).then_some(end)
    }

    /// One implicit QL sweep over a block.
    fn sweep(&mut self, begin: usize, end: usize) {
        let (d, e) = (&mut self.diagonal, &mut self.beside);
        let slope = (d[begin + 1] - d[begin]) / (2.0 * e[begin]);
        let root = maths::hypot(slope, 1.0);
        let shift = e[begin] / (slope + if slope < 0.0 { -root } else { root });
        let mut g = d[end] - d[begin] + shift;
        let (mut sine, mut cosine, mut carried) = (1.0, 1.0, 0.0);
        for i in (begin..end).rev() {
            let (f, b) = (sine * e[i], cosine * e[i]);
            let r = maths::hypot(f, g);
            e[i + 1] = r;
            if r == 0.0 {
                d[i + 1] -= carried;
                e[end] = 0.0;
                return;
            }
            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - carried;
            let r = (d[i] - g) * sine + 2.0 * cosine * b;
            carried = sine * r;
            d[i + 1] = g + carried;
            g = cosine * r - b;
            self.turns.push(Turn {
                column: i,
                cosine,
                sine,
            });
        }
        d[begin] -= carried;
        e[begin] = g;
        e[end] = 0.0;
    }

    /// Applies the collected turns to all eigenvectors.
    fn apply(&mut self) {
        let turns = &self.turns;
        let size = self.diagonal.len();
        self.bands.par_iter_mut().for_each(|band| {
            let rows = band.len() / size;
            for turn in turns {
                let part = &mut band[turn.column * rows..(turn.column + 2) * rows];
                let (left, right) = part.split_at_mut(rows);
                for (x, y) in left.iter_mut().zip(right) {
                    let (a, b) = (*x, *y);
                    *y = turn.sine * a + turn.cosine * b;
                    *x = turn.cosine * a - turn.sine * b;
                }
            }
        });
        self.turns.clear();
    }

    fn sorted(self, scale: f64) -> Spectrum {
        let size = self.diagonal.len();
        let mut order: Vec<usize> = (0..size).collect();
        order.sort_by(|&a, &b| self.diagonal[a].total_cmp(&self.diagonal[b]));
        let mut vectors = Matrix::zeros(size, size);
        for (to, from) in order.iter().enumerate() {
            let column = vectors.column_mut(to);
            for (number, band) in self.bands.iter().enumerate() {
                let rows = band.len() / size;
                let part = &band[from * rows..(from + 1) * rows];
                column[number * BAND..number * BAND + rows].copy_from_slice(part);
            }
            let largest = column.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            // of several that are equal but for rounding the first decides
            let first = column.iter().find(|v| v.abs() > (1.0 - 1e-10) * largest);
            if first.is_some_and(|v| *v < 0.0) {
                column.iter_mut().for_each(|v| *v = -*v);
            }
        }
        let values = order.iter().map(|&at| self.diagonal[at] * scale).collect();
        Spectrum { values, vectors }
    }
}

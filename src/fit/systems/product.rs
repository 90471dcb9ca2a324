//! Products of blocks of matrices: what all the time of large systems goes into.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

/// Up to this many multiplications a product is done here, in the same order on every machine.
const SMALL: usize = 64 * 64 * 64;

/// Some rows of columns that lie `stride` numbers apart; read across if `turned`.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    values: &'a [f64],
    stride: usize,
    first: usize,
    rows: usize,
    columns: usize,
    turned: bool,
}

impl<'a> Block<'a> {
    /// Rows `first..first + rows` of the first `columns` columns.
    pub(crate) fn new(
        values: &'a [f64],
        stride: usize,
        first: usize,
        rows: usize,
        columns: usize,
    ) -> Self {
        Self {
            values,
            stride,
            first,
            rows,
            columns,
            turned: false,
        }
    }

    /// The same block with rows and columns exchanged.
    pub(crate) fn turned(self) -> Self {
        Self {
            turned: !self.turned,
            ..self
        }
    }

    fn size(&self) -> (usize, usize) {
        if self.turned {
            (self.columns, self.rows)
        } else {
            (self.rows, self.columns)
        }
    }

    fn at(&self, i: usize, j: usize) -> f64 {
        let (i, j) = if self.turned { (j, i) } else { (i, j) };
        self.values[j * self.stride + self.first + i]
    }

    fn view(&self) -> Option<ArrayView2<'a, f64>> {
        let part = self.values.get(self.first..)?;
        let strides = (1, self.stride.max(1));
        let shape = (self.rows, self.columns).strides(strides);
        let view = ArrayView2::from_shape(shape, part).ok()?;
        Some(if self.turned {
            view.reversed_axes()
        } else {
            view
        })
    }
}

/// Adds `factor` × `left` × `right` to rows from `first` on of columns that lie `stride` apart.
///
/// Small products are plain loops. Large ones are the blocked product of `ndarray`
/// (`matrixmultiply`), which takes the widest instructions of the processor: the last bits may
/// differ between kinds of processors, never between numbers of threads.
pub(crate) fn add_product(
    into: &mut [f64],
    stride: usize,
    first: usize,
    factor: f64,
    left: &Block<'_>,
    right: &Block<'_>,
) {
    let ((rows, depth), (_, columns)) = (left.size(), right.size());
    if rows * depth * columns > SMALL && !left.turned {
        let part = into.get_mut(first..);
        let shape = (rows, columns).strides((1, stride));
        let out = part.and_then(|part| ArrayViewMut2::from_shape(shape, part).ok());
        if let (Some(mut out), Some(left), Some(right)) = (out, left.view(), right.view()) {
            general_mat_mul(factor, &left, &right, 1.0, &mut out);
            return;
        }
    }
    for j in 0..columns {
        let column = &mut into[j * stride + first..j * stride + first + rows];
        for p in 0..depth {
            let f = factor * right.at(p, j);
            if left.turned {
                for (i, c) in column.iter_mut().enumerate() {
                    *c += f * left.at(i, p);
                }
            } else {
                let from = p * left.stride + left.first;
                for (c, l) in column.iter_mut().zip(&left.values[from..from + rows]) {
                    *c += f * l;
                }
            }
        }
    }
}

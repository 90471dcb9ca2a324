//! The few pieces of dense linear algebra a fit needs, in place and without allocation.

use crate::expr::wide;

use super::sums::dot;

/// Reduces the `rows` × `columns` matrix (stored by columns) to upper triangular form by
/// Householder reflections and applies them to `right`; the triangle is left in place.
pub(crate) fn triangularise(matrix: &mut [f64], rows: usize, columns: usize, right: &mut [f64]) {
    for k in 0..columns.min(rows) {
        let (left, others) = matrix.split_at_mut((k + 1) * rows);
        let column = &mut left[k * rows + k..];
        let norm = dot(column, column).sqrt();
        if norm == 0.0 {
            continue;
        }
        let alpha = if column[0] > 0.0 { -norm } else { norm };
        // v = column − alpha e₁, scaled so that 2/vᵀv = 1/scale
        column[0] -= alpha;
        let scale = -alpha * column[0];
        if scale > 0.0 {
            for other in others.chunks_exact_mut(rows) {
                reflect(column, &mut other[k..], scale);
            }
            reflect(column, &mut right[k..], scale);
        }
        column[0] = alpha;
    }
}

wide! {
    fn reflect(mirror: &[f64], vector: &mut [f64], scale: f64) {
        let factor = dot(mirror, vector) / scale;
        for (v, m) in vector.iter_mut().zip(mirror) {
            *v -= factor * m;
        }
    }
}

/// Solves the upper triangle (stored by columns of length `rows`) for `right`, in place.
/// `false` where a diagonal element is so small that the solution means nothing.
pub(crate) fn back_substitute(
    matrix: &[f64],
    rows: usize,
    columns: usize,
    right: &mut [f64],
) -> bool {
    let largest = (0..columns).fold(0.0, |m: f64, k| m.max(matrix[k * rows + k].abs()));
    for k in (0..columns).rev() {
        let pivot = matrix[k * rows + k];
        if !(pivot.abs() > 1e-14 * largest) {
            return false;
        }
        right[k] /= pivot;
        let value = right[k];
        for i in 0..k {
            right[i] -= value * matrix[k * rows + i];
        }
    }
    true
}

/// The inverse (upper triangle, by columns of length `columns`) of the upper triangle stored by
/// columns of length `rows`; as an error the number of a column that is not independent of those
/// before it.
pub(crate) fn invert_triangle(
    matrix: &[f64],
    rows: usize,
    columns: usize,
) -> Result<Vec<f64>, usize> {
    let mut inverse = vec![0.0; columns * columns];
    for k in 0..columns {
        let column = &mut inverse[k * columns..(k + 1) * columns];
        column[k] = 1.0;
        if !back_substitute(matrix, rows, k + 1, column) {
            return Err(k);
        }
    }
    Ok(inverse)
}

/// A symmetric positive definite matrix, scaled to a unit diagonal and factorised.
#[derive(Clone, Debug, Default)]
pub(crate) struct Factor {
    size: usize,
    scale: Vec<f64>,
    /// Lower triangle, row by row, full storage.
    lower: Vec<f64>,
}

impl Factor {
    /// Factorises `matrix` (row by row) with `ridge` added to its scaled diagonal;
    /// the number of the first row that is not independent of those before it as an error.
    pub(crate) fn of(&mut self, matrix: &[f64], size: usize, ridge: f64) -> Result<(), usize> {
        self.size = size;
        self.scale.clear();
        for k in 0..size {
            let diagonal = matrix[k * size + k].abs();
            if !(diagonal > 0.0 && diagonal.is_finite()) {
                return Err(k);
            }
            self.scale.push(1.0 / diagonal.sqrt());
        }
        self.lower.clear();
        self.lower.resize(size * size, 0.0);
        for i in 0..size {
            for j in 0..=i {
                let mut sum = matrix[i * size + j] * self.scale[i] * self.scale[j];
                if i == j {
                    sum += ridge;
                }
                for k in 0..j {
                    sum -= self.lower[i * size + k] * self.lower[j * size + k];
                }
                if i == j {
                    // the share of this parameter that the earlier ones do not explain
                    if !(sum > 1e-13) {
                        return Err(i);
                    }
                    self.lower[i * size + i] = sum.sqrt();
                } else {
                    self.lower[i * size + j] = sum / self.lower[j * size + j];
                }
            }
        }
        Ok(())
    }

    /// Solves for `right` in place.
    pub(crate) fn solve(&self, right: &mut [f64]) {
        let n = self.size;
        for i in 0..n {
            let mut sum = right[i] * self.scale[i];
            for k in 0..i {
                sum -= self.lower[i * n + k] * right[k];
            }
            right[i] = sum / self.lower[i * n + i];
        }
        for i in (0..n).rev() {
            let mut sum = right[i];
            for k in i + 1..n {
                sum -= self.lower[k * n + i] * right[k];
            }
            right[i] = sum / self.lower[i * n + i];
        }
        for (value, scale) in right.iter_mut().zip(&self.scale) {
            *value *= scale;
        }
    }

    /// Brings a symmetric matrix B (row by row) into the coordinates in which the factorised one
    /// is the unit matrix: L⁻¹BL⁻ᵀ.
    pub(crate) fn between(&self, matrix: &mut [f64]) {
        let n = self.size;
        for i in 0..n {
            for j in 0..n {
                matrix[i * n + j] *= self.scale[i] * self.scale[j];
            }
        }
        // L⁻¹ from the left, then of the transposed from the left again: B is symmetric
        for _ in 0..2 {
            for column in 0..n {
                for i in 0..n {
                    let mut sum = matrix[i * n + column];
                    for k in 0..i {
                        sum -= self.lower[i * n + k] * matrix[k * n + column];
                    }
                    matrix[i * n + column] = sum / self.lower[i * n + i];
                }
            }
            for i in 0..n {
                for j in 0..i {
                    matrix.swap(i * n + j, j * n + i);
                }
            }
        }
    }

    /// The inverse, row by row, exactly symmetric.
    pub(crate) fn inverse(&self) -> Vec<f64> {
        let n = self.size;
        let mut inverse = vec![0.0; n * n];
        let mut column = vec![0.0; n];
        for j in 0..n {
            column.fill(0.0);
            column[j] = 1.0;
            self.solve(&mut column);
            for i in 0..n {
                inverse[i * n + j] = column[i];
            }
        }
        for i in 0..n {
            for j in 0..i {
                let mean = 0.5 * (inverse[i * n + j] + inverse[j * n + i]);
                inverse[i * n + j] = mean;
                inverse[j * n + i] = mean;
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_squares_of_a_line_by_hand() {
        // y = 1 + 2x through (0, 1), (1, 3), (2, 5), with one point off by 3: (3, 10)
        let mut matrix = vec![1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 2.0, 3.0];
        let mut right = vec![1.0, 3.0, 5.0, 10.0];
        triangularise(&mut matrix, 4, 2, &mut right);
        assert!(back_substitute(&matrix, 4, 2, &mut right));
        // normal equations by hand: 4a + 6b = 19, 6a + 14b = 43
        assert!((right[0] - 0.4).abs() < 1e-14 && (right[1] - 2.9).abs() < 1e-14);
    }

    #[test]
    fn inverse_of_a_triangle_by_hand() {
        // [[2, 1], [0, 4]] with a row of zeros below
        let inverse = invert_triangle(&[2.0, 0.0, 0.0, 1.0, 4.0, 0.0], 3, 2);
        assert_eq!(inverse, Ok(vec![0.5, 0.0, -0.125, 0.25]));
        assert_eq!(invert_triangle(&[2.0, 0.0, 1.0, 0.0], 2, 2), Err(1));
    }

    #[test]
    fn a_matrix_seen_from_another_by_hand() {
        // L = (2, 0; 1, 1): L⁻¹ (4, 2; 2, 6) L⁻ᵀ = (1, 0; 0, 5)
        let mut factor = Factor::default();
        factor.of(&[4.0, 2.0, 2.0, 2.0], 2, 0.0).expect("positive");
        let mut matrix = [4.0, 2.0, 2.0, 6.0];
        factor.between(&mut matrix);
        for (have, want) in matrix.iter().zip([1.0, 0.0, 0.0, 5.0]) {
            assert!((have - want).abs() < 1e-14, "{matrix:?}");
        }
    }

    #[test]
    fn inverse_of_a_two_by_two_and_a_copy_is_named() {
        let mut factor = Factor::default();
        factor.of(&[4.0, 2.0, 2.0, 3.0], 2, 0.0).expect("positive");
        let inverse = factor.inverse();
        for (have, want) in inverse.iter().zip([3.0 / 8.0, -0.25, -0.25, 0.5]) {
            assert!((have - want).abs() < 1e-15);
        }
        assert_eq!(factor.of(&[1.0, 2.0, 2.0, 4.0], 2, 0.0), Err(1));
        assert_eq!(factor.of(&[1.0, 0.0, 0.0, f64::NAN], 2, 0.0), Err(1));
    }
}

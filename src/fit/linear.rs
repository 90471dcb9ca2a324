//! The model replaced by its tangent: parameters in which it is linear solved for while all others
//! are held, and the covariance that the tangent alone gives.

use super::algebra::{Factor, back_substitute, invert_triangle, triangularise};
use super::state::{State, Task};
use super::sums::{dot, dot3};

/// Room that is used again.
#[derive(Default)]
pub(crate) struct Solver {
    chosen: Vec<usize>,
    matrix: Vec<f64>,
    right: Vec<f64>,
    scale: Vec<f64>,
}

impl Solver {
    /// Moves the parameters `solve` of an evaluated state to where the linearised residuals are
    /// least; `false`, and nothing moved, where there is no unique solution.
    pub(crate) fn solve(&mut self, task: &Task<'_>, state: &mut State, solve: &[bool]) -> bool {
        let places = state.terms.len();
        self.chosen.clear();
        let wanted = (0..state.p.len()).filter(|k| solve[*k] && !task.fixed[*k]);
        self.chosen.extend(wanted);
        let chosen = self.chosen.len();
        if chosen == 0 || places < chosen || !state.cost.is_finite() {
            return false;
        }
        self.matrix.clear();
        self.scale.clear();
        for k in &self.chosen {
            let column = &state.slopes.first[k * places..(k + 1) * places];
            let terms = column.iter().zip(&state.terms.slope);
            let begin = self.matrix.len();
            self.matrix.extend(terms.map(|(slope, term)| slope * term));
            self.scale.push(normalise(&mut self.matrix[begin..]));
        }
        self.right.clear();
        self.right
            .extend(state.terms.residual.iter().map(|residual| -residual));
        triangularise(&mut self.matrix, places, chosen, &mut self.right);
        let solved = back_substitute(&self.matrix, places, chosen, &mut self.right);
        if !solved || !self.right[..chosen].iter().all(|step| step.is_finite()) {
            return false;
        }
        for ((step, k), scale) in self.right.iter().zip(&self.chosen).zip(&self.scale) {
            state.p[*k] = task.clamp(*k, state.p[*k] + step / scale);
        }
        true
    }
}

/// Divides a column by its length, which is returned; a column of zeros stays.
fn normalise(column: &mut [f64]) -> f64 {
    let norm = dot(column, column).sqrt();
    if norm > 0.0 {
        column.iter_mut().for_each(|v| *v /= norm);
    }
    norm
}

/// The covariance of the linearised model.
#[derive(Default)]
pub(crate) struct Tangent {
    matrix: Vec<f64>,
    scale: Vec<f64>,
    factor: Factor,
}

/// With more parameters than this, the bend of a minimum is not looked at.
const FEW: usize = 40;

impl Tangent {
    /// How much the residuals bend the minimum, in units of what the slopes of the model do: with
    /// the Hessian H = G + B, where G = Σ pull ∇f∇fᵀ = LLᵀ and B = Σ push ∇∇f, the length of
    /// L⁻¹BL⁻ᵀ (the root of the sum of its squared eigenvalues); infinite where the slopes alone do not
    /// determine the parameters.
    pub(crate) fn bend(&mut self, state: &State, free: &[usize], hessian: &[f64]) -> f64 {
        let (n, places) = (free.len(), state.terms.len());
        if n > FEW || hessian.len() != n * n {
            return 0.0;
        }
        let column = |k: usize| &state.slopes.first[k * places..(k + 1) * places];
        self.matrix.clear();
        self.matrix.resize(n * n, 0.0);
        for (i, k) in free.iter().enumerate() {
            for (j, l) in free.iter().enumerate().take(i + 1) {
                let sum = dot3(column(*k), column(*l), &state.terms.pull);
                self.matrix[i * n + j] = sum;
                self.matrix[j * n + i] = sum;
            }
        }
        if self.factor.of(&self.matrix, n, 0.0).is_err() {
            return f64::INFINITY;
        }
        for (value, whole) in self.matrix.iter_mut().zip(hessian) {
            *value = whole - *value;
        }
        self.factor.between(&mut self.matrix);
        self.matrix.iter().map(|v| v * v).sum::<f64>().sqrt()
    }

    /// The inverse of Σ pull ∇f∇fᵀ between the parameters `free` of an evaluated state, row by row;
    /// as an error the parameter that the slopes do not determine. The slopes are decomposed
    /// themselves: their products would lose half the digits.
    pub(crate) fn covariance(&mut self, state: &State, free: &[usize]) -> Result<Vec<f64>, usize> {
        let (n, places) = (free.len(), state.terms.len());
        if places < n {
            return Err(free[places]);
        }
        self.matrix.clear();
        self.scale.clear();
        for k in free {
            let column = &state.slopes.first[k * places..(k + 1) * places];
            let rows = column.iter().zip(&state.terms.pull);
            let begin = self.matrix.len();
            self.matrix
                .extend(rows.map(|(slope, pull)| slope * pull.max(0.0).sqrt()));
            let norm = normalise(&mut self.matrix[begin..]);
            if !(norm > 0.0 && norm.is_finite()) {
                return Err(*k);
            }
            self.scale.push(norm);
        }
        triangularise(&mut self.matrix, places, n, &mut vec![0.0; places]);
        let inverse = invert_triangle(&self.matrix, places, n).map_err(|at| free[at])?;
        // (RᵀR)⁻¹ = R⁻¹R⁻ᵀ
        let mut covariance = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let sum: f64 = (i..n)
                    .map(|k| inverse[k * n + i] * inverse[k * n + j])
                    .sum();
                let value = sum / (self.scale[i] * self.scale[j]);
                covariance[i * n + j] = value;
                covariance[j * n + i] = value;
            }
        }
        Ok(covariance)
    }
}

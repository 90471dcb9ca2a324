//! The parameters in which a model is linear, solved for while all others are held.

use super::algebra::{back_substitute, triangularise};
use super::state::{State, Task};

/// Room that is used again.
#[derive(Default)]
pub(crate) struct Solver {
    chosen: Vec<usize>,
    matrix: Vec<f64>,
    right: Vec<f64>,
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
        for k in &self.chosen {
            let column = &state.slopes.first[k * places..(k + 1) * places];
            let terms = column.iter().zip(&state.terms);
            self.matrix
                .extend(terms.map(|(slope, term)| slope * term.slope));
        }
        self.right.clear();
        self.right
            .extend(state.terms.iter().map(|term| -term.residual));
        triangularise(&mut self.matrix, places, chosen, &mut self.right);
        let solved = back_substitute(&self.matrix, places, chosen, &mut self.right);
        if !solved || !self.right[..chosen].iter().all(|step| step.is_finite()) {
            return false;
        }
        for (step, k) in self.right.iter().zip(&self.chosen) {
            state.p[*k] = task.clamp(*k, state.p[*k] + step);
        }
        true
    }
}

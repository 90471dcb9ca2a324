//! What all places add to the cost, column by column.

use crate::expr::wide;

use super::cost::{Measure, Term, counted, term};

/// [`Term`]s of many places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// As [`Term::residual`].
    pub(crate) residual: Vec<f64>,
    /// As [`Term::slope`].
    pub(crate) slope: Vec<f64>,
    /// As [`Term::push`].
    pub(crate) push: Vec<f64>,
    /// As [`Term::pull`].
    pub(crate) pull: Vec<f64>,
    /// As [`Term::cost`].
    pub(crate) cost: Vec<f64>,
}

/// A part of the columns, to be filled.
struct Part<'a> {
    residual: &'a mut [f64],
    slope: &'a mut [f64],
    push: &'a mut [f64],
    pull: &'a mut [f64],
    cost: &'a mut [f64],
}

impl Part<'_> {
    #[inline(always)]
    fn set(&mut self, i: usize, term: Term) {
        self.residual[i] = term.residual;
        self.slope[i] = term.slope;
        self.push[i] = term.push;
        self.pull[i] = term.pull;
        self.cost[i] = term.cost;
    }
}

impl Terms {
    /// Number of places.
    pub(crate) fn len(&self) -> usize {
        self.cost.len()
    }

    /// Makes room for the terms of so many places.
    pub(crate) fn resize(&mut self, places: usize) {
        for column in [
            &mut self.residual,
            &mut self.slope,
            &mut self.push,
            &mut self.pull,
            &mut self.cost,
        ] {
            column.resize(places, 0.0);
        }
    }

    /// Computes the terms from place `begin` on: what [`term`] gives at each.
    pub(crate) fn fill(
        &mut self,
        begin: usize,
        measure: Measure,
        values: &[f64],
        contents: &[f64],
        weights: &[f64],
    ) {
        let range = begin..begin + values.len();
        let mut part = Part {
            residual: &mut self.residual[range.clone()],
            slope: &mut self.slope[range.clone()],
            push: &mut self.push[range.clone()],
            pull: &mut self.pull[range.clone()],
            cost: &mut self.cost[range],
        };
        match measure {
            Measure::Chi2 => squares(&mut part, values, contents, weights),
            Measure::Poisson => counts(&mut part, values, contents, weights),
            _ => every(&mut part, measure, values, contents, weights),
        }
    }
}

/// One place after the other.
#[inline(always)]
fn every(part: &mut Part<'_>, measure: Measure, f: &[f64], y: &[f64], weight: &[f64]) {
    let n = f.len();
    let (y, weight) = (&y[..n], &weight[..n]);
    for i in 0..n {
        part.set(i, term(measure, f[i], y[i], weight[i]));
    }
}

wide! {
    /// Squares of distances.
    fn squares(part: &mut Part<'_>, f: &[f64], y: &[f64], weight: &[f64]) {
        // a loop of its own that a compiler makes into vector instructions
        every(part, Measure::Chi2, f, y, weight);
    }
}

wide! {
    /// All places as if they were counts that the model may have, then the others as they are.
    fn counts(part: &mut Part<'_>, f: &[f64], y: &[f64], weight: &[f64]) {
        let n = f.len();
        let (y, weight) = (&y[..n], &weight[..n]);
        for i in 0..n {
            part.set(i, counted(f[i], y[i]));
        }
        for i in 0..n {
            if !(f[i] > 0.0 && y[i] > 0.0 && weight[i] == 1.0) {
                part.set(i, term(Measure::Poisson, f[i], y[i], weight[i]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_terms_of_single_places() {
        let values = [3.0, 10.0, 7.0, 0.5, 0.0, -1.0, 1e-3, 2.0, 5.5];
        let contents = [5.0, 3.0, 7.0, 0.0, 0.0, 0.0, 4.0, 2.5, 5.0];
        let weights = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.3, 2.0];
        for measure in [Measure::Chi2, Measure::Poisson, Measure::Soft] {
            let mut terms = Terms::default();
            terms.resize(12);
            terms.fill(3, measure, &values, &contents, &weights);
            for i in 0..values.len() {
                let one = term(measure, values[i], contents[i], weights[i]);
                let have = (terms.residual[i + 3], terms.slope[i + 3], terms.push[i + 3]);
                assert_eq!(have, (one.residual, one.slope, one.push), "{measure:?} {i}");
                let have = (terms.pull[i + 3], terms.cost[i + 3]);
                assert_eq!(have, (one.pull, one.cost), "{measure:?} {i}");
            }
        }
    }
}

//! Fits with densities that are integrated: in pieces that suit the density where it begins, and
//! again where it ends, until that changes nothing.

use crate::expr::Column;

use super::cost::Measure;
use super::curve::Slopes;
use super::mesh::{Known, Mesh, Suited};
use super::objective::{Region, Rows};
use super::problem::{Formula, Problem, Thread};
use super::single::Solved;
use super::{Error, Options};

/// Fits at most, each with pieces that suit the end of the one before.
const ROUNDS: usize = 8;
/// Change of the cost, and of its slopes in units of the errors, that is no change.
const SAME: f64 = 1e-7;
/// Part of the number of values that rounding takes.
const ROUNDING: f64 = 1e-13;

/// Pieces for each sample; none where nothing is integrated.
pub(crate) type Meshes = Vec<Option<Mesh>>;

/// Solves the fit that `draft` puts together for given pieces.
pub(crate) fn solve(
    bases: &Meshes,
    options: &Options,
    draft: impl Fn(&Meshes) -> Result<Problem, Error>,
) -> Result<Solved, Error> {
    let mut thread = Thread::default();
    let thread = &mut thread;
    let problem = draft(bases)?;
    if bases.iter().all(Option::is_none) {
        return problem.solve(options, thread);
    }
    let start = problem.unknowns.iter().map(|unknown| unknown.start);
    let start: Vec<f64> = start.map(|start| start.unwrap_or(0.0)).collect();
    let nothing = vec![0.0; start.len()];
    let suited = problem.suited(&start, &nothing, bases, thread);
    let mut solved = draft(&meshes(&suited))?.solve(options, thread)?;
    for round in 0..ROUNDS {
        let problem = &solved.problem;
        let suited = problem.suited(&solved.values, &solved.spread, bases, thread);
        let mut next = draft(&meshes(&suited))?;
        let before = problem.sums(&solved.values, &solved.spread, thread);
        let after = next.sums(&solved.values, &solved.spread, thread);
        let resolved = suited.iter().flatten().all(|suited| suited.resolved);
        let settled = same(&before, &after);
        if settled || round + 1 == ROUNDS || !resolved {
            judge(&mut solved, &suited, settled && resolved);
            break;
        }
        next.start_at(&solved.values);
        solved = next.solve(options, thread)?;
    }
    Ok(solved)
}

fn meshes(suited: &[Option<Suited>]) -> Meshes {
    let mesh = |suited: &Option<Suited>| suited.as_ref().map(|suited| suited.mesh.clone());
    suited.iter().map(mesh).collect()
}

fn same(before: &[f64], after: &[f64]) -> bool {
    let rounding = ROUNDING * before.first().map_or(0.0, |sum| sum.abs());
    let mut pairs = before.iter().zip(after);
    pairs.all(|(a, b)| 2.0 * (a - b).abs() <= SAME + rounding)
}

/// Says what is wrong with the integrals, or with the density between the values.
fn judge(solved: &mut Solved, suited: &[Option<Suited>], known: bool) {
    let fit = &mut solved.fit;
    if !known {
        fit.accurate = false;
        fit.add_reason("the integral of the model over the range is not known well enough");
    }
    let negative = suited.iter().flatten().find_map(|suited| suited.negative);
    if let (Some(x), true) = (negative, fit.minimum) {
        fit.minimum = false;
        fit.add_reason(&format!(
            "the model is negative at x = {x}, where a density cannot be"
        ));
    }
}

impl Problem {
    /// The sum of all integrals, and of their slopes in units of the errors.
    fn sums(&self, values: &[f64], spread: &[f64], thread: &mut Thread) -> Vec<f64> {
        let slopes = self.slopes_at(values, thread);
        let places = slopes.value.len();
        let integral = |column: &[f64]| -> f64 {
            let sections = self.data.ranges();
            let own = sections.filter(|(section, _)| section.measure == Measure::Integral);
            let at = own.flat_map(|(_, range)| range);
            at.map(|at| column[at] * self.data.weight[at]).sum()
        };
        let columns = slopes.first.chunks_exact(places.max(1)).zip(spread);
        let slopes_of = columns.map(|(column, spread)| spread * integral(column));
        std::iter::once(integral(&slopes.value))
            .chain(slopes_of)
            .collect()
    }

    /// Pieces that suit the densities for these parameters, made from `bases`.
    fn suited(
        &self,
        values: &[f64],
        spread: &[f64],
        bases: &Meshes,
        thread: &mut Thread,
    ) -> Vec<Option<Suited>> {
        let curve = self.slopes_at(values, thread).value;
        let sections: Vec<_> = self.parts.iter().zip(self.data.ranges()).collect();
        // a density stands before its integral
        let mut densities = sections
            .windows(2)
            .filter(|pair| pair[1].1.0.measure == Measure::Integral);
        let mut suit = |base: &Mesh| {
            let [(_, (_, known)), (part, (section, _))] = densities.next()? else {
                return None;
            };
            let known = Known {
                x: &self.data.x[known.clone()],
                density: &curve[known.clone()],
            };
            let own =
                |of: &[f64]| -> Vec<f64> { section.parameters.iter().map(|k| of[*k]).collect() };
            let (own, errors) = (own(values), own(spread));
            let mut density = |x: &[f64]| part.density(x, &own, &errors, thread);
            Some(base.suited(&mut density, known))
        };
        let suited = bases.iter().map(|base| suit(base.as_ref()?));
        suited.collect()
    }
}

impl Formula {
    /// Values at some places, and after them the slopes in units of the errors.
    fn density(&self, x: &[f64], own: &[f64], errors: &[f64], thread: &mut Thread) -> Vec<f64> {
        let places: Vec<usize> = (0..own.len()).collect();
        let mut out = Slopes::default();
        out.value.resize(x.len(), 0.0);
        out.first.resize(own.len() * x.len(), 0.0);
        let rows = Rows {
            columns: &[Column::Float(x.to_vec())],
            weights: &[1.0],
            places: x.len(),
        };
        let region = Region {
            begin: 0,
            second: 0,
            parameters: &places,
        };
        self.objective
            .evaluate(rows, own, false, &mut thread.memory, region, &mut out);
        let mut values = out.value;
        let columns = out.first.chunks_exact(x.len().max(1)).zip(errors);
        for (column, error) in columns.filter(|(_, error)| **error > 0.0) {
            values.extend(column.iter().map(|slope| slope * error));
        }
        values
    }
}

//! A place in the space of parameters: the curve there, its cost and gradient.

use std::ops::Range;

use super::cost::Measure;
use super::curve::{Curve, Slopes};
use super::sums::{dot, dot3, sum};
use super::terms::Terms;

/// What is fitted: one or several sections of places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Data {
    /// Places, for messages.
    pub(crate) x: Vec<f64>,
    /// Contents.
    pub(crate) y: Vec<f64>,
    /// What the measure of the section says it is: 1/error, or a weight.
    pub(crate) weight: Vec<f64>,
    /// The sections, one after the other.
    pub(crate) sections: Vec<Section>,
}

/// Places with one formula and one measure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    /// The number of the place after its last.
    pub(crate) end: usize,
    /// What is made small.
    pub(crate) measure: Measure,
    /// The positions of the parameters of its formula among all.
    pub(crate) parameters: Vec<usize>,
}

impl Data {
    /// Each section with the range of its places.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (&Section, Range<usize>)> {
        let mut begin = 0;
        self.sections.iter().map(move |section| {
            let range = begin..section.end;
            begin = section.end;
            (section, range)
        })
    }
}

/// What a fit is about, apart from where it stands.
pub(crate) struct Task<'a> {
    /// What is fitted.
    pub(crate) data: &'a Data,
    /// What is made small instead of the measure of each section.
    pub(crate) instead: Option<Measure>,
    /// Lower and upper limit per parameter, infinite if open.
    pub(crate) limits: &'a [(f64, f64)],
    /// Which parameters are held.
    pub(crate) fixed: &'a [bool],
    /// Evaluations at most.
    pub(crate) max_calls: u32,
}

impl Task<'_> {
    /// Moves a value inside the limits of its parameter.
    pub(crate) fn clamp(&self, parameter: usize, value: f64) -> f64 {
        let (low, high) = self.limits[parameter];
        value.max(low).min(high)
    }

    /// Degrees of freedom, at least 1: only used as a scale.
    pub(crate) fn freedom(&self) -> f64 {
        let free = self.fixed.iter().filter(|fixed| !**fixed).count();
        #[expect(clippy::cast_precision_loss, reason = "numbers of bins are small")]
        let ndf = self.data.y.len().saturating_sub(free).max(1) as f64;
        ndf
    }

    /// The scale of differences that matter: one unit of the cost, less where the errors are
    /// far too large (as when none are known and 1 is taken).
    pub(crate) fn unit(&self, cost: f64) -> f64 {
        if self.all(|measure| measure == Measure::Chi2) {
            (cost / self.freedom()).clamp(1e-30, 1.0)
        } else {
            1.0
        }
    }

    /// What is made small in a section.
    fn measure(&self, section: &Section) -> Measure {
        self.instead.unwrap_or(section.measure)
    }

    /// Whether something holds for what is made small in each section.
    pub(crate) fn all(&self, holds: impl Fn(Measure) -> bool) -> bool {
        let mut sections = self.data.sections.iter();
        sections.all(|section| holds(self.measure(section)))
    }
}

/// A place in the space of parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// The parameters.
    pub(crate) p: Vec<f64>,
    /// The curve there.
    pub(crate) slopes: Slopes,
    /// What each bin adds.
    pub(crate) terms: Terms,
    /// The gradient of half the cost.
    pub(crate) gradient: Vec<f64>,
    /// The cost; infinite where the model is no number or not allowed.
    pub(crate) cost: f64,
}

impl State {
    /// Evaluates the curve at `self.p`.
    pub(crate) fn evaluate(&mut self, task: &Task<'_>, curve: &mut dyn Curve, second: bool) {
        curve.evaluate(&self.p, second, &mut self.slopes);
        let data = task.data;
        let places = data.y.len();
        self.terms.resize(places);
        for (section, range) in data.ranges() {
            self.terms.fill(
                range.start,
                task.measure(section),
                &self.slopes.value[range.clone()],
                &data.y[range.clone()],
                &data.weight[range],
            );
        }
        self.cost = sum(&self.terms.cost);
        self.gradient.clear();
        let columns = self.slopes.first.chunks_exact(places.max(1));
        self.gradient
            .extend(columns.map(|column| dot(&self.terms.push, column)));
        if !(self.cost.is_finite() && self.gradient.iter().all(|g| g.is_finite())) {
            self.cost = f64::INFINITY;
        }
    }

    /// Adds the second derivatives of the curve where it was evaluated without them.
    pub(crate) fn bend(&mut self, curve: &mut dyn Curve) {
        curve.evaluate(&self.p, true, &mut self.slopes);
    }

    /// Moves to where `step` leads from `state` in the free parameters, both cut off at the limits;
    /// false when that is nowhere.
    pub(crate) fn step_from(
        &mut self,
        state: &Self,
        task: &Task<'_>,
        free: &[usize],
        step: &mut [f64],
    ) -> bool {
        self.p.clone_from(&state.p);
        let mut moved = false;
        for (step, &k) in step.iter_mut().zip(free) {
            let value = task.clamp(k, state.p[k] + *step);
            *step = value - state.p[k];
            moved |= value != state.p[k];
            self.p[k] = value;
        }
        moved
    }

    /// The distance to a minimum (in units of the cost) that rounding alone would show: residuals
    /// cannot be known better than the last digits of the curve and the data.
    pub(crate) fn noise(&self, task: &Task<'_>) -> f64 {
        let values = self.slopes.value.iter().zip(&task.data.y);
        let lost = values.zip(&self.terms.slope).map(|((f, y), slope)| {
            let digits = 2.0 * f64::EPSILON * (f.abs() + y.abs()) * slope;
            digits * digits
        });
        lost.sum()
    }

    /// By how many errors the curve misses the data.
    pub(crate) fn missed(&self) -> f64 {
        dot(&self.terms.residual, &self.terms.residual).sqrt()
    }

    /// By how many errors the curve changes with each parameter.
    pub(crate) fn steepness(&self, into: &mut Vec<f64>) {
        let places = self.terms.len().max(1);
        let steep = |column: &[f64]| {
            let slopes = column.iter().zip(&self.terms.slope);
            let slopes: f64 = slopes.map(|(s, term)| (s * term) * (s * term)).sum();
            slopes.sqrt()
        };
        into.clear();
        into.extend(self.slopes.first.chunks_exact(places).map(steep));
    }

    /// The first place where the model is no number, or not allowed by the cost.
    pub(crate) fn bad_place(&self, data: &Data) -> Option<f64> {
        let bad = |(f, cost): (&f64, &f64)| !f.is_finite() || !cost.is_finite();
        self.slopes
            .value
            .iter()
            .zip(&self.terms.cost)
            .position(bad)
            .map(|at| data.x[at])
    }

    /// The parameters that may move from here: neither fixed nor pushed against a limit.
    pub(crate) fn free(&self, task: &Task<'_>, free: &mut Vec<usize>) {
        free.clear();
        for (k, p) in self.p.iter().enumerate() {
            let (low, high) = task.limits[k];
            let pushed =
                (*p <= low && self.gradient[k] >= 0.0) || (*p >= high && self.gradient[k] <= 0.0);
            if !task.fixed[k] && !pushed {
                free.push(k);
            }
        }
    }

    /// A place where the model is negative and its section counts.
    pub(crate) fn negative(&self, task: &Task<'_>) -> Option<f64> {
        let counting = |measure| matches!(measure, Measure::Poisson | Measure::Integral);
        task.data
            .ranges()
            .filter(|(section, _)| counting(task.measure(section)))
            .find_map(|(_, mut range)| range.find(|at| self.slopes.value[*at] < 0.0))
            .map(|at| task.data.x[at])
    }

    /// The Hessian of half the cost between the parameters `free`, row by row.
    /// Without second derivatives of the curve it is that of Gauss and Newton.
    pub(crate) fn hessian(&self, task: &Task<'_>, free: &[usize], exact: bool, out: &mut Vec<f64>) {
        out.clear();
        out.resize(free.len() * free.len(), 0.0);
        let mut second = 0;
        for (section, range) in task.data.ranges() {
            let parameters = &section.parameters;
            for (i, &k) in parameters.iter().enumerate() {
                let row = free.iter().position(|at| *at == k);
                for &l in &parameters[..=i] {
                    let column = free.iter().position(|at| *at == l);
                    let bends = second..second + range.len();
                    second += if exact { range.len() } else { 0 };
                    let (Some(row), Some(column)) = (row, column) else {
                        continue;
                    };
                    let mut sum = self.slopes_product(k, l, &range, exact);
                    if exact {
                        let push = &self.terms.push[range.clone()];
                        sum += dot(&self.slopes.second[bends], push);
                    }
                    out[row * free.len() + column] += sum;
                    if row != column {
                        out[column * free.len() + row] += sum;
                    }
                }
            }
        }
    }

    /// Σ (∂f/∂k)(∂f/∂l) over some places, each times what its term says.
    fn slopes_product(&self, k: usize, l: usize, range: &Range<usize>, exact: bool) -> f64 {
        let places = self.terms.len();
        let first = |k: usize| &self.slopes.first[k * places..][range.clone()];
        let (left, right) = (first(k), first(l));
        if exact {
            return dot3(left, right, &self.terms.pull[range.clone()]);
        }
        let slopes = &self.terms.slope[range.clone()];
        let pairs = left.iter().zip(right).zip(slopes);
        pairs.map(|((a, b), slope)| a * b * (slope * slope)).sum()
    }
}

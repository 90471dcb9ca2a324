//! From start values to an outcome: where to begin, what to try when it ends badly, and the
//! covariance at the end.

use super::Errors;
use super::cost::Measure;
use super::curve::Curve;
use super::linear::{Solver, Tangent};
use super::restart::Restarts;
use super::state::{Data, State, Task};
use super::{gauss, newton, quasi};

/// Memory of one thread, used again from fit to fit.
#[derive(Default)]
pub(crate) struct Workspace {
    pub(crate) state: State,
    descent: gauss::Room,
    pub(crate) quasi: quasi::Room,
    pub(crate) last: newton::Room,
    soft: Data,
    solver: Solver,
    tangent: Tangent,
    /// How steep the curve is in each parameter where the way begins, and where it ends.
    steep: [Vec<f64>; 2],
}

/// Where a fit begins.
#[derive(Clone, Copy)]
pub(crate) struct Begin<'a> {
    /// A value for each parameter.
    pub(crate) values: &'a [f64],
    /// Parameters without a start of their own, in which the model is linear.
    pub(crate) unset: &'a [bool],
    /// Parameters in which the model is linear.
    pub(crate) linear: &'a [bool],
    /// What the errors are taken from.
    pub(crate) errors: Errors,
}

impl Begin<'_> {
    /// Puts a state where the fit begins, with a factor on what the model is not linear in.
    pub(crate) fn place(&self, task: &Task<'_>, factor: f64, state: &mut State) {
        state.p.clear();
        for (k, value) in self.values.iter().enumerate() {
            state.p.push(if task.fixed[k] {
                *value
            } else if self.linear[k] {
                task.clamp(k, *value)
            } else {
                task.clamp(k, value * factor)
            });
        }
    }
}

/// How a fit ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The parameters.
    pub(crate) values: Vec<f64>,
    /// The curve at each bin.
    pub(crate) curve: Vec<f64>,
    /// Row by row; zeros for parameters that are held or pushed against a limit.
    pub(crate) covariance: Vec<f64>,
    /// The cost.
    pub(crate) cost: f64,
    /// Expected decrease of the cost to the minimum.
    pub(crate) edm: f64,
    /// The distance below which the minimum counts as reached.
    pub(crate) tolerance: f64,
    /// The parameter that the data do not determine.
    pub(crate) flat: Option<usize>,
    /// Parameters that stand at a limit.
    pub(crate) at_limit: Vec<usize>,
    /// A place where the model is negative under a likelihood.
    pub(crate) negative: Option<f64>,
    /// A bin within which the curve changes too much; asked after the fit.
    pub(crate) coarse: Option<f64>,
    /// The evaluations allowed were used up.
    pub(crate) exhausted: bool,
    /// How much the residuals shape the minimum, in units of what the slopes of the model do: the
    /// sign of a minimum that is not the lowest.
    pub(crate) bend: f64,
    /// A parameter that ran away to where any other value would do as well.
    pub(crate) away: Option<usize>,
    /// The change of each parameter that changes the curve by as much as it misses the data.
    pub(crate) reach: Vec<f64>,
}

/// How much the residuals may bend a minimum, in units of what the slopes of the model do. At the
/// certified minima of the published sets of nonlinear regression it is 0.75 at most and mostly less
/// than 0.1, at wrong minima mostly far more: those that are bent more than this begin again.
const DOUBT: f64 = 0.5;
/// How much they may bend one that passes as a minimum, if none better is found.
const BENT: f64 = 1.5;

/// With this on top of twice the degrees of freedom, a χ² of counts has a probability below 10⁻³.
const SCATTER: f64 = 10.0;

/// So many other beginnings that end at the lowest minimum found make it the one.
const AGREED: u32 = 4;

/// A parameter with a value so many times its start, and an error so many times its value, has run
/// away. Errors alone say nothing where they are unknown and 1 is taken.
const FAR: (f64, f64) = (1e6, 1.0);
const LOST: (f64, f64) = (10.0, 1e6);

/// A distance to the minimum (in units of the cost) that is no distance: 10⁻³ of an error.
/// Where errors are so small that rounding alone looks like more, rounding decides.
const EDM: f64 = 1e-6;

impl Outcome {
    /// The way ended at a minimum.
    fn reached(&self) -> bool {
        self.flat.is_none() && self.edm <= self.tolerance
    }

    pub(crate) fn settled(&self) -> bool {
        self.reached() && self.negative.is_none() && self.away.is_none() && !self.exhausted
    }

    /// Neither at a minimum that convinces nor where limits explain that there is none.
    fn lost(&self) -> bool {
        let explained = self.negative.is_some() || !self.at_limit.is_empty();
        !explained && (!self.reached() || self.bend > DOUBT)
    }

    /// The minimum is one of the residuals rather than of the model: hardly the lowest one.
    pub(crate) fn doubtful(&self) -> bool {
        self.bend > BENT
    }

    pub(crate) fn good(&self) -> bool {
        self.settled() && self.at_limit.is_empty() && self.negative.is_none()
    }
}

/// Fits. `Err` is a place where the model has no finite value, or none the cost allows, however
/// it begins.
pub(crate) fn minimise(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    begin: Begin<'_>,
    work: &mut Workspace,
) -> Result<Outcome, f64> {
    if !task.all(Measure::of_squares) {
        return quasi::minimise(task, curve, begin, work);
    }
    let (mut calls, mut agreed) = (0, 0);
    let mut best = attempt(task, curve, begin, Variant::AsGiven, work, &mut calls);
    for variant in [
        Variant::Bent,
        Variant::Solved(1.0),
        Variant::Solved(0.5),
        Variant::Solved(2.0),
        Variant::Solved(0.1),
        Variant::Solved(10.0),
    ] {
        if enough(task, &best, calls) {
            break;
        }
        let reached = best.as_ref().is_ok_and(Outcome::reached);
        if reached && matches!(variant, Variant::Bent) {
            // the same way in other steps has the same end
            continue;
        }
        let next = attempt(task, curve, begin, variant, work, &mut calls);
        let again = match (&best, &next) {
            // the same end from another start: a limit that the data ask for
            (Ok(a), Ok(b)) => b.settled() && b.bend <= DOUBT && same(a.cost, b.cost),
            _ => false,
        };
        agreed = agreement(agreed, &best, &next);
        if better(&next, &best) {
            best = next;
        }
        if again || agreed >= AGREED {
            break;
        }
    }
    let mut restarts = Restarts::default();
    while !enough(task, &best, calls) && best.as_ref().map_or(true, Outcome::lost) {
        if agreed >= AGREED {
            break;
        }
        let Some(values) = restarts.next(task, begin, best.as_ref().ok()) else {
            break;
        };
        let begin = Begin {
            values: &values,
            ..begin
        };
        let next = attempt(task, curve, begin, Variant::Solved(1.0), work, &mut calls);
        agreed = agreement(agreed, &best, &next);
        if better(&next, &best) {
            best = next;
        }
    }
    #[cfg(test)]
    LAST.set((calls, best.as_ref().map_or(0.0, |best| best.bend)));
    best
}

#[cfg(test)]
std::thread_local! {
    /// Evaluations of the last fit of this thread, and the bend of its minimum.
    pub(crate) static LAST: std::cell::Cell<(u32, f64)> = const { std::cell::Cell::new((0, 0.0)) };
}

/// Whether nothing else need be tried.
fn enough(task: &Task<'_>, best: &Result<Outcome, f64>, calls: u32) -> bool {
    match best {
        Ok(outcome) => outcome.good() && outcome.bend <= DOUBT || calls >= task.max_calls,
        Err(_) => false,
    }
}

/// Whether a minimum with this cost may be a wrong one. Counts that are described as well as counts
/// can be are no question: few of them scatter far. Of points the errors may be unknown.
fn questionable(task: &Task<'_>, cost: f64) -> bool {
    task.all(|measure| measure == Measure::Chi2)
        || (task.all(Measure::of_squares) && cost > 2.0 * task.freedom() + SCATTER)
}

/// How many beginnings have ended at the best minimum, with the next one.
fn agreement(agreed: u32, best: &Result<Outcome, f64>, next: &Result<Outcome, f64>) -> u32 {
    match (best, next) {
        (Ok(best), Ok(next)) if next.settled() && same(best.cost, next.cost) => agreed + 1,
        (Ok(best), Ok(next)) if best.cost < next.cost => agreed,
        (Ok(_), Err(_)) => agreed,
        _ => 0,
    }
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-7 * (a.abs() + b.abs()) + f64::MIN_POSITIVE
}

/// A lower cost is better whatever its flags are: a valid fit at a higher minimum is a wrong one.
fn better(next: &Result<Outcome, f64>, best: &Result<Outcome, f64>) -> bool {
    match (next, best) {
        (Ok(next), Ok(best)) if same(next.cost, best.cost) => next.good() && !best.good(),
        (Ok(next), Ok(best)) => next.cost < best.cost,
        (Ok(_), Err(_)) => true,
        (Err(_), _) => false,
    }
}

/// Which start is tried.
#[derive(Clone, Copy)]
enum Variant {
    /// The start values as given; what has none is solved for.
    AsGiven,
    /// The same, with bent steps.
    Bent,
    /// All parameters in which the model is linear solved for, the others times a factor.
    Solved(f64),
}

fn attempt(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    begin: Begin<'_>,
    variant: Variant,
    work: &mut Workspace,
    calls: &mut u32,
) -> Result<Outcome, f64> {
    let mut state = std::mem::take(&mut work.state);
    let result = run(task, curve, begin, variant, work, &mut state, calls);
    work.state = state;
    result
}

fn run(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    begin: Begin<'_>,
    variant: Variant,
    work: &mut Workspace,
    state: &mut State,
    calls: &mut u32,
) -> Result<Outcome, f64> {
    let (solve, factor) = match variant {
        Variant::AsGiven | Variant::Bent => (begin.unset, 1.0),
        Variant::Solved(factor) => (begin.linear, factor),
    };
    begin.place(task, factor, state);
    if solve
        .iter()
        .zip(task.fixed)
        .any(|(solve, fixed)| *solve && !fixed)
    {
        soften(task, &mut work.soft);
        solve_linear(task, curve, solve, work, state);
        *calls += 1;
    }
    state.evaluate(task, curve, false);
    *calls += 1;
    if !state.cost.is_finite() {
        soften(task, &mut work.soft);
        approach(task, curve, work, state, calls);
        state.evaluate(task, curve, false);
        *calls += 1;
        if !state.cost.is_finite() {
            return Err(state.bad_place(task.data).unwrap_or(f64::NAN));
        }
    }
    state.steepness(&mut work.steep[0]);
    let way = match variant {
        Variant::AsGiven => gauss::BOLD,
        Variant::Bent => gauss::BENT,
        Variant::Solved(_) => gauss::Way {
            solve: Some(begin.linear),
            bent: false,
            ..gauss::BENT
        },
    };
    gauss::descend(task, curve, state, &mut work.descent, way, calls);
    state.bend(curve);
    let end = newton::finish(task, curve, state, &mut work.last, calls);
    Ok(outcome(task, state, end, begin, work, *calls))
}

/// Errors √max(n, 1), with which counts can be fitted by least squares from anywhere.
fn soften(task: &Task<'_>, soft: &mut Data) {
    soft.clone_from(task.data);
    for (section, range) in task.data.ranges() {
        if section.measure == Measure::Chi2 {
            continue;
        }
        let contents = soft.y[range.clone()].iter();
        for (weight, y) in soft.weight[range].iter_mut().zip(contents) {
            *weight = 1.0 / y.max(1.0).sqrt();
        }
    }
}

/// Solves for the parameters `solve` by linear least squares, all others held.
fn solve_linear(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    solve: &[bool],
    work: &mut Workspace,
    state: &mut State,
) {
    let soft = Task {
        data: &work.soft,
        instead: Some(Measure::Chi2),
        ..*task
    };
    state.evaluate(&soft, curve, false);
    work.solver.solve(&soft, state, solve);
}

/// Walks to where a likelihood exists: first by least squares, then by a deviance that is
/// continued below zero.
fn approach(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    work: &mut Workspace,
    state: &mut State,
    calls: &mut u32,
) {
    if task.all(|measure| measure == Measure::Chi2) {
        return;
    }
    for measure in [Measure::Chi2, Measure::Soft] {
        let way = Task {
            data: if measure == Measure::Chi2 {
                &work.soft
            } else {
                task.data
            },
            instead: Some(measure),
            ..*task
        };
        state.evaluate(&way, curve, false);
        *calls += 1;
        if state.cost.is_finite() {
            gauss::descend(&way, curve, state, &mut work.descent, gauss::BOLD, calls);
        }
        state.evaluate(task, curve, false);
        *calls += 1;
        if state.cost.is_finite() {
            return;
        }
    }
}

/// What was found at the end of the way.
pub(crate) fn outcome(
    task: &Task<'_>,
    state: &State,
    end: newton::End,
    begin: Begin<'_>,
    work: &mut Workspace,
    calls: u32,
) -> Outcome {
    let errors = begin.errors;
    let n = state.p.len();
    let mut covariance = vec![0.0; n * n];
    let free = &work.last.free;
    let inverse = if end.flat.is_none() && errors != Errors::Linearised {
        Ok(work.last.factor.inverse())
    } else {
        // errors of the linearised model are better than none, and are flagged
        work.tangent.covariance(state, free)
    };
    let unknown = inverse.as_ref().err().copied();
    let inverse = inverse.unwrap_or_default();
    for (row, k) in inverse.chunks_exact(free.len().max(1)).zip(free) {
        for (value, l) in row.iter().zip(free) {
            covariance[k * n + l] = if value.is_finite() { *value } else { 0.0 };
        }
    }
    let [before, after] = &mut work.steep;
    state.steepness(after);
    let away = (0..n).find(|k| {
        let (value, start) = (state.p[*k].abs(), begin.values[*k].abs());
        // a place near 0 is as good as any other: the curve must have become indifferent as well
        let indifferent = after[*k] * value < before.get(*k).map_or(0.0, |steep| steep * start);
        let error = covariance[k * n + k].max(0.0).sqrt();
        let far = value > FAR.0 * start && error > FAR.1 * value;
        let lost = value > LOST.0 * start && error > LOST.1 * value;
        !begin.linear[*k] && start > 0.0 && (far || lost) && indifferent
    });
    let at_limit = (0..n).filter(|k| {
        let (low, high) = task.limits[*k];
        !task.fixed[*k] && (state.p[*k] <= low || state.p[*k] >= high)
    });
    let bend = if end.flat.is_none() && questionable(task, state.cost) {
        work.tangent.bend(state, free, work.last.hessian())
    } else {
        0.0
    };
    let tolerance = (EDM * task.unit(state.cost)).max(state.noise(task).min(1e-2));
    Outcome {
        values: state.p.clone(),
        curve: state.slopes.value.clone(),
        covariance,
        cost: state.cost,
        edm: end.edm,
        tolerance,
        flat: end.flat.or(unknown),
        at_limit: at_limit.collect(),
        negative: state.negative(task),
        coarse: None,
        exhausted: calls >= task.max_calls && !(end.edm <= tolerance),
        bend,
        away,
        reach: {
            let missed = state.missed();
            after.iter().map(|steep| missed / steep).collect()
        },
    }
}

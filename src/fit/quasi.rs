//! The way to a minimum that is no sum of squares: quasi-Newton with exact gradients.
//!
//! The curvature is that of Broyden, Fletcher, Goldfarb and Shanno (1970), begun with the sum of
//! the squared slopes of all rows, which for a likelihood is what the curvature is on average
//! (Berndt, Hall, Hall and Hausman 1974). Steps keep the conditions of Wolfe; limits are kept by
//! projection. The last steps and the errors are those of the exact Hessian.

use super::curve::Curve;
use super::minimise::{Begin, Outcome, Workspace, outcome};
use super::newton;
use super::state::{State, Task};

/// Room that is used again from step to step and from fit to fit.
#[derive(Default)]
pub(crate) struct Room {
    trial: State,
    free: Vec<usize>,
    /// The inverse of the curvature between the free parameters, row by row.
    inverse: Vec<f64>,
    step: Vec<f64>,
    change: Vec<f64>,
    work: Vec<f64>,
}

/// How far down the way is walked: the rest belongs to the exact Hessian.
const NEAR: f64 = 1e-4;
const STEPS: usize = 500;
/// Halvings and doublings of a step before it is given up.
const TRIES: usize = 40;
/// Part of the expected decrease that a step must bring.
const DECREASE: f64 = 1e-4;
/// Part of the slope that may be left after a step.
const SLOPE: f64 = 0.9;

/// Factors on the start values of the parameters in which the model is not linear.
const STARTS: [f64; 5] = [1.0, 0.5, 2.0, 0.1, 10.0];

/// Two costs that are the same minimum.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-4 + 1e-12 * (a.abs() + b.abs())
}

/// Fits. `Err` is a place where the model has no value that the cost allows, however it begins.
pub(crate) fn minimise(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    begin: Begin<'_>,
    work: &mut Workspace,
) -> Result<Outcome, f64> {
    let mut calls = 0;
    let mut best: Result<Outcome, f64> = Err(f64::NAN);
    for factor in STARTS {
        let next = attempt(task, curve, begin, factor, work, &mut calls);
        let better = match (&next, &best) {
            (Ok(next), Ok(best)) if same(next.cost, best.cost) => next.good() && !best.good(),
            (Ok(next), Ok(best)) => next.cost < best.cost,
            (Ok(_), Err(_)) => true,
            (Err(_), Err(at)) => at.is_nan(),
            (Err(_), Ok(_)) => false,
        };
        let again = match (&next, &best) {
            // the same end from another start: a limit that the data ask for
            (Ok(next), Ok(best)) => next.settled() && same(next.cost, best.cost),
            _ => false,
        };
        if better {
            best = next;
        }
        let enough = best.as_ref().is_ok_and(Outcome::good);
        if enough || again || calls >= task.max_calls {
            break;
        }
    }
    best
}

fn attempt(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    begin: Begin<'_>,
    factor: f64,
    work: &mut Workspace,
    calls: &mut u32,
) -> Result<Outcome, f64> {
    let mut state = std::mem::take(&mut work.state);
    begin.place(task, factor, &mut state);
    state.evaluate(task, curve, false);
    *calls += 1;
    let result = if state.cost.is_finite() {
        descend(task, curve, &mut state, &mut work.quasi, calls);
        state.bend(curve);
        let end = newton::finish(task, curve, &mut state, &mut work.last, calls);
        Ok(outcome(task, &state, end, begin, work, *calls))
    } else {
        Err(state.bad_place(task.data).unwrap_or(f64::NAN))
    };
    work.state = state;
    result
}

/// Walks from `state` (evaluated, finite) towards a minimum; counts evaluations in `calls`.
fn descend(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &mut State,
    room: &mut Room,
    calls: &mut u32,
) {
    room.free.clear();
    for _ in 0..STEPS {
        let before = room.free.clone();
        state.free(task, &mut room.free);
        if room.free.is_empty() {
            return;
        }
        if room.free != before {
            begin_curvature(task, state, room);
        }
        let mut fresh = false;
        while !direct(state, room) {
            if fresh {
                return;
            }
            identity(state, room);
            fresh = true;
        }
        let expected = -along(state, room);
        if expected <= NEAR {
            return;
        }
        if !search(task, curve, state, room, calls) {
            return;
        }
        learn(state, room);
        std::mem::swap(state, &mut room.trial);
    }
}

/// The curvature to begin with: the sum of squared slopes if it can be inverted.
fn begin_curvature(task: &Task<'_>, state: &State, room: &mut Room) {
    let free = room.free.len();
    state.hessian(task, &room.free, false, &mut room.work);
    let mut factor = super::algebra::Factor::default();
    if factor.of(&room.work, free, 1e-9).is_ok() {
        room.inverse = factor.inverse();
        if room.inverse.iter().all(|value| value.is_finite()) {
            return;
        }
    }
    identity(state, room);
}

/// Steps of a tenth of each parameter.
fn identity(state: &State, room: &mut Room) {
    let free = room.free.len();
    room.inverse.clear();
    room.inverse.resize(free * free, 0.0);
    for (i, &k) in room.free.iter().enumerate() {
        let gradient = state.gradient[k].abs();
        let size = 0.1 * state.p[k].abs().max(1e-3);
        room.inverse[i * free + i] = if gradient > 0.0 {
            size / gradient
        } else {
            size
        };
    }
}

/// Puts the step into `room.step`; false where it does not lead down.
fn direct(state: &State, room: &mut Room) -> bool {
    let free = room.free.len();
    room.step.clear();
    for i in 0..free {
        let row = &room.inverse[i * free..(i + 1) * free];
        let along = row.iter().zip(&room.free);
        room.step
            .push(-along.map(|(h, k)| h * state.gradient[*k]).sum::<f64>());
    }
    along(state, room) < 0.0
}

/// The slope of half the cost along the step.
fn along(state: &State, room: &Room) -> f64 {
    let step = room.step.iter().zip(&room.free);
    step.map(|(s, k)| s * state.gradient[*k]).sum()
}

/// Finds a length of the step that keeps the conditions of Wolfe, or at least lowers the cost;
/// leaves its end in `room.trial` and the step in `room.change`.
fn search(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &State,
    room: &mut Room,
    calls: &mut u32,
) -> bool {
    let slope = along(state, room);
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..TRIES {
        if *calls >= task.max_calls {
            return false;
        }
        room.change.clear();
        room.change.extend(room.step.iter().map(|s| s * length));
        let mut change = std::mem::take(&mut room.change);
        let moved = room.trial.step_from(state, task, &room.free, &mut change);
        room.change = change;
        if !moved {
            return false;
        }
        room.trial.evaluate(task, curve, false);
        *calls += 1;
        let decrease = 0.5 * (state.cost - room.trial.cost);
        let enough = room.trial.cost.is_finite() && decrease >= -DECREASE * length * slope;
        if !enough {
            high = length;
            length = 0.5 * (low + high);
            continue;
        }
        let left = room.step.iter().zip(&room.free);
        let left: f64 = left.map(|(s, k)| s * room.trial.gradient[*k]).sum();
        if left >= SLOPE * slope {
            return true;
        }
        // still steep: further, unless a longer step was too long
        low = length;
        length = if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * length
        };
        if high - low < 1e-3 * low {
            return true;
        }
    }
    room.trial.cost.is_finite() && room.trial.cost < state.cost
}

/// Brings what the step has shown into the curvature.
fn learn(state: &State, room: &mut Room) {
    let free = room.free.len();
    let difference: Vec<f64> = room
        .free
        .iter()
        .map(|k| room.trial.gradient[*k] - state.gradient[*k])
        .collect();
    let step = &room.change;
    let product: f64 = step.iter().zip(&difference).map(|(s, y)| s * y).sum();
    let size = |v: &[f64]| v.iter().map(|a| a * a).sum::<f64>().sqrt();
    if !(product > 1e-12 * size(step) * size(&difference)) {
        return;
    }
    let turned: Vec<f64> = (0..free)
        .map(|i| {
            let row = &room.inverse[i * free..(i + 1) * free];
            row.iter().zip(&difference).map(|(h, y)| h * y).sum()
        })
        .collect();
    let bend: f64 = difference.iter().zip(&turned).map(|(y, t)| y * t).sum();
    let factor = (1.0 + bend / product) / product;
    for i in 0..free {
        for j in 0..free {
            let mixed = turned[i] * step[j] + step[i] * turned[j];
            room.inverse[i * free + j] += factor * step[i] * step[j] - mixed / product;
        }
    }
}

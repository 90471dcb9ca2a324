//! The last steps to a minimum and the errors there: Newton's method with the exact Hessian.
//!
//! Second derivatives come from the formula itself, so no step size has to be chosen and the
//! covariance is that of the full Hessian to the precision of the arithmetic. The Hessian is
//! scaled to a unit diagonal before it is factorised, so parameters of any size may be mixed.

use super::algebra::Factor;
use super::curve::Curve;
use super::state::{State, Task};

/// Room that is used again.
#[derive(Default)]
pub(crate) struct Room {
    best: State,
    trial: State,
    pub(crate) free: Vec<usize>,
    hessian: Vec<f64>,
    pub(crate) factor: Factor,
    step: Vec<f64>,
}

impl Room {
    /// The exact Hessian at the final place, between the free parameters.
    pub(crate) fn hessian(&self) -> &[f64] {
        &self.hessian
    }
}

/// How the last steps ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct End {
    /// Expected decrease of the cost to the minimum; infinite if there is none in sight.
    pub(crate) edm: f64,
    /// The parameter at which the Hessian fails to be positive definite.
    pub(crate) flat: Option<usize>,
}

/// Below this distance (in units of the cost) nothing is gained by another step.
const REACHED: f64 = 1e-14;
const STEPS: usize = 2000;
/// After so many steps half the cost must be gone, or the distance to the minimum must have shrunk.
const PATIENCE: usize = 50;
const STUCK: f64 = 1e12;
/// The first ridge that is tried: little compared with what separates nearly dependent parameters.
const RIDGE: f64 = 1e-8;

/// Walks the last steps from `state`, evaluated with second derivatives; leaves the Hessian's factor
/// at the final place.
pub(crate) fn finish(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &mut State,
    room: &mut Room,
    calls: &mut u32,
) -> End {
    let mut damping: f64 = 0.0;
    let mut before = End {
        edm: f64::INFINITY,
        flat: None,
    };
    let mut last = (f64::INFINITY, f64::INFINITY);
    *calls += 1;
    for step in 0..STEPS {
        let end = look(task, state, room);
        if step % PATIENCE == PATIENCE - 1 {
            if state.cost > 0.9 * last.0 && !(end.edm < 0.5 * last.1) {
                return end;
            }
            last = (state.cost, end.edm);
        }
        let noise = state.noise(task);
        if end.flat.is_none() && end.edm <= noise.max(REACHED * task.unit(state.cost)) {
            return end;
        }
        let small = end.edm < (100.0 * noise).max(1e-9 * state.cost.abs());
        if small && before.flat.is_none() && end.edm > 0.25 * before.edm {
            // the arithmetic has no more digits: the better of the two
            if end.edm > before.edm {
                std::mem::swap(state, &mut room.best);
                return look(task, state, room);
            }
            return end;
        }
        before = if small {
            end
        } else {
            End {
                edm: f64::INFINITY,
                flat: None,
            }
        };
        if !advance(task, curve, state, room, &mut damping, calls) {
            // what was factorised last is the damped matrix, whose inverse is no covariance
            return look(task, state, room);
        }
        std::mem::swap(&mut room.best, state);
        std::mem::swap(state, &mut room.trial);
    }
    look(task, state, room)
}

/// The distance to the minimum as seen from here; factorises the Hessian if it can.
fn look(task: &Task<'_>, state: &State, room: &mut Room) -> End {
    state.free(task, &mut room.free);
    let free = room.free.len();
    state.hessian(task, &room.free, true, &mut room.hessian);
    match room.factor.of(&room.hessian, free, 0.0) {
        Ok(()) => {
            room.step.clear();
            room.step
                .extend(room.free.iter().map(|k| state.gradient[*k]));
            room.factor.solve(&mut room.step);
            let along = room.free.iter().zip(&room.step);
            let edm: f64 = along.map(|(k, s)| s * state.gradient[*k]).sum();
            let edm = if edm.is_finite() {
                edm.abs()
            } else {
                f64::INFINITY
            };
            End { edm, flat: None }
        }
        Err(at) => End {
            edm: f64::INFINITY,
            flat: Some(room.free[at]),
        },
    }
}

/// Finds a step that lowers the cost and leaves its end in `room.trial`.
fn advance(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &State,
    room: &mut Room,
    damping: &mut f64,
    calls: &mut u32,
) -> bool {
    let free = room.free.len();
    while *damping < STUCK && *calls < task.max_calls {
        if room.factor.of(&room.hessian, free, *damping).is_err() {
            *damping = (*damping * 5.0).max(RIDGE);
            continue;
        }
        room.step.clear();
        room.step
            .extend(room.free.iter().map(|k| -state.gradient[*k]));
        room.factor.solve(&mut room.step);
        if !room
            .trial
            .step_from(state, task, &room.free, &mut room.step)
        {
            return false;
        }
        let predicted = predicted(state, room);
        // nearly every step is taken, and the next one begins with second derivatives
        room.trial.evaluate(task, curve, true);
        *calls += 1;
        let decrease = state.cost - room.trial.cost;
        // the cost itself has no digits left for steps this small: the gradient decides later
        let floor = 1e-10 * state.cost.abs();
        let blind = predicted.abs() < floor && decrease > -floor;
        if blind || (predicted > 0.0 && decrease > 1e-4 * predicted) {
            *damping = if *damping > RIDGE {
                *damping * 0.1
            } else {
                0.0
            };
            return true;
        }
        *damping = (*damping * 5.0).max(RIDGE);
    }
    false
}

/// Decrease of the cost along the step if the cost were quadratic.
fn predicted(state: &State, room: &Room) -> f64 {
    let free = room.free.len();
    let mut sum = 0.0;
    for i in 0..free {
        let bend: f64 = (0..free)
            .map(|j| room.hessian[i * free + j] * room.step[j])
            .sum();
        sum -= room.step[i] * (2.0 * state.gradient[room.free[i]] + bend);
    }
    sum
}

//! The way to a minimum: Levenberg–Marquardt on residuals with exact slopes.
//!
//! Limits are kept by projection: a step is cut off at a limit, and a parameter that is pushed
//! against its limit is left out until it is pushed away from it. A transformation of the
//! parameters would make every slope vanish at the limit and distort the errors near it.
//! Method: Marquardt (1963) with the damping of Nielsen (1999) and the scaling of Moré (1978).

use super::algebra::{back_substitute, triangularise};
use super::curve::Curve;
use super::linear::Solver;
use super::state::{State, Task};

/// Room that is used again from step to step and from fit to fit.
#[derive(Default)]
pub(crate) struct Room {
    /// Where a step would lead.
    pub(crate) trial: State,
    free: Vec<usize>,
    scale: Vec<f64>,
    matrix: Vec<f64>,
    right: Vec<f64>,
    small: Vec<f64>,
    step: Vec<f64>,
    solver: Solver,
    solved: State,
}

/// How far down the way is walked: the rest belongs to the exact Hessian.
const NEAR: f64 = 1e-4;
/// Steps taken at most before the exact Hessian is asked.
const STEPS: usize = 1000;
/// After so many steps the cost must have fallen by `GAIN`: what creeps is left to the exact Hessian.
const PATIENCE: usize = 20;
const GAIN: f64 = 1e-4;
/// How fast the scale of a parameter may shrink from step to step: a slope that was steep at a bad
/// start must not hold the parameter for ever, one that vanishes must not let it fly away.
const SHRINK: f64 = 0.5;
/// Damping beyond which no step can change anything.
const STUCK: f64 = 1e14;

/// How to walk.
#[derive(Clone, Copy)]
pub(crate) struct Way<'a> {
    /// Damping of the first step.
    pub(crate) damping: f64,
    /// Parameters that are solved for after each step because the model is linear in them: the
    /// way through curved valleys (variable projection of Golub & Pereyra 1973).
    pub(crate) solve: Option<&'a [bool]>,
}

/// The way that nearly always leads to the minimum in few steps.
pub(crate) const BOLD: Way<'static> = Way {
    damping: 1e-3,
    solve: None,
};
/// Small steps at first, where bold ones led astray.
pub(crate) const CAREFUL: Way<'static> = Way {
    damping: 10.0,
    solve: None,
};

/// Walks from `state` (evaluated, finite) towards a minimum; counts evaluations in `calls`.
pub(crate) fn descend(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &mut State,
    room: &mut Room,
    way: Way<'_>,
    calls: &mut u32,
) {
    room.scale.clear();
    room.scale.resize(state.p.len(), 0.0);
    let (mut damping, mut growth) = (way.damping, 2.0);
    let mut before = f64::INFINITY;
    for step in 0..STEPS {
        if step % PATIENCE == 0 {
            if before - state.cost < GAIN * task.unit(state.cost) {
                return;
            }
            before = state.cost;
        }
        let expected = linearise(task, state, room);
        if expected <= NEAR * task.unit(state.cost) {
            return;
        }
        loop {
            if *calls >= task.max_calls || damping > STUCK {
                return;
            }
            let Some(predicted) = propose(task, state, room, damping) else {
                // the limits or the precision leave no step
                return;
            };
            let gain = if predicted > 0.0 {
                follow(task, curve, way, room, calls);
                (state.cost - room.trial.cost) / predicted
            } else {
                f64::NEG_INFINITY
            };
            if gain > 1e-4 {
                std::mem::swap(state, &mut room.trial);
                let factor = 1.0 - (2.0 * gain - 1.0).powi(3);
                damping = (damping * factor.clamp(0.1, 1.0)).max(1e-15);
                growth = 2.0;
                break;
            }
            damping *= growth;
            growth *= 2.0;
        }
    }
}

/// Reduces the slopes of the free parameters to a triangle; the decrease of the cost if the
/// model were linear.
fn linearise(task: &Task<'_>, state: &State, room: &mut Room) -> f64 {
    let places = state.terms.len();
    state.free(task, &mut room.free);
    room.matrix.clear();
    for &k in &room.free {
        let column = &state.slopes.first[k * places..(k + 1) * places];
        let terms = state.terms.iter().zip(column);
        room.matrix
            .extend(terms.map(|(term, slope)| term.slope * slope));
        let begin = room.matrix.len() - places;
        let norm = room.matrix[begin..]
            .iter()
            .map(|v| v * v)
            .sum::<f64>()
            .sqrt();
        room.scale[k] = (SHRINK * room.scale[k]).max(norm);
    }
    room.right.clear();
    room.right
        .extend(state.terms.iter().map(|term| -term.residual));
    let free = room.free.len();
    triangularise(&mut room.matrix, places, free, &mut room.right);
    room.right.iter().take(free).map(|v| v * v).sum()
}

/// Evaluates the proposed step, and solves for what is linear where that lowers the cost.
fn follow(task: &Task<'_>, curve: &mut dyn Curve, way: Way<'_>, room: &mut Room, calls: &mut u32) {
    room.trial.evaluate(task, curve, false);
    *calls += 1;
    let Some(solve) = way.solve else { return };
    room.solved.clone_from(&room.trial);
    if room.solver.solve(task, &mut room.solved, solve) {
        room.solved.evaluate(task, curve, false);
        *calls += 1;
        if room.solved.cost < room.trial.cost {
            std::mem::swap(&mut room.solved, &mut room.trial);
        }
    }
}

/// Puts one damped step into `room.trial.p`: the decrease expected (nothing good unless positive),
/// or `None` where there is no step.
fn propose(task: &Task<'_>, state: &State, room: &mut Room, damping: f64) -> Option<f64> {
    let (free, places) = (room.free.len(), state.terms.len());
    let rows = places.min(free);
    let tall = rows + free;
    room.small.clear();
    room.small.resize(tall * free, 0.0);
    room.step.clear();
    room.step.resize(tall, 0.0);
    room.step[..rows].copy_from_slice(&room.right[..rows]);
    for j in 0..free {
        for i in 0..=j.min(rows.saturating_sub(1)) {
            room.small[j * tall + i] = room.matrix[j * places + i];
        }
        let scale = room.scale[room.free[j]];
        let scale = if scale > 0.0 { scale } else { 1.0 };
        room.small[j * tall + rows + j] = damping.sqrt() * scale;
    }
    triangularise(&mut room.small, tall, free, &mut room.step);
    if !back_substitute(&room.small, tall, free, &mut room.step) {
        return Some(f64::NEG_INFINITY);
    }
    if !room
        .trial
        .step_from(state, task, &room.free, &mut room.step)
    {
        return None;
    }
    let mut predicted = 0.0;
    for i in 0..rows {
        let along: f64 = (i..free)
            .map(|j| room.matrix[j * places + i] * room.step[j])
            .sum();
        predicted += along * (2.0 * room.right[i] - along);
    }
    Some(predicted)
}

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
use super::sums::dot;

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
    bend: Vec<f64>,
}

/// Steps taken at most before the exact Hessian is asked.
const STEPS: usize = 1000;
/// After so many steps the cost must have fallen by `GAIN` units and the part of
/// itself that the way asks for: what creeps is left to the exact Hessian.
const PATIENCE: usize = 20;
const GAIN: f64 = 1e-4;
/// How fast the scale of a parameter may shrink from step to step: a slope that was steep at a bad
/// start must not hold the parameter for ever, one that vanishes must not let it fly away.
const SHRINK: f64 = 0.5;
/// Damping that only keeps a triangle from being singular.
const FREE: f64 = 1e-12;
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
    /// Whether steps are bent along the curve that the model makes, and refused where it bends too
    /// much to be known: along narrow curved valleys a few long steps instead of thousands of
    /// short ones (geodesic acceleration of Transtrum & Sethna 2012). One more evaluation per step.
    pub(crate) bent: bool,
    /// How far down the way is walked, in units of the cost: the rest belongs to the exact Hessian.
    pub(crate) near: f64,
    /// Part of the cost that has to be gone after `PATIENCE` steps.
    pub(crate) creep: f64,
}

/// The way that nearly always leads to the minimum in few steps.
pub(crate) const BOLD: Way<'static> = Way {
    damping: 1e-3,
    solve: None,
    bent: false,
    near: 1e-4,
    creep: 0.0,
};
/// The way through curved valleys, far down.
pub(crate) const BENT: Way<'static> = Way {
    damping: 1e-3,
    solve: None,
    bent: true,
    near: 1e-10,
    creep: 1e-2,
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
            let little = (GAIN * task.unit(state.cost)).max(way.creep * state.cost);
            if before - state.cost < little {
                return;
            }
            before = state.cost;
        }
        let expected = linearise(task, state, room);
        if expected <= way.near * task.unit(state.cost) {
            return;
        }
        loop {
            if *calls >= task.max_calls || damping > STUCK {
                return;
            }
            let Some(predicted) = propose(task, state, room, way, damping) else {
                // the limits or the precision leave no step
                return;
            };
            let fits =
                predicted > 0.0 && (!way.bent || bend(task, curve, state, room, damping, calls));
            let gain = if fits {
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
        let terms = state.terms.slope.iter().zip(column);
        room.matrix.extend(terms.map(|(term, slope)| term * slope));
        let scaled = &room.matrix[room.matrix.len() - places..];
        let norm = dot(scaled, scaled).sqrt();
        room.scale[k] = (SHRINK * room.scale[k]).max(norm);
    }
    room.right.clear();
    room.right
        .extend(state.terms.residual.iter().map(|residual| -residual));
    let free = room.free.len();
    triangularise(&mut room.matrix, places, free, &mut room.right);
    room.right.iter().take(free).map(|v| v * v).sum()
}

/// Part of a step over which the bend of the curve is measured, and how large the bend may be
/// compared with the step.
const PART: f64 = 0.1;
const MOST: f64 = 0.75;

/// Bends the proposed step (in `room.step` and `room.trial.p`); `false` where the model bends more
/// than a step of this length may assume.
fn bend(
    task: &Task<'_>,
    curve: &mut dyn Curve,
    state: &State,
    room: &mut Room,
    damping: f64,
    calls: &mut u32,
) -> bool {
    let (free, places) = (room.free.len(), state.terms.len());
    let velocity = room.step[..free].to_vec();
    room.solved.p.clone_from(&state.p);
    for (step, &k) in velocity.iter().zip(&room.free) {
        room.solved.p[k] = task.clamp(k, state.p[k] + PART * step);
    }
    room.solved.evaluate(task, curve, false);
    *calls += 1;
    if !room.solved.cost.is_finite() {
        return false;
    }
    let tall = places + free;
    room.small.clear();
    room.small.resize(tall * free, 0.0);
    room.bend.clear();
    let ahead = room.solved.terms.residual.iter();
    let ahead = ahead.zip(&state.terms.residual);
    room.bend
        .extend(ahead.map(|(there, here)| (there - here) / PART));
    room.bend.resize(tall, 0.0);
    for (j, &k) in room.free.iter().enumerate() {
        let scale = scale(room, j);
        let column = &mut room.small[j * tall..(j + 1) * tall];
        let slopes = &state.slopes.first[k * places..(k + 1) * places];
        for (i, (slope, term)) in slopes.iter().zip(&state.terms.slope).enumerate() {
            room.bend[i] -= slope * term * velocity[j];
            column[i] = slope * term / scale;
        }
        column[places + j] = damping.sqrt();
    }
    // second derivative along the step: 2/h ((r(h) − r)/h − r')
    room.bend.iter_mut().for_each(|v| *v *= -2.0 / PART);
    triangularise(&mut room.small, tall, free, &mut room.bend);
    if !back_substitute(&room.small, tall, free, &mut room.bend) {
        return false;
    }
    // here the bend is in units of the scales, the velocity is not
    let (mut bent, mut straight) = (0.0, 0.0);
    for (at, velocity) in velocity.iter().enumerate() {
        bent += room.bend[at] * room.bend[at];
        straight += (velocity * scale(room, at)).powi(2);
    }
    if !(4.0 * bent <= MOST * MOST * straight) {
        return false;
    }
    for (at, &k) in room.free.iter().enumerate() {
        let step = velocity[at] + 0.5 * room.bend[at] / scale(room, at);
        room.trial.p[k] = task.clamp(k, state.p[k] + step);
    }
    true
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

/// The scale of a free parameter: slopes of any size may be mixed.
fn scale(room: &Room, at: usize) -> f64 {
    let scale = room.scale[room.free[at]];
    if scale > 0.0 { scale } else { 1.0 }
}

/// Puts one damped step into `room.trial.p`: the decrease expected (nothing good unless positive),
/// or `None` where there is no step.
fn propose(
    task: &Task<'_>,
    state: &State,
    room: &mut Room,
    way: Way<'_>,
    damping: f64,
) -> Option<f64> {
    let (free, places) = (room.free.len(), state.terms.len());
    let rows = places.min(free);
    let tall = rows + free;
    room.small.clear();
    room.small.resize(tall * free, 0.0);
    room.step.clear();
    room.step.resize(tall, 0.0);
    room.step[..rows].copy_from_slice(&room.right[..rows]);
    for j in 0..free {
        let scale = scale(room, j);
        for i in 0..=j.min(rows.saturating_sub(1)) {
            room.small[j * tall + i] = room.matrix[j * places + i] / scale;
        }
        // what is solved for need not be held back: with it, the others see the projected slopes
        let solved = way.solve.is_some_and(|solve| solve[room.free[j]]);
        let damping = if solved { damping.min(FREE) } else { damping };
        room.small[j * tall + rows + j] = damping.sqrt();
    }
    triangularise(&mut room.small, tall, free, &mut room.step);
    if !back_substitute(&room.small, tall, free, &mut room.step) {
        return Some(f64::NEG_INFINITY);
    }
    for j in 0..free {
        room.step[j] /= scale(room, j);
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

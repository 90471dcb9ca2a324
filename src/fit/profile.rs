//! The cost along some parameters while all others are minimised.
//!
//! At a minimum over the others the slope of this profile is the gradient component of the
//! parameter that is held (the others do not count to first order), and its curvature is what the
//! others leave of the Hessian (its Schur complement); both are exact here. The others follow
//! their parameter along the straight line that the same Hessian gives, and are then minimised.

use super::Errors;
use super::minimise::{Begin, minimise};
use super::newton;
use super::problem::{Evaluation, Problem, Thread};
use super::state::{State, Task};

/// A place on the profile.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    /// All parameters.
    pub(crate) values: Vec<f64>,
    /// The cost.
    pub(crate) cost: f64,
    /// ∂cost/∂p of each parameter held.
    pub(crate) slope: Vec<f64>,
    /// ∂²cost/∂p∂q of the parameters held, row by row.
    pub(crate) bend: Vec<f64>,
    /// What rounding alone may change in the cost.
    pub(crate) noise: f64,
    /// A place where the model is negative under a likelihood.
    pub(crate) negative: Option<f64>,
    /// How all parameters change with each one held, one after the other.
    tangent: Vec<f64>,
}

/// Walks on the profile of a fit.
pub(crate) struct Walker<'a> {
    problem: &'a Problem,
    thread: &'a mut Thread,
    held: Vec<usize>,
    fixed: Vec<bool>,
    state: State,
    /// How often the others may still be looked for from several starts.
    restarts: u32,
    /// Evaluations that led to no minimum over the others.
    in_vain: u32,
}

/// Evaluations for one place at most.
const CALLS: u32 = 10_000;
/// Distance to the minimum over the others that is none.
const SETTLED: f64 = 1e-8;
/// Looking for the others from several starts is slow, and mostly in vain.
const RESTARTS: u32 = 2;
/// After so many evaluations in vain nothing more is tried.
const PATIENCE: u32 = 1_000;

impl<'a> Walker<'a> {
    /// On the profile along the parameters `held`.
    pub(crate) fn new(problem: &'a Problem, held: Vec<usize>, thread: &'a mut Thread) -> Self {
        let mut fixed: Vec<bool> = problem.unknowns.iter().map(|u| u.fixed).collect();
        for k in &held {
            fixed[*k] = true;
        }
        Self {
            problem,
            thread,
            held,
            fixed,
            state: State::default(),
            restarts: RESTARTS,
            in_vain: 0,
        }
    }

    /// The place at these values, the others minimised from there.
    pub(crate) fn begin(&mut self, values: &[f64]) -> Option<Point> {
        self.state.p = values.to_vec();
        self.settle()
    }

    /// The place where the parameters held have these values, coming from another one. `None`
    /// where the others have no minimum, or the model no value.
    pub(crate) fn at(&mut self, from: &Point, held: &[f64]) -> Option<Point> {
        if self.in_vain > PATIENCE {
            return None;
        }
        for follow in [true, false] {
            self.predict(from, held, follow);
            if let Some(point) = self.settle() {
                return Some(point);
            }
        }
        self.restarts = self.restarts.checked_sub(1)?;
        self.predict(from, held, false);
        self.restart()
    }

    /// The cost at these values, nothing minimised; infinite where there is none.
    pub(crate) fn cost(&mut self, values: &[f64]) -> f64 {
        self.state.p = values.to_vec();
        let mut curve = Evaluation {
            problem: self.problem,
            memory: &mut self.thread.memory,
        };
        let task = task(self.problem, &self.fixed);
        self.state.evaluate(&task, &mut curve, false);
        self.state.cost
    }

    /// Distance to the limits of a parameter held: downwards, upwards.
    pub(crate) fn room(&self, at: usize, value: f64) -> (f64, f64) {
        let (low, high) = self.problem.limits[self.held[at]];
        ((value - low).max(0.0), (high - value).max(0.0))
    }

    /// The values of the parameters held.
    pub(crate) fn held(&self, point: &Point) -> Vec<f64> {
        self.held.iter().map(|k| point.values[*k]).collect()
    }

    /// Moves to the new values, the others along their tangents if they are to follow.
    fn predict(&mut self, from: &Point, held: &[f64], follow: bool) {
        let n = from.values.len();
        let task = task(self.problem, &self.fixed);
        self.state.p.clone_from(&from.values);
        if follow {
            for (j, &k) in self.held.iter().enumerate() {
                let step = held[j] - from.values[k];
                let tangent = &from.tangent[j * n..(j + 1) * n];
                for (p, along) in self.state.p.iter_mut().zip(tangent) {
                    *p += along * step;
                }
            }
            for k in 0..n {
                if !self.fixed[k] {
                    self.state.p[k] = task.clamp(k, self.state.p[k]);
                }
            }
        }
        for (k, value) in self.held.iter().zip(held) {
            self.state.p[*k] = *value;
        }
    }

    /// Minimises the others from where they are.
    fn settle(&mut self) -> Option<Point> {
        let task = task(self.problem, &self.fixed);
        let mut curve = Evaluation {
            problem: self.problem,
            memory: &mut self.thread.memory,
        };
        let room = &mut self.thread.work.last;
        let mut calls = 0;
        self.state.evaluate(&task, &mut curve, true);
        let end = newton::finish(&task, &mut curve, &mut self.state, room, &mut calls);
        #[cfg(test)]
        PROFILED.set(PROFILED.get() + calls);
        let tolerance = SETTLED.max(self.state.noise(&task).min(1e-2));
        let settled = end.flat.is_none() && end.edm <= tolerance && self.state.cost.is_finite();
        if !settled {
            self.in_vain += calls;
            return None;
        }
        Some(self.point())
    }

    /// Minimises the others from several starts.
    fn restart(&mut self) -> Option<Point> {
        let task = task(self.problem, &self.fixed);
        let mut curve = Evaluation {
            problem: self.problem,
            memory: &mut self.thread.memory,
        };
        let begin = Begin {
            values: &self.state.p,
            unset: &vec![false; self.fixed.len()],
            linear: &self.problem.linear,
            errors: Errors::Linearised,
        };
        let outcome = minimise(&task, &mut curve, begin, &mut self.thread.work).ok()?;
        if !outcome.settled() {
            return None;
        }
        self.state.p = outcome.values;
        self.settle()
    }

    /// Slope, curvature and tangents where the state stands, its Hessian factorised.
    fn point(&mut self) -> Point {
        let task = task(self.problem, &self.fixed);
        let (room, state) = (&self.thread.work.last, &self.state);
        let (free, held, n) = (room.free.len(), self.held.len(), state.p.len());
        let both: Vec<usize> = room.free.iter().chain(&self.held).copied().collect();
        let mut hessian = Vec::new();
        state.hessian(&task, &both, true, &mut hessian);
        let entry = |i: usize, j: usize| hessian[i * (free + held) + j];
        let mut tangent = vec![0.0; held * n];
        let mut bend = vec![0.0; held * held];
        for j in 0..held {
            let mut follow: Vec<f64> = (0..free).map(|i| -entry(i, free + j)).collect();
            room.factor.solve(&mut follow);
            for i in 0..held {
                let left: f64 = (0..free).map(|k| entry(free + i, k) * follow[k]).sum();
                bend[i * held + j] = 2.0 * (entry(free + i, free + j) + left);
            }
            for (k, along) in room.free.iter().zip(follow) {
                tangent[j * n + k] = along;
            }
            tangent[j * n + self.held[j]] = 1.0;
        }
        Point {
            values: state.p.clone(),
            cost: state.cost,
            slope: self.held.iter().map(|k| 2.0 * state.gradient[*k]).collect(),
            bend,
            noise: noise(state),
            negative: state.negative(&task),
            tangent,
        }
    }
}

#[cfg(test)]
std::thread_local! {
    /// Evaluations of all profiles of this thread.
    pub(crate) static PROFILED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// A sum of n numbers loses about √n times the last digit of what is summed.
fn noise(state: &State) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers of places are below 2^53"
    )]
    let count = state.terms.cost.len() as f64;
    let sum: f64 = state.terms.cost.iter().map(|cost| cost.abs()).sum();
    f64::EPSILON * count.sqrt() * sum
}

fn task<'a>(problem: &'a Problem, fixed: &'a [bool]) -> Task<'a> {
    Task {
        data: &problem.data,
        instead: None,
        limits: &problem.limits,
        fixed,
        max_calls: CALLS,
    }
}

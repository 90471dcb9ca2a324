//! The edge of the region of two parameters in which the profile of the cost has not risen by a
//! given amount.
//!
//! Rays leave the minimum at angles that are even where the covariance of both parameters is a
//! circle; the edge is where each crosses the level. The four places where the edge touches the
//! errors of one parameter belong to it.

use serde::{Deserialize, Serialize};

use crate::expr::maths;

use super::crossing::{End, Line};
use super::minos::{NoSide, Side};
use super::problem::Thread;
use super::profile::{Point, Walker};
use super::{Error, Level, Solved};

/// A place on a contour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// Value of the first parameter.
    pub a: f64,
    /// Value of the second parameter.
    pub b: f64,
    /// Whether a limit ends the region here, before the cost has risen so far.
    pub at_limit: bool,
}

/// A closed curve: the last place is joined to the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contour {
    /// Names of the first and the second parameter.
    pub parameters: (String, String),
    /// By how much the cost has risen there.
    pub rise: f64,
    /// Places in the order of their angle around the minimum.
    pub edge: Vec<Edge>,
    /// What is wrong; empty when nothing is.
    pub why: String,
}

impl Contour {
    /// Every place was found, and the curve is the whole edge.
    #[must_use]
    pub fn valid(&self) -> bool {
        self.why.is_empty()
    }
}

/// Fewest places of a contour.
const FEWEST: usize = 8;
/// Most places of a contour.
const MOST: usize = 10_000;
/// A part of the way to an outermost place, where the cost must still be below the level.
const WITHIN: [f64; 3] = [0.5, 0.75, 0.9];

/// The circle that the covariance of both parameters is made to: a lower triangle.
struct Circle {
    aa: f64,
    ba: f64,
    bb: f64,
}

impl Circle {
    /// From the curvature of the cost; nothing if that does not rise in all directions.
    fn of(bend: &[f64]) -> Option<Self> {
        // the covariance is the inverse of half the curvature
        let (haa, hab, hbb) = (0.5 * bend[0], 0.25 * (bend[1] + bend[2]), 0.5 * bend[3]);
        let left = haa - hab * hab / hbb;
        if !(hbb > 0.0 && left > 1e-13 * haa) {
            return None;
        }
        let aa = 1.0 / left.sqrt();
        let circle = Self {
            aa,
            ba: -hab / hbb * aa,
            bb: 1.0 / hbb.sqrt(),
        };
        let all = [circle.aa, circle.ba, circle.bb];
        all.iter().all(|v| v.is_finite()).then_some(circle)
    }

    /// Both parameters where the circle has these coordinates.
    fn out(&self, u: f64, v: f64) -> [f64; 2] {
        [self.aa * u, self.ba * u + self.bb * v]
    }

    /// Angle and radius where both parameters are so far from the minimum.
    fn polar(&self, a: f64, b: f64) -> (f64, f64) {
        let u = a / self.aa;
        let v = (b - self.ba * u) / self.bb;
        (maths::atan2(v, u), maths::hypot(u, v))
    }
}

/// A place of the curve with its angle and radius on the circle.
struct Spoke {
    angle: f64,
    radius: f64,
    edge: Edge,
}

impl Solved {
    /// The curve around the minimum on which the cost, minimised over all other parameters, has
    /// risen to `level`, in about `points` places (at least 8).
    ///
    /// # Errors
    /// As [`Solved::minos`]; the same parameter twice; parameters that the data do not tell apart.
    pub fn contour(&self, a: &str, b: &str, level: Level, points: usize) -> Result<Contour, Error> {
        let held = vec![self.free_parameter(a)?, self.free_parameter(b)?];
        let rise = level.rise(2)?;
        let wrong = |message: String| Error::Profile { message };
        if a == b {
            return Err(wrong(format!(
                "a contour needs two parameters, not {a} twice"
            )));
        }
        if !(FEWEST..=MOST).contains(&points) {
            return Err(wrong(format!(
                "a contour has {FEWEST} to {MOST} points, not {points}"
            )));
        }
        let mut thread = Thread::default();
        let minimum = Walker::new(&self.problem, held.clone(), &mut thread).begin(&self.values);
        let circle = minimum.and_then(|minimum| Some((Circle::of(&minimum.bend)?, minimum)));
        let Some((circle, minimum)) = circle else {
            return Err(wrong(format!("the data do not tell {a} and {b} apart")));
        };
        let mut contour = Contour {
            parameters: (a.to_owned(), b.to_owned()),
            rise,
            edge: Vec::new(),
            why: String::new(),
        };
        let mut spokes = self.outermost(&held, &circle, &mut contour, &mut thread);
        let angles = between(&spokes, points);
        let around = Around {
            solved: self,
            minimum: &minimum,
            circle: &circle,
            rise,
        };
        let mut walker = Walker::new(&self.problem, held, &mut thread);
        around.see(&mut walker, &spokes, &mut contour);
        let mut near: Option<(Point, f64)> = None;
        let mut lower = None;
        for angle in angles {
            let from = near.as_ref().map(|(point, radius)| (point, *radius));
            match around.ray(&mut walker, angle, from) {
                Ok((spoke, point)) => {
                    near = Some((point, spoke.radius)).filter(|(_, radius)| *radius > 0.0);
                    spokes.push(spoke);
                }
                Err(NoSide::Lost(why)) => contour.add_reason(&why),
                Err(NoSide::Lower(point)) => {
                    lower = Some(point);
                    break;
                }
            }
        }
        if let Some(point) = lower {
            let (_, why) = self.lower_minimum(&point, &mut thread);
            contour.add_reason(&why);
        }
        spokes.sort_by(|one, other| one.angle.total_cmp(&other.angle));
        contour.edge = spokes.into_iter().map(|spoke| spoke.edge).collect();
        Ok(contour)
    }

    /// The places where the edge touches the errors of each parameter alone.
    fn outermost(
        &self,
        held: &[usize],
        circle: &Circle,
        contour: &mut Contour,
        thread: &mut Thread,
    ) -> Vec<Spoke> {
        let mut spokes = Vec::new();
        for at in held {
            for sign in [-1.0, 1.0] {
                match self.side(*at, sign, contour.rise, thread) {
                    Ok(side) if side.distance > 0.0 => {
                        spokes.push(self.spoke(held, circle, *at, sign, &side));
                    }
                    // the minimum itself stands at this limit
                    Ok(_) => {}
                    Err(NoSide::Lost(why)) => contour.add_reason(&why),
                    Err(NoSide::Lower(point)) => {
                        let (_, why) = self.lower_minimum(&point, thread);
                        contour.add_reason(&why);
                    }
                }
            }
        }
        spokes.sort_by(|one, other| one.angle.total_cmp(&other.angle));
        spokes
    }

    fn spoke(&self, held: &[usize], circle: &Circle, at: usize, sign: f64, side: &Side) -> Spoke {
        let value = |k: usize| {
            if k == at {
                self.values[k] + sign * side.distance
            } else {
                side.point.values[k]
            }
        };
        let (a, b) = (value(held[0]), value(held[1]));
        let (angle, radius) = circle.polar(a - self.values[held[0]], b - self.values[held[1]]);
        Spoke {
            angle,
            radius,
            edge: Edge {
                a,
                b,
                at_limit: side.at_limit,
            },
        }
    }
}

/// What all rays share.
struct Around<'a> {
    solved: &'a Solved,
    minimum: &'a Point,
    circle: &'a Circle,
    rise: f64,
}

impl Around<'_> {
    /// The place where a ray crosses the level.
    fn ray(
        &self,
        walker: &mut Walker<'_>,
        angle: f64,
        near: Option<(&Point, f64)>,
    ) -> Result<(Spoke, Point), NoSide> {
        let line = self.line(walker, angle);
        let (radius, point, at_limit) = if line.reach > 0.0 {
            match line.crossing(walker, near) {
                End::Crossed(radius, point) => (radius, point, false),
                End::Limit(radius, point) => (radius, point, true),
                End::Lower(point) => return Err(NoSide::Lower(Box::new(point))),
                End::Lost(why) => return Err(NoSide::Lost(why)),
            }
        } else {
            (0.0, self.minimum.clone(), true)
        };
        if let Some(x) = point.negative {
            return Err(NoSide::Lost(format!(
                "the model becomes negative at x = {x} before the cost has risen by {}",
                self.rise
            )));
        }
        let origin = walker.held(self.minimum);
        let edge = Edge {
            a: origin[0] + radius * line.direction[0],
            b: origin[1] + radius * line.direction[1],
            at_limit,
        };
        let spoke = Spoke {
            angle,
            radius,
            edge,
        };
        Ok((spoke, point))
    }

    fn line(&self, walker: &Walker<'_>, angle: f64) -> Line<'_> {
        let direction = self.circle.out(maths::cos(angle), maths::sin(angle));
        let origin = walker.held(self.minimum);
        let reach = |at: usize| {
            let (down, up) = walker.room(at, origin[at]);
            match direction[at] {
                d if d < 0.0 => down / -d,
                d if d > 0.0 => up / d,
                _ => f64::INFINITY,
            }
        };
        Line {
            minimum: self.minimum,
            reach: reach(0).min(reach(1)),
            direction: direction.to_vec(),
            rise: self.rise,
            fall: self.solved.fall(self.minimum),
        }
    }

    /// Looks whether the outermost places are seen from the minimum: where the region is bent so
    /// much that they are not, the rays do not find its whole edge.
    fn see(&self, walker: &mut Walker<'_>, spokes: &[Spoke], contour: &mut Contour) {
        let origin = walker.held(self.minimum);
        for spoke in spokes {
            let d = self
                .circle
                .out(maths::cos(spoke.angle), maths::sin(spoke.angle));
            let outside = |part: &f64| {
                let distance = part * spoke.radius;
                let held = [origin[0] + d[0] * distance, origin[1] + d[1] * distance];
                let point = walker.at(self.minimum, &held);
                !point.is_some_and(|point| point.cost - self.minimum.cost <= self.rise)
            };
            if WITHIN.iter().any(outside) {
                contour.add_reason(
                    "the region is bent: parts of its edge are not seen from the minimum",
                );
                return;
            }
        }
    }
}

impl Contour {
    fn add_reason(&mut self, reason: &str) {
        if self.why.contains(reason) {
            return;
        }
        if !self.why.is_empty() {
            self.why.push_str("; ");
        }
        self.why.push_str(reason);
    }
}

/// Angles that fill the gaps between some spokes evenly, so many that there are `points` in all.
fn between(spokes: &[Spoke], points: usize) -> Vec<f64> {
    let turn = 2.0 * std::f64::consts::PI;
    let Some(first) = spokes.first() else {
        return even(-0.5 * turn, turn, points);
    };
    let ends = spokes.iter().skip(1).map(|spoke| spoke.angle);
    let ends = ends.chain([first.angle + turn]);
    let left = points.saturating_sub(spokes.len());
    let (mut angles, mut given) = (Vec::new(), 0);
    for (begin, end) in spokes.iter().zip(ends) {
        #[expect(clippy::cast_precision_loss, reason = "points are few")]
        let wanted = left as f64 * (end - first.angle) / turn;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "points are few"
        )]
        let count = (wanted.round() as usize).saturating_sub(given);
        given += count;
        angles.extend(even(begin.angle, end - begin.angle, count));
    }
    angles
}

/// `count` angles within a gap, without its ends.
fn even(begin: f64, gap: f64, count: usize) -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "points are few")]
    let part = |i: usize| begin + gap * (i + 1) as f64 / (count + 1) as f64;
    (0..count).map(part).map(wrapped).collect()
}

/// The same angle between −π and π.
fn wrapped(angle: f64) -> f64 {
    let pi = std::f64::consts::PI;
    if angle > pi { angle - 2.0 * pi } else { angle }
}

//! Where the profile of the cost has risen by a given amount, along a straight line.

use super::profile::{Point, Walker};

/// A line from the minimum.
pub(crate) struct Line<'a> {
    /// The minimum.
    pub(crate) minimum: &'a Point,
    /// How the parameters held change with the distance.
    pub(crate) direction: Vec<f64>,
    /// The distance at which a limit is.
    pub(crate) reach: f64,
    /// The rise of the cost that is looked for.
    pub(crate) rise: f64,
    /// The fall of the cost that is a lower minimum.
    pub(crate) fall: f64,
}

/// How the way along a line ends.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// The cost has risen so much at this distance.
    Crossed(f64, Point),
    /// It has not at the limit, which is at this distance.
    Limit(f64, Point),
    /// A lower minimum is near this place.
    Lower(Point),
    /// It is not known, and why.
    Lost(String),
}

/// Places looked at on one line at most.
const POINTS: u32 = 60;
/// Places after which every other one halves the bracket.
const PATIENCE: u32 = 12;
/// Times the distance that the minimum lets expect, beyond which the way is looked at.
const FAR: f64 = 1.6;
/// Into so many pieces that way is cut.
const LOOKS: u32 = 8;
/// Part of the rise by which the cost may miss it; rounding of a large cost may be more.
const TOLERANCE: f64 = 1e-8;

impl Line<'_> {
    /// Goes along the line: from place to place by the root of the parabola that slope and
    /// curvature give, within a bracket once there is one. `near` is a place to come from and the
    /// first distance tried; by default both are those of the minimum.
    pub(crate) fn crossing(&self, walker: &mut Walker<'_>, near: Option<(&Point, f64)>) -> End {
        let (slope, bend) = self.along(self.minimum);
        let expected = root(-self.rise, slope, bend).filter(|d| *d > 0.0);
        let first = near.map(|(_, first)| first).or(expected);
        let Some(first) = first.filter(|d| *d > 0.0) else {
            let why = "the cost does not rise from the minimum";
            return End::Lost(why.to_owned());
        };
        let near = near.map_or(self.minimum, |(point, _)| point);
        let end = self.search(walker, near, first, (0.0, f64::INFINITY));
        match &end {
            End::Crossed(distance, _) | End::Limit(distance, _)
                if expected.is_none_or(|expected| *distance > FAR * expected) =>
            {
                self.look_between(walker, *distance).unwrap_or(end)
            }
            _ => end,
        }
    }

    /// Looks for the crossing between two distances.
    fn search(
        &self,
        walker: &mut Walker<'_>,
        near: &Point,
        first: f64,
        (mut low, mut high): (f64, f64),
    ) -> End {
        let mut next = first;
        let mut near = near.clone();
        let mut highest: f64 = 0.0;
        for count in 0..POINTS {
            next = next.min(self.reach);
            let mut step = None;
            if let Some(point) = walker.at(&near, &self.place(walker, next)) {
                let rise = point.cost - self.minimum.cost;
                if rise < -self.fall {
                    return End::Lower(point);
                }
                let (slope, bend) = self.along(&point);
                if (rise - self.rise).abs() <= self.tolerance() {
                    let left = (self.rise - rise) / slope;
                    let left = if slope > 0.0 { left } else { 0.0 };
                    return End::Crossed(next + left, point);
                }
                highest = highest.max(rise);
                step = root(rise - self.rise, slope, bend);
                if rise > self.rise {
                    high = next;
                } else if next >= self.reach {
                    return End::Limit(next, point);
                } else {
                    low = next;
                }
                near = point;
            } else {
                high = next;
            }
            if high.is_finite() && high - low <= 4.0 * f64::EPSILON * high {
                break;
            }
            let wanted = step.map_or(f64::NAN, |step| next + step);
            next = inside(wanted, low, high, count > PATIENCE && count % 2 == 0);
            if !next.is_finite() {
                break;
            }
        }
        let place = self.place(walker, low);
        let place: Vec<String> = place.iter().map(|v| format!("{v:.6}")).collect();
        End::Lost(format!(
            "no place where the cost has risen by {} was found: it rises by {highest:.3} up to {}",
            self.rise,
            place.join(", ")
        ))
    }

    /// Looks whether the way to a distance leads through a lower minimum or an earlier crossing.
    fn look_between(&self, walker: &mut Walker<'_>, distance: f64) -> Option<End> {
        let mut near = self.minimum.clone();
        let mut low = 0.0;
        for part in 1..LOOKS {
            let at = distance * f64::from(part) / f64::from(LOOKS);
            let point = walker.at(&near, &self.place(walker, at))?;
            let rise = point.cost - self.minimum.cost;
            if rise < -self.fall {
                return Some(End::Lower(point));
            }
            if rise > self.rise + self.tolerance() {
                return Some(self.search(walker, &point, 0.5 * (low + at), (low, at)));
            }
            (near, low) = (point, at);
        }
        None
    }

    fn tolerance(&self) -> f64 {
        (TOLERANCE * self.rise).max(2.0 * self.minimum.noise)
    }

    /// The parameters held at this distance.
    fn place(&self, walker: &Walker<'_>, distance: f64) -> Vec<f64> {
        let origin = walker.held(self.minimum);
        let along = origin.iter().zip(&self.direction);
        along.map(|(o, d)| o + d * distance).collect()
    }

    /// Slope and curvature along the line.
    fn along(&self, point: &Point) -> (f64, f64) {
        let d = &self.direction;
        let slope = point.slope.iter().zip(d).map(|(s, d)| s * d).sum();
        let rows = point.bend.chunks_exact(d.len()).zip(d);
        let bend = rows.map(|(row, di)| di * row.iter().zip(d).map(|(b, d)| b * d).sum::<f64>());
        (slope, bend.sum())
    }
}

/// The next distance: as wanted, if that is within the bracket and not too far.
fn inside(wanted: f64, low: f64, high: f64, halve: bool) -> f64 {
    if high == f64::INFINITY {
        // a parabola that never gets there: three times as far
        let far = 3.0 * low;
        return if wanted > low { wanted.min(far) } else { far };
    }
    let middle = 0.5 * (low + high);
    if !halve && low < wanted && wanted < high {
        wanted
    } else {
        middle
    }
}

/// The step d to where `value + slope·d + ½ bend·d²` is zero on its rising side.
fn root(value: f64, slope: f64, bend: f64) -> Option<f64> {
    let square = slope * slope - 2.0 * bend * value;
    let step = if square >= 0.0 {
        -2.0 * value / (slope + square.sqrt())
    } else {
        -value / slope
    };
    (step.is_finite() && slope + square.max(0.0).sqrt() > 0.0 && step * value < 0.0).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_parabolas_by_hand() {
        // d² − 1 from 0; (d+2)² − 1 from d = 0 back to −1; 3d − 6
        assert_eq!(root(-1.0, 0.0, 2.0), Some(1.0));
        assert_eq!(root(3.0, 4.0, 2.0), Some(-1.0));
        assert_eq!(root(-6.0, 3.0, 0.0), Some(2.0));
        // no rise at all
        assert_eq!(root(-1.0, 0.0, 0.0), None);
        assert_eq!(root(-1.0, -1.0, -2.0), None);
        assert_eq!(root(f64::NAN, 1.0, 1.0), None);
    }
}

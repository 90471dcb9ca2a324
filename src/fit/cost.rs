//! What one place adds to the cost, as a residual to square and as exact derivatives.
//!
//! With F = ½ cost: `push` = ∂F/∂f and `pull` = ∂²F/∂f², so that the gradient of F is
//! Σ push ∇f and its Hessian Σ pull ∇f∇fᵀ + push ∇∇f.

use crate::expr::maths;

/// What is made small, as the minimiser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Squared distance in units of the error; the weight is 1/error.
    Chi2,
    /// Poisson deviance times a weight: 1 for counts; for sums of weights the effective number of
    /// entries that a unit of the content stands for (G. Bohm and G. Zech, Nucl. Instrum. Meth. A
    /// 748 (2014) 1).
    Poisson,
    /// Poisson deviance, continued where the model is (nearly) zero or negative: a way back to
    /// where the deviance exists, never a result.
    Soft,
    /// −2 ln f: a density at a measured row.
    Density,
    /// −2f: the logarithm of a density at a measured row.
    LogDensity,
    /// 2f times a weight: a part of the integral of an extended density.
    Integral,
}

impl Measure {
    /// Whether the cost is a sum of squares, which the minimiser may linearise.
    pub(crate) fn of_squares(self) -> bool {
        matches!(self, Self::Chi2 | Self::Poisson | Self::Soft)
    }
}

/// What one place adds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Term {
    /// What is brought to zero: with its slope it gives `push`; where the bin is not empty, its
    /// square is what is added to the cost.
    pub(crate) residual: f64,
    /// ∂residual/∂f.
    pub(crate) slope: f64,
    /// ∂F/∂f.
    pub(crate) push: f64,
    /// ∂²F/∂f².
    pub(crate) pull: f64,
    /// What is added to the cost.
    pub(crate) cost: f64,
}

/// The term of one place with content `y` where the model says `f`.
#[inline(always)]
pub(crate) fn term(measure: Measure, f: f64, y: f64, weight: f64) -> Term {
    match measure {
        Measure::Chi2 => {
            let residual = (f - y) * weight;
            Term {
                residual,
                slope: weight,
                push: residual * weight,
                pull: weight * weight,
                cost: residual * residual,
            }
        }
        Measure::Soft if y > 0.0 && f < SOFT * y => continued(f, y).times(weight),
        Measure::Poisson | Measure::Soft if y > 0.0 && f <= 0.0 => Term {
            cost: f64::INFINITY,
            ..Term::default()
        },
        Measure::Poisson | Measure::Soft if y > 0.0 => counted(f, y).times(weight),
        Measure::Poisson | Measure::Soft => empty(f).times(weight),
        Measure::Density => density(f),
        Measure::LogDensity => Term {
            residual: -1.0,
            slope: 1.0,
            push: -1.0,
            pull: 0.0,
            cost: -2.0 * f,
        },
        Measure::Integral => Term {
            push: weight,
            cost: 2.0 * f * weight,
            ..Term::default()
        },
    }
}

impl Term {
    /// The same with all that it adds multiplied.
    fn times(self, weight: f64) -> Self {
        if weight == 1.0 {
            return self;
        }
        let root = weight.sqrt();
        Self {
            residual: self.residual * root,
            slope: self.slope * root,
            push: self.push * weight,
            pull: self.pull * weight,
            cost: self.cost * weight,
        }
    }
}

/// −2 ln f; infinite for f ≤ 0.
fn density(f: f64) -> Term {
    if !(f > 0.0) {
        return Term {
            cost: f64::INFINITY,
            ..Term::default()
        };
    }
    Term {
        residual: -1.0,
        slope: 1.0 / f,
        push: -1.0 / f,
        pull: 1.0 / (f * f),
        cost: -2.0 * maths::ln(f),
    }
}

/// Fraction of the content below which the deviance is continued by a parabola.
const SOFT: f64 = 1e-2;

/// The parabola that touches the deviance at `SOFT·y`.
fn continued(f: f64, y: f64) -> Term {
    let edge = counted(SOFT * y, y);
    let t = f - SOFT * y;
    let push = edge.push + edge.pull * t;
    let cost = edge.cost + t * (2.0 * edge.push + edge.pull * t);
    let residual = -cost.sqrt();
    Term {
        residual,
        slope: push / residual,
        push,
        pull: edge.pull,
        cost,
    }
}

/// Deviance 2(f − y + y ln(y/f)) of a bin with entries for f > 0, without branches.
#[inline(always)]
pub(crate) fn counted(f: f64, y: f64) -> Term {
    let (over_f, over_y) = (1.0 / f, 1.0 / y);
    let exact = f == y;
    // residual and push vanish together: their ratio is that of a very small distance
    let distance = if exact { 1e-20 * y } else { f - y };
    let push = distance * over_f;
    // deviance = 2y(t − ln(1+t)) with t = (f − y)/y
    let t = distance * over_y;
    let deviance = 2.0 * y * maths::minus_ln_1p(t, f * over_y);
    let residual = deviance.sqrt().copysign(t);
    Term {
        residual: if exact { 0.0 } else { residual },
        // r·r' = push
        slope: push / residual,
        push: if exact { 0.0 } else { push },
        pull: y * over_f * over_f,
        cost: if exact { 0.0 } else { deviance },
    }
}

/// Part of an entry by which a model may become negative in an empty bin.
const BELOW: f64 = 0.01;

/// Deviance 2f of an empty bin. Below zero it goes on as a narrow parabola with its lowest point at
/// `-BELOW`: a model that the data draw below zero ends there without a struggle, with sensible
/// values, to be reported as negative.
fn empty(f: f64) -> Term {
    if f < 0.0 {
        let (push, pull) = (1.0 + f / BELOW, 1.0 / BELOW);
        let slope = pull.sqrt();
        return Term {
            residual: push / slope,
            slope,
            push,
            pull,
            cost: f * (2.0 + f / BELOW),
        };
    }
    // the curvature of √(2f)², which has no bound at 0, up to that of a small part of an entry
    let slope = 1.0 / (2.0 * f.max(BELOW)).sqrt();
    Term {
        residual: 1.0 / slope,
        slope,
        push: 1.0,
        pull: 0.0,
        cost: 2.0 * f,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deviances computed with 50 digits (mpmath 1.3).
    #[test]
    fn deviance_keeps_its_digits_near_the_count_and_far_from_it() {
        for (f, y, expected) in [
            (100.0, 100.000_001, 9.999_999_916_171_521e-15),
            (7.0, 7.0, 0.0),
            (7.05, 7.0, 3.554_512_359_042_82e-4),
            (3.0, 10.0, 10.079_456_086_518_722),
            (10.0, 3.0, 6.776_163_174_044_385),
            (1e-10, 1.0, 44.051_701_860_080_914),
        ] {
            let term = term(Measure::Poisson, f, y, 1.0);
            assert!(
                (term.cost - expected).abs() <= 1e-14 * expected,
                "{f} {y}: {} {expected}",
                term.cost
            );
            assert!(
                (term.residual * term.slope - term.push).abs() <= 1e-9 * term.push.abs().max(1e-12)
            );
        }
    }

    #[test]
    fn second_derivative_is_the_slope_of_the_first() {
        for (f, y) in [
            (3.0, 10.0),
            (10.0, 3.0),
            (5.0, 5.001),
            (2.0, 0.0),
            (-0.005, 0.0),
        ] {
            let h = 1e-5;
            let up = term(Measure::Poisson, f + h, y, 1.0);
            let down = term(Measure::Poisson, f - h, y, 1.0);
            let here = term(Measure::Poisson, f, y, 1.0);
            assert!(((up.push - down.push) / (2.0 * h) - here.pull).abs() < 1e-8);
            assert!(((up.cost - down.cost) / (4.0 * h) - here.push).abs() < 1e-8);
        }
    }
}

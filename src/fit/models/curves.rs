//! Curves without a peak.

use std::sync::Arc;

use crate::expr::build::{add, call, column, div, mul, neg, number, parameter, sub};
use crate::expr::{Expr, Function, Node, maths};
use crate::fit::Model;
use crate::hist::Histogram;

/// An exponential: `norm` (its value at x = 0), `tau` (falling for positive values).
#[must_use]
pub fn exponential() -> Model {
    let shape = call(Function::Exp, &neg(&div(&column("x"), &parameter("tau"))));
    Model::new("exponential", mul(&parameter("norm"), &shape))
        .start_from("norm", "by the slope between halves", |h| {
            let (x, content, tau) = slope(h);
            content * maths::exp(x / tau)
        })
        .start_from("tau", "slope between halves", |h| slope(h).2)
}

/// The middle of the lower half of the range, the mean content there, and the slope that leads
/// to the mean content of the upper half: their quotient is e^(d / tau), d the distance of the
/// two halves.
fn slope(h: &Histogram) -> (f64, f64, f64) {
    let half = h.bins() / 2;
    let sum = |bins: std::ops::Range<usize>| -> f64 {
        let used = bins.filter(|i| h.used(*i));
        used.map(|i| h.values()[i].max(0.0)).sum()
    };
    let (low, high) = (sum(0..half), sum(h.bins() - half..h.bins()));
    let distance = 0.5 * (h.high() - h.low());
    // neither straight nor steeper than a thousandfold
    let steep = maths::ln(low / high).clamp(-7.0, 7.0);
    let steep = if steep.is_nan() { 1.0 } else { steep };
    let steep = if steep.abs() < 0.01 { 0.01 } else { steep };
    let tau = distance / steep;
    // the mean of an exponential over the lower half is its value where x is `at`
    let part = steep * maths::exp(-steep) / (1.0 - maths::exp(-steep));
    let at = h.low() + distance + tau * maths::ln(part);
    #[expect(clippy::cast_precision_loss, reason = "an axis has at most 2^24 bins")]
    let mean = low / half.max(1) as f64;
    (at, mean, tau)
}

/// A constant: `level`.
#[must_use]
pub fn constant() -> Model {
    Model::new("constant", parameter("level"))
}

/// A straight line: `offset`, `slope`.
#[must_use]
pub fn line() -> Model {
    let formula = add(
        &parameter("offset"),
        &mul(&parameter("slope"), &column("x")),
    );
    Model::new("line", formula)
}

/// A polynomial of degree `degree`: `c0`, `c1`, …
#[must_use]
pub fn polynomial(degree: u32) -> Model {
    let mut formula = parameter(&format!("c{degree}"));
    for power_of_x in (0..degree).rev() {
        let lower = parameter(&format!("c{power_of_x}"));
        formula = add(&lower, &mul(&column("x"), &formula));
    }
    Model::new("polynomial", formula)
}

/// A sum of Chebyshev polynomials of the first kind up to degree `degree`: `c0`, `c1`, …;
/// `low` … `high` is mapped to −1 … 1, outside they grow fast. Less correlated than the
/// coefficients of [`polynomial`]. By T(k+1) = 2uT(k) − T(k−1) (Abramowitz & Stegun 22.7.4).
#[must_use]
pub fn chebyshev(degree: u32, low: f64, high: f64) -> Model {
    let local = |number: u32| -> Expr { Arc::new(Node::Local(number)) };
    let name = |k: u32| parameter(&format!("c{k}"));
    // local k + 1 is T(k)
    let mut sum = name(0);
    for k in 1..=degree {
        sum = add(&sum, &mul(&name(k), &local(k + 1)));
    }
    for k in (2..=degree).rev() {
        let twice = mul(&number(2.0), &local(2));
        let before = if k == 2 { number(1.0) } else { local(k - 1) };
        let next = sub(&mul(&twice, &local(k)), &before);
        sum = Arc::new(Node::Let(k + 1, next, sum));
    }
    if degree > 0 {
        let middle = sub(&column("x"), &number(0.5 * (low + high)));
        let u = div(&middle, &number(0.5 * (high - low)));
        sum = Arc::new(Node::Let(2, u, sum));
    }
    Model::new("chebyshev", sum)
}

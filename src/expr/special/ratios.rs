//! Quotients that have a limit at 0, with all digits there.

use crate::expr::maths::{asinh, ln_1p, sqrt};

/// Σ cₖ xᵏ for k from 0 to `terms` − 1.
fn series(terms: u32, x: f64, coefficient: impl Fn(f64) -> f64) -> f64 {
    (0..terms)
        .rev()
        .fold(0.0, |sum, k| sum * x + coefficient(f64::from(k)))
}

/// Below, the series is used; above, the quotient of differences has lost three digits at most.
const NEAR: f64 = 0.125;
const TERMS: u32 = 20;

/// ln(1 + x) / x, which is 1 at x = 0; NaN below −1.
#[must_use]
pub fn ln1prel(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { ln_1p(x) / x }
}

/// The `order`-th derivative, 1 or 2, of [`ln1prel`] at x, given `r`, its value there.
#[must_use]
pub fn ln1prel_slope(order: u8, x: f64, r: f64) -> f64 {
    let whole = 1.0 / (1.0 + x);
    match (order, x.abs() < NEAR) {
        (1, true) => -series(TERMS, -x, |k| (k + 1.0) / (k + 2.0)),
        (1, false) => (whole - r) / x,
        (_, true) => series(TERMS, -x, |k| (k + 1.0) * (k + 2.0) / (k + 3.0)),
        (_, false) => -(whole * whole + 2.0 * (whole - r) / x) / x,
    }
}

/// The same for [`asinhrel`].
const NEAR_ASINH: f64 = 0.25;
const TERMS_ASINH: u32 = 15;

/// asinh(x) / x, which is 1 at x = 0.
#[must_use]
pub fn asinhrel(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { asinh(x) / x }
}

/// The `order`-th derivative, 1 or 2, of [`asinhrel`] at x, given `r`, its value there.
#[must_use]
pub fn asinhrel_slope(order: u8, x: f64, r: f64) -> f64 {
    let cosine = sqrt(1.0 + x * x);
    match (order, x.abs() < NEAR_ASINH) {
        (1, true) => x * even_series(x * x, |k| 2.0 * k),
        (1, false) => (1.0 / cosine - r) / x,
        (_, true) => even_series(x * x, |k| 2.0 * k * (2.0 * k - 1.0)),
        (_, false) => {
            let slope = (1.0 / cosine - r) / x;
            -1.0 / (cosine * cosine * cosine) - 2.0 * slope / x
        }
    }
}

/// Σ aₖ f(k) sᵏ⁻¹ for k from 1, where asinh(x)/x = Σ aₖ x²ᵏ: aₖ = (−¼)ᵏ (2k)! / (k!² (2k + 1)).
fn even_series(s: f64, factor: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut power, mut binomial) = (0.0, 1.0, 1.0);
    for k in 1..=TERMS_ASINH {
        let k = f64::from(k);
        binomial *= -(k - 0.5) / k;
        sum += binomial / (2.0 * k + 1.0) * factor(k) * power;
        power *= s;
    }
    sum
}

//! Landau's density.

use super::landau_table::{ABOVE, AROUND, BELOW, LEFT, RIGHT};
use crate::expr::maths::{exp, ln, sqrt};

/// Highest derivative of [`landau`] there is.
pub(in crate::expr) const HIGHEST: u8 = 2;

/// Landau's density φ(λ) in the convention of CERNLIB and ROOT, or (−1)ⁿ times its `order`-th
/// derivative, n up to 2: Lₙ(λ) = 1/π ∫ tⁿ exp(−λt − t ln t) sin(πt) dt, t from 0.
///
/// Its maximum 0.180655634… is at λ = −0.222782981…; for large λ it falls like 1/λ². Good to
/// 10⁻¹⁴ of the value (of the largest value nearby for the derivatives, which cross 0); below
/// −5, where the density is less than 10⁻²³, to e^(−λ−1)·10⁻¹⁶. The usual `denlan` of CERNLIB,
/// which ROOT has, is good to some 10⁻⁷.
///
/// Polynomials through integrals of 40 digits, for λ < −1.7 of Lₙ eᵘ u^(−n−½) in 1/u,
/// u = e^(−λ−1), for λ > 9 of Lₙ wⁿ⁺² in 1/w, λ = w + ln w: both have a limit.
/// Source: L. Landau, J. Phys. USSR 8 (1944) 201; convention: K. S. Kölbig and B. Schorr,
/// Comput. Phys. Commun. 31 (1984) 97.
#[must_use]
pub fn landau(order: u8, x: f64) -> f64 {
    let n = usize::from(order.min(HIGHEST));
    if x.is_infinite() {
        return 0.0;
    }
    if x < -1.0 - std::f64::consts::LN_2 {
        left(n, x)
    } else if x < 0.5 {
        polynomial(BELOW[n], (2.0 * x + 1.25) / 2.25)
    } else if x < 3.0 {
        polynomial(AROUND[n], (2.0 * x - 3.5) / 2.5)
    } else if x < 9.0 {
        polynomial(ABOVE[n], (x - 6.0) / 3.0)
    } else {
        right(n, x)
    }
}

fn left(n: usize, x: f64) -> f64 {
    let u = exp(-(x + 1.0));
    if u > 750.0 {
        return 0.0;
    }
    let power = [1.0, -u, u * u][n];
    polynomial(LEFT[n], 4.0 / u - 1.0) * power * sqrt(u) * exp(-u)
}

fn right(n: usize, x: f64) -> f64 {
    let mut w = x - ln(x);
    // Newton's steps; each squares an error that is below 0.3 / w.
    for _ in 0..3 {
        w -= w * (w + ln(w) - x) / (w + 1.0);
    }
    let z = 1.0 / w;
    let power = [1.0, z, z * z][n];
    polynomial(RIGHT[n], 14.0 * z - 1.0) * z * z * power
}

/// A polynomial, lowest power first.
fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, c| sum * x + c)
}

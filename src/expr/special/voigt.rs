//! Voigt's profile by Faddeeva's function w(z) = exp(−z²) erfc(−iz).

use std::f64::consts::{FRAC_1_PI, PI, SQRT_2};

use super::complex::Complex;
use crate::expr::maths::{cos, exp, hypot, sin};

/// Highest derivative there is: the second by sigma is one of the fourth order in x.
pub(in crate::expr) const HIGHEST: u8 = 4;

/// 1/√π
const ROOT: f64 = std::f64::consts::FRAC_2_SQRT_PI / 2.0;

/// Voigt's profile, a Gaussian of width `sigma` folded with a Cauchy distribution of half width
/// at half maximum `gamma`, of area 1; or a derivative of it.
///
/// It is the real part of F(x + i gamma) = w((x + i gamma) / (√2 sigma)) / (√(2π) sigma). Given is
/// the real or imaginary part of the `order`-th derivative of F, up to the fourth: with these,
/// dF/dx = F′, dF/dgamma = iF′ and dF/dsigma = sigma F″. It is even in sigma and has the limits
/// of a Cauchy distribution for sigma = 0 and a Gaussian for gamma = 0; NaN for negative gamma.
///
/// The profile is good to 10⁻¹³ of its value, derivatives to some 10⁻¹² of |F⁽ⁿ⁾|.
///
/// Sources: within |z| < 8 the trapezium rule with a correction for the pole (F. Matta and
/// A. Reichel, Math. Comp. 25 (1971) 339; choice of nodes of M. Al Azah and S. N.
/// Chandler-Wilde, SIAM J. Numer. Anal. 59 (2021) 2346), outside the asymptotic series
/// (Abramowitz & Stegun 7.1.23).
#[must_use]
pub fn voigt(order: u8, imaginary: bool, x: f64, sigma: f64, gamma: f64) -> f64 {
    if !(gamma >= 0.0 && x.is_finite() && sigma.is_finite() && gamma.is_finite()) {
        return f64::NAN;
    }
    let order = usize::from(order.min(HIGHEST));
    let (distance, width) = (x.abs(), sigma.abs() * SQRT_2);
    let value = if hypot(x, gamma) >= FAR * width {
        far(order, Complex::new(distance, gamma), sigma.abs())
    } else {
        let z = Complex::new(distance / width, gamma / width);
        let mut scale = ROOT / width;
        for _ in 0..order {
            scale /= width;
        }
        faddeeva(order, z).times(scale)
    };
    // the real part is even in x, the imaginary part is odd; each derivative changes that
    let sign = if x < 0.0 && (order % 2 == 1) != imaginary {
        -1.0
    } else {
        1.0
    };
    sign * if imaginary { value.im } else { value.re }
}

/// Above this |z| the asymptotic series has all digits.
const FAR: f64 = 8.0;

/// F⁽ⁿ⁾ = i/π (−1)ⁿ ζ^(−1−n) Σ (2k − 1)!! (2k + n)!/(2k)! (sigma/ζ)²ᵏ
fn far(order: usize, zeta: Complex, sigma: f64) -> Complex {
    // factors of any size: the larger part is taken out
    let size = zeta.re.max(zeta.im);
    let inverse = zeta.times(1.0 / size).inverse();
    let ratio = sigma / size;
    let q = (inverse * inverse).times(ratio * ratio);
    let n = order as f64;
    let mut sum = Complex::new(0.0, 0.0);
    let terms = if ratio < 0.03 { 12 } else { 28 };
    // by Horner's rule from the quotients of neighbouring terms
    for k in (1..=terms).rev() {
        let k = f64::from(k);
        let (even, odd) = (2.0 * k, 2.0 * k - 1.0);
        let step = odd * (even + n) * (odd + n) / (even * odd);
        sum = (sum + Complex::new(1.0, 0.0)) * q.times(step);
    }
    let mut value = (sum + Complex::new(1.0, 0.0)).times_i().times(FRAC_1_PI);
    value = (value * inverse).times(1.0 / size);
    for k in 1..=order {
        value = (value * inverse).times(-(k as f64) / size);
    }
    if zeta.im < 1e-6 * sigma {
        // on the real axis nothing else is there
        let width = sigma * SQRT_2;
        let z = Complex::new(zeta.re / width, 0.0);
        let mut gauss = bells(z)[order].re * ROOT / width;
        for _ in 0..order {
            gauss /= width;
        }
        if gauss.is_finite() {
            value.re += gauss;
        }
    }
    value
}

/// Below this |z| derivatives follow from w.
const NEAR: f64 = 2.5;

/// The `order`-th derivative of w for |z| < 8 in the first quadrant.
fn faddeeva(order: usize, z: Complex) -> Complex {
    if order > 0 && hypot(z.re, z.im) >= NEAR {
        return quadrature(order, z);
    }
    // w′ = 2i/√π − 2zw, w⁽ⁿ⁾ = −2 (z w⁽ⁿ⁻¹⁾ + (n − 1) w⁽ⁿ⁻²⁾)
    let (mut last, mut value) = (Complex::new(0.0, 0.0), quadrature(0, z));
    for n in 1..=order {
        let mut next = (z * value + last.times(n as f64 - 1.0)).times(-2.0);
        if n == 1 {
            next.im += 2.0 * ROOT;
        }
        (last, value) = (value, next);
    }
    value
}

/// Distance of the nodes.
const STEP: f64 = 0.5;

/// exp(−t²) for t = 0, ½, 1, …
const WHOLE: [f64; 18] = [
    1.0,
    0.7788007830714049,
    0.36787944117144233,
    0.10539922456186433,
    0.01831563888873418,
    0.0019304541362277093,
    0.00012340980408667956,
    4.785117392129009e-06,
    1.1253517471925912e-07,
    1.6052280551856116e-09,
    1.3887943864964021e-11,
    7.287724095819692e-14,
    2.3195228302435696e-16,
    4.4777324417183015e-19,
    5.242885663363464e-22,
    3.7233631217505106e-25,
    1.603810890548638e-28,
    4.1900931944943974e-32,
];

/// exp(−t²) for t = ¼, ¾, …
const HALVES: [f64; 18] = [
    0.9394130628134758,
    0.569782824730923,
    0.2096113871510978,
    0.04677062238395898,
    0.006329715427485747,
    0.0005195746821548384,
    2.586810022265412e-05,
    7.811489408304491e-07,
    1.4307241918567688e-08,
    1.5893910094516368e-10,
    1.0709232382508077e-12,
    4.37661850287085e-15,
    1.0848552640429378e-17,
    1.6310139226701858e-20,
    1.4872921816512705e-23,
    8.225980595143903e-27,
    2.759509067522042e-30,
    5.614728092387935e-34,
];

/// The same derivative of w(z) = i/π ∫ exp(−t²) / (z − t) dt by the trapezium rule, with those
/// nodes that are farther from z, and what the pole at z adds.
fn quadrature(order: usize, z: Complex) -> Complex {
    let place = z.re / STEP;
    let whole = (place - place.round()).abs() >= 0.25;
    let (weights, first) = if whole { (&WHOLE, 0.0) } else { (&HALVES, 0.5) };
    let mut sum = Complex::new(0.0, 0.0);
    for (k, weight) in weights.iter().enumerate() {
        let t = (k as f64 + first) * STEP;
        let node = powers(order, Complex::new(z.re - t, z.im));
        let pair = if t == 0.0 {
            node
        } else {
            node + powers(order, Complex::new(z.re + t, z.im))
        };
        sum = sum + pair.times(*weight);
    }
    let factor = [1.0, -1.0, 2.0, -6.0, 24.0][order];
    let sum = sum.times_i().times(STEP * FRAC_1_PI * factor);
    if z.im >= PI / STEP {
        return sum;
    }
    sum + pole(order, z, whole)
}

/// z^(−1−n)
fn powers(order: usize, z: Complex) -> Complex {
    let inverse = z.inverse();
    (0..order).fold(inverse, |power, _| power * inverse)
}

/// Derivatives of exp(−z²).
fn bells(z: Complex) -> [Complex; 5] {
    let (size, angle) = (exp((z.im - z.re) * (z.im + z.re)), -2.0 * z.re * z.im);
    let mut bells = [Complex::new(size * cos(angle), size * sin(angle)); 5];
    bells[1] = (z * bells[0]).times(-2.0);
    for n in 2..5 {
        bells[n] = (z * bells[n - 1] + bells[n - 2].times(n as f64 - 1.0)).times(-2.0);
    }
    bells
}

/// The derivative of 2 exp(−z²) / (1 ∓ exp(−2πiz/h)), − for nodes at whole multiples of h.
fn pole(order: usize, z: Complex, whole: bool) -> Complex {
    let turns = z.re / STEP;
    let angle = -2.0 * PI * (turns - turns.round());
    let size = exp(2.0 * PI / STEP * z.im) * if whole { -1.0 } else { 1.0 };
    let one = Complex::new(1.0, 0.0);
    let l = (one + Complex::new(size * cos(angle), size * sin(angle))).inverse();
    // l′ = b l (1 − l), b = 2πi/h
    let b = Complex::new(0.0, 2.0 * PI / STEP);
    let (m, odd) = (l * (one - l), one - l.times(2.0));
    let slopes = [
        l,
        m * b,
        m * odd * b * b,
        (m - (m * m).times(6.0)) * b * b * b,
        m * odd * (one - m.times(12.0)) * b * b * b * b,
    ];
    let bells = bells(z);
    let mut sum = Complex::new(0.0, 0.0);
    let mut binomial = 1.0;
    for k in 0..=order {
        sum = sum + (bells[order - k] * slopes[k]).times(2.0 * binomial);
        binomial *= (order - k) as f64 / (k as f64 + 1.0);
    }
    sum
}

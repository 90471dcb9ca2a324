//! The functions of formulas on single values: the same numbers on every machine.
//!
//! Takes and gives plain numbers. Column code and the row by row way both call these functions,
//! so that both agree to the last bit. What the hardware rounds by itself (`+ - * / sqrt`) comes
//! from the standard library, `exp` and `ln` from [`exponential`], all others from `libm`, which is
//! compiled and not linked.

use super::exponential;

/// eˣ
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    exponential::exp(x)
}

/// Natural logarithm; NaN below 0.
#[must_use]
#[inline]
pub fn ln(x: f64) -> f64 {
    exponential::ln(x)
}

/// x − ln(1 + x), exact for small x; `one_plus_x` is 1 + x as it is known best. NaN unless that is
/// positive and finite.
#[must_use]
#[inline]
pub fn minus_ln_1p(x: f64, one_plus_x: f64) -> f64 {
    exponential::minus_ln_1p(x, one_plus_x)
}

/// Logarithm to base 10; NaN below 0.
#[must_use]
#[inline]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// ln(1 + x), exact for small x.
#[must_use]
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// eˣ − 1, exact for small x.
#[must_use]
#[inline]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// Inverse hyperbolic sine.
#[must_use]
#[inline]
pub fn asinh(x: f64) -> f64 {
    libm::asinh(x)
}

/// Error function 2/√π ∫ exp(−t²) dt from 0 to x.
#[must_use]
#[inline]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// 1 − erf(x), with all digits for large x.
#[must_use]
#[inline]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// Sine of an angle in radians.
#[must_use]
#[inline]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}

/// Cosine of an angle in radians.
#[must_use]
#[inline]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// Tangent of an angle in radians.
#[must_use]
#[inline]
pub fn tan(x: f64) -> f64 {
    libm::tan(x)
}

/// Angle in radians whose sine is x; NaN outside −1 … 1.
#[must_use]
#[inline]
pub fn asin(x: f64) -> f64 {
    libm::asin(x)
}

/// Angle in radians whose cosine is x; NaN outside −1 … 1.
#[must_use]
#[inline]
pub fn acos(x: f64) -> f64 {
    libm::acos(x)
}

/// Angle in radians whose tangent is x.
#[must_use]
#[inline]
pub fn atan(x: f64) -> f64 {
    libm::atan(x)
}

/// Angle in radians of the point (x, y), from −π to π.
#[must_use]
#[inline]
pub fn atan2(y: f64, x: f64) -> f64 {
    libm::atan2(y, x)
}

/// Hyperbolic sine.
#[must_use]
#[inline]
pub fn sinh(x: f64) -> f64 {
    libm::sinh(x)
}

/// Hyperbolic cosine.
#[must_use]
#[inline]
pub fn cosh(x: f64) -> f64 {
    libm::cosh(x)
}

/// Hyperbolic tangent.
#[must_use]
#[inline]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// √(x² + y²) without overflow on the way.
#[must_use]
#[inline]
pub fn hypot(x: f64, y: f64) -> f64 {
    libm::hypot(x, y)
}

/// Square root; NaN below 0.
#[must_use]
#[inline]
pub fn sqrt(x: f64) -> f64 {
    x.sqrt()
}

/// x to the power y, for a y that is not a whole number by type. See [`pow_whole`].
#[must_use]
#[inline]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// x to a whole power by repeated squaring, always in the same order of multiplications:
/// x² is x·x to the last bit. A negative power is 1 / x to the positive one.
#[must_use]
#[inline]
pub fn pow_whole(x: f64, n: i64) -> f64 {
    let mut left = n.unsigned_abs();
    let mut square = x;
    let mut result = 1.0;
    loop {
        if left & 1 == 1 {
            result *= square;
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        square *= square;
    }
    if n < 0 { 1.0 / result } else { result }
}

/// A whole number to a whole power that is not negative; `None` if it does not fit.
#[must_use]
#[inline]
pub fn pow_int(x: i64, n: i64) -> Option<i64> {
    match u32::try_from(n) {
        Ok(n) => x.checked_pow(n),
        // Only these stay small for such powers.
        Err(_) if n > 0 => match x {
            0 | 1 => Some(x),
            -1 => Some(if n % 2 == 0 { 1 } else { -1 }),
            _ => None,
        },
        Err(_) => None,
    }
}

/// The nearest whole number, halves away from 0.
#[must_use]
#[inline]
pub fn round(x: f64) -> f64 {
    x.round()
}

/// The smaller number, the second one of equal ones; NaN if one of them is NaN, so that a bad
/// value is not hidden.
#[must_use]
#[inline]
pub fn min(x: f64, y: f64) -> f64 {
    if x < y || x.is_nan() { x } else { y }
}

/// The larger number, the second one of equal ones; NaN if one of them is NaN, so that a bad
/// value is not hidden.
#[must_use]
#[inline]
pub fn max(x: f64, y: f64) -> f64 {
    if x > y || x.is_nan() { x } else { y }
}

/// The whole number a number becomes when its fraction is cut off; `None` for NaN and what does
/// not fit in 64 bits.
#[must_use]
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
pub fn to_int(x: f64) -> Option<i64> {
    // -2^63 is a number of both kinds, 2^63 is the first one too large.
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (-LIMIT..LIMIT).contains(&x).then_some(x as i64)
}

/// The number of no channel.
pub const NO_CHANNEL: i64 = i64::MIN;

/// A whole number of a channel; NaN gives [`NO_CHANNEL`], other numbers are none.
#[must_use]
#[inline]
pub fn to_channel(x: f64) -> Option<i64> {
    if x.is_nan() {
        return Some(NO_CHANNEL);
    }
    to_int(x).filter(|_| x.fract() == 0.0)
}

/// A whole number as the nearest number; exact up to 2⁵³.
#[must_use]
#[inline]
#[expect(clippy::cast_precision_loss, reason = "said in its description")]
pub fn to_float(x: i64) -> f64 {
    x as f64
}

//! The probability of a χ² as large or larger.

use crate::expr::maths;

/// The probability that χ² with `ndf` degrees of freedom is `chi2` or larger: the regularised
/// upper incomplete gamma function Q(ndf/2, χ²/2). NaN for `ndf` < 1 or a χ² that is negative or
/// not a number.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "degrees of freedom are few")]
pub fn probability(chi2: f64, ndf: i64) -> f64 {
    if ndf < 1 || !(chi2 >= 0.0) {
        return f64::NAN;
    }
    let (a, x) = (0.5 * ndf as f64, 0.5 * chi2);
    if x == 0.0 {
        return 1.0;
    }
    if x == f64::INFINITY {
        return 0.0;
    }
    // x^a e^-x / Γ(a)
    let front = maths::exp(a * maths::ln(x) - x - libm::lgamma(a));
    let q = if x < a + 1.0 {
        1.0 - front * lower_series(a, x)
    } else {
        front * upper_fraction(a, x)
    };
    q.clamp(0.0, 1.0)
}

const TERMS: u32 = 100_000;

/// Σ xⁿ / (a (a+1) … (a+n)), which converges for x < a + 1.
fn lower_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
    for _ in 0..TERMS {
        n += 1.0;
        term *= x / n;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// The continued fraction 1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …))), by Lentz's method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..TERMS {
        let n = f64::from(i);
        let numerator = -n * (n - a);
        b += 2.0;
        d = numerator * d + b;
        d = if d.abs() < tiny { tiny } else { d };
        c = b + numerator / c;
        c = if c.abs() < tiny { tiny } else { c };
        d = 1.0 / d;
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `mpmath.gammainc(ndf/2, chi2/2, regularized=True)` with 30 digits.
    #[test]
    fn known_values() {
        for (chi2, ndf, expected) in KNOWN {
            let have = probability(chi2, ndf);
            assert!(
                (have - expected).abs() <= 1e-10 * expected,
                "{chi2} {ndf}: {have} {expected}"
            );
        }
    }

    #[test]
    fn what_is_no_chi2_has_no_probability() {
        assert!(probability(1.0, 0).is_nan());
        assert!(probability(f64::NAN, 3).is_nan());
        assert!(probability(-1.0, 3).is_nan());
        assert_eq!(probability(0.0, 3), 1.0);
        assert_eq!(probability(f64::INFINITY, 3), 0.0);
    }

    const KNOWN: [(f64, i64, f64); 9] = [
        (1.0, 1, 0.3173105078629141),
        (3.841458820694124, 1, 0.050000000000000057),
        (0.3, 2, 0.86070797642505781),
        (10.0, 10, 0.44049328506521241),
        (88.42, 95, 0.67009608818198519),
        (300.0, 200, 5.9245403354839158e-6),
        (0.001, 3, 0.99999159208094195),
        (150.0, 20, 6.285681673933381e-22),
        (10500.0, 10000, 0.00024794736798936085),
    ];
}

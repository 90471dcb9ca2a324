//! Against values made with 60 digits.

use serde::Deserialize;

use super::{asinhrel, asinhrel_slope, landau, ln1prel, ln1prel_slope, voigt};

#[derive(Deserialize)]
struct Reference {
    /// x, L₀, L₁, L₂
    landau: Vec<Vec<f64>>,
    /// x, sigma, gamma, real and imaginary part of F and four derivatives
    voigt: Vec<Vec<f64>>,
    /// x, value, first and second derivative
    ln1prel: Vec<Vec<f64>>,
    asinhrel: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    let text = include_str!("../../../tests/data/special_reference.json");
    serde_json::from_str(text).expect("the reference")
}

/// All that differs by more than `tolerance` of the given size.
fn check(wrong: Vec<String>) {
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn landau_and_its_derivatives() {
    let mut wrong = Vec::new();
    for row in reference().landau {
        let x = row[0];
        // below, the argument of an exponential is large
        let steep = 1.0 + crate::expr::maths::exp(-x - 1.0);
        for order in 0..3_u8 {
            let (have, want) = (landau(order, x), row[usize::from(order) + 1]);
            // the derivatives cross 0
            let size = if order == 0 || x > 9.0 { 0.0 } else { row[1] };
            let tolerance = 3e-15 * steep * (want.abs() + size);
            if !((have - want).abs() <= tolerance) {
                wrong.push(format!(
                    "L{order}({x}) = {have:e}, not {want:e}: {:e}",
                    have / want - 1.0
                ));
            }
        }
    }
    check(wrong);
}

#[test]
fn landau_far_away() {
    for order in 0..3 {
        for x in [f64::NEG_INFINITY, f64::INFINITY, -1e300, -9.0] {
            assert_eq!(landau(order, x), 0.0, "{order} {x}");
        }
        assert!(landau(order, f64::NAN).is_nan());
    }
    // 1/λ² far to the right, and positive before it vanishes to the left
    assert!((landau(0, 1e15) * 1e30 - 1.0).abs() < 1e-12);
    assert!(landau(0, -7.0) > 0.0);
}

#[test]
fn voigt_and_its_derivatives() {
    let mut wrong = Vec::new();
    for row in reference().voigt {
        let (x, sigma, gamma) = (row[0], row[1], row[2]);
        for n in 0..5_u8 {
            let at = 3 + 2 * usize::from(n);
            let size = row[at].hypot(row[at + 1]);
            for (imaginary, want) in [(false, row[at]), (true, row[at + 1])] {
                let have = voigt(n, imaginary, x, sigma, gamma);
                let tolerance = match (n, imaginary) {
                    (0, false) => 1e-13 * want.abs(),
                    _ => 3e-12 * size,
                };
                if !((have - want).abs() <= tolerance + f64::MIN_POSITIVE) {
                    wrong.push(format!(
                        "F{n} ({imaginary}) at {x}, {sigma}, {gamma} = {have:e}, not {want:e}: {:e}",
                        (have - want) / size
                    ));
                }
            }
        }
    }
    check(wrong);
}

#[test]
fn voigt_where_there_is_none() {
    for (x, sigma, gamma) in [
        (0.0, 0.0, 0.0),
        (0.0, 1.0, -1.0),
        (f64::NAN, 1.0, 1.0),
        (0.0, f64::INFINITY, 1.0),
    ] {
        assert!(
            voigt(0, false, x, sigma, gamma).is_nan(),
            "{x} {sigma} {gamma}"
        );
    }
    // even in x and in sigma
    let value = voigt(0, false, 0.7, 0.4, 0.2);
    assert_eq!(value, voigt(0, false, -0.7, -0.4, 0.2));
}

#[test]
fn quotients_with_a_limit() {
    let reference = reference();
    let mut wrong = Vec::new();
    let logarithm = (
        ln1prel as fn(f64) -> f64,
        ln1prel_slope as fn(u8, f64, f64) -> f64,
    );
    let sine = (
        asinhrel as fn(f64) -> f64,
        asinhrel_slope as fn(u8, f64, f64) -> f64,
    );
    for (table, (value, slope)) in [(&reference.ln1prel, logarithm), (&reference.asinhrel, sine)] {
        for row in table {
            let x = row[0];
            let r = value(x);
            for (have, want) in [r, slope(1, x, r), slope(2, x, r)].iter().zip(&row[1..]) {
                if !((have - want).abs() <= 1e-13 * want.abs()) {
                    wrong.push(format!("at {x}: {have:e}, not {want:e}"));
                }
            }
        }
    }
    check(wrong);
    assert_eq!((ln1prel(0.0), asinhrel(-0.0)), (1.0, 1.0));
    assert_eq!(
        (ln1prel_slope(1, 0.0, 1.0), asinhrel_slope(1, 0.0, 1.0)),
        (-0.5, 0.0)
    );
}

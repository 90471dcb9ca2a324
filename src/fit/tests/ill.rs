//! Places that look like minima and are none: saddles, flat directions, parameters that run away.

use crate::expr::build::{add, call, column, mul, neg, number, parameter, sub};
use crate::expr::{Expr, Function, maths};
use crate::fit::models::{exponential, gaussian};
use crate::fit::{Fit, Model, Options, fit_histogram, fit_points};

use super::basics::{histogram, near};

fn places(n: u32, low: f64, high: f64) -> Vec<f64> {
    let step = (high - low) / f64::from(n - 1);
    (0..n).map(|i| low + f64::from(i) * step).collect()
}

fn fit(model: &Model, x: &[f64], y: &[f64], error: f64) -> Fit {
    fit_points(x, y, &vec![error; x.len()], model, &Options::default()).expect("a fit")
}

fn bell(x: f64, mean: f64, sigma: f64) -> f64 {
    let pull = (x - mean) / sigma;
    maths::exp(-0.5 * pull * pull)
}

/// Between two equal peaks the slope of the mean is exactly zero, but either of them is better.
#[test]
fn a_mean_between_two_peaks_is_left() {
    let x = places(101, -5.0, 5.0);
    let both = |x: &f64| bell(*x, -2.0, 0.5) + bell(*x, 2.0, 0.5);
    let y: Vec<f64> = x.iter().map(both).collect();
    for error in [1.0, 0.01] {
        let model = gaussian().start("norm", 1.0).start("mean", 0.0);
        let model = model.start("sigma", 0.5).fix("sigma");
        let fit = fit(&model, &x, &y, error);
        eprintln!("{error}: {:?} {}", fit.values, fit.why);
        near(fit.values[1].abs(), 2.0, 0.01);
    }
}

/// Without a height nothing else has a slope.
#[test]
fn a_height_of_zero_is_left() {
    let contents: Vec<f64> = places(60, -4.9, 4.9)
        .iter()
        .map(|x| 300.0 * bell(*x, 0.5, 1.0))
        .collect();
    let data = histogram(60, -5.0, 5.0, &contents);
    let model = gaussian().start("norm", 0.0);
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    near(fit.values[0], 300.0, 1.0);
}

/// `a·exp(−b·x)`
fn decay(a: &str, b: &str) -> Expr {
    let shape = call(Function::Exp, &neg(&mul(&parameter(b), &column("x"))));
    mul(&parameter(a), &shape)
}

/// Two equal exponentials are one: all slopes come twice.
#[test]
fn two_equal_exponentials_are_left_or_flagged() {
    let x = places(40, 0.0, 4.0);
    let y: Vec<f64> = x
        .iter()
        .map(|x| 2.0 * maths::exp(-x) + maths::exp(-3.0 * x))
        .collect();
    let model = Model::new("two", add(&decay("a", "b"), &decay("c", "d")));
    let model = model.start("a", 1.5).start("c", 1.5);
    let model = model.start("b", 2.0).start("d", 2.0);
    for error in [1.0, 1e-3, 1e-6] {
        let fit = fit(&model, &x, &y, error);
        eprintln!("{error}: {:?} {:e} {}", fit.values, fit.chi2, fit.why);
        assert!(fit.valid(), "{fit:?}");
        near(fit.values[1].min(fit.values[3]), 1.0, 1e-6);
        near(fit.values[1].max(fit.values[3]), 3.0, 1e-6);
    }
}

/// A constant is an exponential whose constant of decay is infinite, a step one that rises at once.
#[test]
fn what_runs_to_infinity_is_flagged() {
    let x = places(40, 0.1, 4.0);
    for error in [1.0, 0.01] {
        for level in [5.0, 1e4] {
            let y = vec![level; x.len()];
            let model = exponential().start("norm", level).start("tau", 2.0);
            let fit = fit(&model, &x, &y, error);
            eprintln!(
                "{error} {level}: {:?} {:e} {}",
                fit.values, fit.edm, fit.why
            );
            assert!(!fit.valid() && !fit.why.is_empty(), "{fit:?}");
            let rise = sub(
                &number(1.0),
                &call(Function::Exp, &neg(&mul(&parameter("rate"), &column("x")))),
            );
            let model = Model::new("rise", mul(&parameter("level"), &rise)).start("rate", 1.0);
            let fit = self::fit(&model, &x, &y, error);
            eprintln!(
                "{error} {level}: {:?} {:e} {}",
                fit.values, fit.edm, fit.why
            );
            assert!(!fit.valid() && !fit.why.is_empty(), "{fit:?}");
        }
    }
}

/// Far from the data a peak has no slopes at all: the start is as flat as any place around it.
#[test]
fn a_peak_far_from_the_data_is_flagged_or_found() {
    let x = places(50, 0.0, 5.0);
    let y: Vec<f64> = x.iter().map(|x| 3.0 * bell(*x, 2.0, 0.3)).collect();
    for mean in [-40.0, 30.0, 500.0] {
        let model = gaussian().start("norm", 1.0);
        let model = model.start("mean", mean).start("sigma", 0.5);
        let fit = fit(&model, &x, &y, 0.1);
        eprintln!("{mean}: {:?} {}", fit.values, fit.why);
        assert!(
            !fit.valid() || (fit.values[1] - 2.0).abs() < 1e-6,
            "{fit:?}"
        );
    }
}

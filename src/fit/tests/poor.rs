//! Millions of entries that the model describes badly: the usual state of real calibrations. Such a
//! fit has a bad χ², which is no reason to call its minimum wrong.

use crate::expr::maths;
use crate::fit::models::{gaussian, novosibirsk, on_constant};
use crate::fit::{Cost, Fit, Model, Options, fit_histogram};
use crate::hist::Histogram;

use super::basics::histogram;

fn bell(x: f64, mean: f64, sigma: f64) -> f64 {
    let pull = (x - mean) / sigma;
    maths::exp(-0.5 * pull * pull)
}

fn shape(name: &str, x: f64) -> f64 {
    match name {
        "tails" => 0.7 * bell(x, 0.3, 1.0) + 0.3 * bell(x, 0.3, 3.0),
        "background" => bell(x, 0.3, 1.0) + 0.5,
        "skew" => bell(x, 0.0, if x < 0.0 { 2.0 } else { 0.7 }),
        "exponential tail" if x < -1.0 => bell(1.0, 0.0, 1.0) * maths::exp(x + 1.0),
        "exponential tail" => bell(x, 0.0, 1.0),
        "triangle" => (1.0 - x.abs() / 5.0).max(0.0),
        "box" => f64::from(u8::from(x.abs() < 2.0)) + 1e-5,
        _ => 1.0 / (1.0 + x * x),
    }
}

fn data(name: &str) -> Histogram {
    let centres = (0..100).map(|i| -5.0 + 0.1 * (f64::from(i) + 0.5));
    let contents: Vec<f64> = centres.map(|x| (1e6 * shape(name, x)).round()).collect();
    histogram(100, -5.0, 5.0, &contents)
}

fn fit(data: &Histogram, model: &Model, cost: Cost) -> Fit {
    let options = Options {
        cost: Some(cost),
        ..Options::default()
    };
    fit_histogram(data, model, &options).expect("a fit")
}

#[test]
fn badly_described_data_have_a_valid_minimum_all_the_same() {
    let shapes = [
        "tails",
        "background",
        "skew",
        "exponential tail",
        "triangle",
        "box",
        "cauchy",
    ];
    for name in shapes {
        let data = data(name);
        for cost in [Cost::Poisson, Cost::Chi2] {
            let own = fit(&data, &gaussian(), cost);
            assert!(own.valid(), "{name} {cost}: {own:?}");
            // no other beginning leads lower
            for (mean, sigma) in [(-2.0, 0.5), (2.0, 0.5), (0.0, 4.0), (-4.0, 1.0), (4.0, 2.0)] {
                let other = gaussian().start("mean", mean).start("sigma", sigma);
                let other = fit(&data, &other, cost);
                assert!(
                    other.chi2 >= own.chi2 * (1.0 - 1e-9),
                    "{name} {cost}: {other:?} {own:?}"
                );
            }
        }
    }
}

/// A tail bends the peak; where there is a constant below, the same holds.
#[test]
fn other_models_of_them_too() {
    for name in ["tails", "exponential tail", "skew"] {
        let found = fit(&data(name), &novosibirsk(), Cost::Poisson);
        assert!(found.valid(), "{name}: {found:?}");
    }
    for name in ["tails", "exponential tail", "triangle"] {
        let found = fit(&data(name), &on_constant(gaussian()), Cost::Chi2);
        assert!(found.valid(), "{name}: {found:?}");
    }
}

/// The mean of symmetric data is 0 to the last digit, from a start that is the same: a value a
/// million times its start is nothing that ran away.
#[test]
fn a_mean_of_zero_is_found() {
    for start in [1e-22, -1e-19, 0.0] {
        let model = gaussian().start("mean", start);
        let found = fit(&data("triangle"), &model, Cost::Poisson);
        assert!(found.valid(), "{start}: {found:?}");
        assert!(found.values[1].abs() < 1e-9, "{start}: {found:?}");
    }
}

/// Five entries scatter far around any peak: the only minimum there is (that of Minuit from 300
/// starts) is not doubted for that.
#[test]
fn the_minimum_of_a_few_entries_is_valid() {
    let few = histogram(4, -30.0, 30.0, &[2.0, 0.0, 3.0, 0.0]);
    let found = fit(&few, &gaussian(), Cost::Poisson);
    assert!(found.valid(), "{found:?}");
    for (have, want) in found.values.iter().zip([1.730_566, -9.191_05, 21.349_13]) {
        assert!((have - want).abs() < 1e-5, "{found:?}");
    }
}

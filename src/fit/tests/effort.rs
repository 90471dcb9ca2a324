//! What ordinary fits cost: robustness against bad starts must not be paid by good ones.

use crate::fit::minimise::LAST;
use crate::fit::models::{gaussian, novosibirsk, on_constant};
use crate::fit::{Compiled, Model, Options, fit_histogram};
use crate::hist::Histogram;

use super::basics::histogram;
use super::random::Random;

/// Evaluations per fit of histograms filled with Poisson numbers around a model.
fn evaluations(model: &Model, truth: &[f64], low: f64, high: f64) -> f64 {
    let mut random = Random(3);
    let compiled = Compiled::new(model).expect("a model");
    let mut calls = 0;
    for _ in 0..100 {
        let width = (high - low) / 100.0;
        let contents: Vec<f64> = (0..100)
            .map(|i| low + (f64::from(i) + 0.5) * width)
            .map(|x| random.poisson(compiled.value(x, truth)))
            .collect();
        let data: Histogram = histogram(100, low, high, &contents);
        let fit = fit_histogram(&data, model, &Options::default()).expect("a fit");
        assert!(fit.valid(), "{fit:?}");
        calls += LAST.get().0;
    }
    f64::from(calls) / 100.0
}

/// The bounds are what fits of data that the model describes took when they were written.
#[test]
fn ordinary_fits_take_few_evaluations() {
    let gauss = gaussian();
    let shifted = on_constant(gaussian());
    for (model, truth, low, high, most) in [
        (&gauss, &[200.0, 0.3, 1.1][..], -5.0, 5.0, 6.4),
        (&shifted, &[200.0, 0.3, 1.1, 30.0], -5.0, 5.0, 8.8),
        (&novosibirsk(), &[300.0, 5.0, 0.3, -0.4, 3.0], 3.0, 6.0, 8.7),
    ] {
        let have = evaluations(model, truth, low, high);
        assert!(have <= most, "{}: {have} evaluations per fit", model.name);
    }
}

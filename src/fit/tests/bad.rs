//! Whatever comes in: never a panic, never a number that is none without a flag.

use proptest::prelude::*;

use crate::fit::models::{
    double_gaussian, exponential, gaussian, gaussian_core, line, novosibirsk, on_constant,
    polynomial,
};
use crate::fit::{Cost, Error, Fit, Model, Options, fit_each, fit_histogram, fit_points};
use crate::hist::Histogram;

use super::basics::histogram;

fn models() -> impl Strategy<Value = Model> {
    (0..8usize).prop_map(|which| match which {
        0 => gaussian(),
        1 => on_constant(gaussian()),
        2 => double_gaussian(),
        3 => line(),
        4 => polynomial(4),
        5 => on_constant(exponential()),
        6 => novosibirsk(),
        _ => gaussian_core(1.5),
    })
}

pub(super) fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -10.0..10.0f64,
        1 => prop::sample::select(vec![
            0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, 1e-300, f64::MAX,
        ]),
    ]
}

fn content() -> impl Strategy<Value = f64> {
    prop_oneof![
        60 => (0..30u32).prop_map(f64::from),
        20 => Just(0.0),
        1 => number(),
    ]
}

fn edit(model: Model, which: usize, start: Option<f64>, limits: Option<(f64, f64)>) -> Model {
    let name = model.parameters[which % model.parameters.len()]
        .name
        .clone();
    let model = match start {
        Some(value) => model.start(&name, value),
        None => model,
    };
    match limits {
        Some((low, high)) => model.limits(&name, Some(low), Some(high)),
        None => model,
    }
}

/// All numbers are numbers, and the flags say what they must.
pub(super) fn honest(fit: &Fit) {
    let numbers = fit.values.iter().chain(&fit.errors).chain(&fit.covariance);
    let others = [fit.chi2, fit.edm, fit.entries, fit.low, fit.high];
    for number in numbers.chain(&others) {
        assert!(number.is_finite(), "{fit:?}");
    }
    assert!(fit.errors.iter().all(|error| *error >= 0.0), "{fit:?}");
    assert_eq!(fit.valid(), fit.why.is_empty(), "{fit:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_in(
        model in models(),
        contents in prop::collection::vec(content(), 1..40),
        poisson in any::<Option<bool>>(),
        integrate in any::<bool>(),
        which in any::<usize>(),
        start in prop::option::weighted(0.3, number()),
        limits in prop::option::weighted(0.3, (number(), number())),
        fixed in any::<bool>(),
    ) {
        let bins = u32::try_from(contents.len()).expect("few");
        let data = histogram(bins, -3.0, 5.0, &contents);
        let mut model = edit(model, which, start, limits);
        if fixed && start.is_some() {
            let at = which % model.parameters.len();
            model.parameters[at].fixed = true;
        }
        let options = Options {
            cost: poisson.map(|poisson| if poisson { Cost::Poisson } else { Cost::Chi2 }),
            integrate,
            max_calls: 500,
            ..Options::default()
        };
        match fit_histogram(&data, &model, &options) {
            Ok(fit) => honest(&fit),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        if let Ok(rows) = fit_each(&[(7, &data)], &model, &options) {
            prop_assert_eq!(rows.len(), 1);
            prop_assert_eq!(rows[0].ok, rows[0].why.is_empty());
            prop_assert!(!rows[0].why.contains("panicked"), "{:?}", &rows[0]);
        }
    }
}

fn refused(data: &Histogram, model: &Model) -> Error {
    fit_histogram(data, model, &Options::default()).expect_err("refused")
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let empty = histogram(20, 0.0, 1.0, &[]);
    let message = refused(&empty, &line()).to_string();
    assert_eq!(
        message,
        "there is nothing to fit: all bins from 0 to 1 are empty"
    );

    let full = histogram(2, 0.0, 1.0, &[4.0, 5.0]);
    let model = gaussian();
    assert_eq!(
        refused(&full, &model).to_string(),
        "3 free parameters need as many bins or points, not 2"
    );
    let model = line().start("offset", f64::INFINITY);
    assert_eq!(
        refused(&full, &model).to_string(),
        "model line: parameter offset would start at inf, which is not a number to start from"
    );
    let model = line().limits("slope", Some(2.0), Some(1.0));
    assert_eq!(
        refused(&full, &model).to_string(),
        "model line: the limits of parameter slope leave no room: 2 to 1"
    );
    let bad = histogram(2, 0.0, 1.0, &[4.0, f64::NAN]);
    assert_eq!(
        refused(&bad, &line()).to_string(),
        "the content at x = 0.75 is NaN: a fit needs finite numbers and positive errors"
    );
    let negative = histogram(2, 0.0, 1.0, &[4.0, -1.0]);
    assert_eq!(
        refused(&negative, &line()).to_string(),
        "the content at x = 0.75 is -1: a Poisson likelihood needs counts, choose cost \"chi2\""
    );
    let few = Options {
        min_entries: 10.0,
        ..Options::default()
    };
    let error = fit_histogram(&full, &line(), &few).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "9 entries are fewer than the 10 asked for"
    );
    let error = fit_points(&[1.0, 2.0], &[1.0, 2.0], &[1.0, 0.0], &line(), &few);
    let error = error.expect_err("refused").to_string();
    assert_eq!(
        error,
        "the error at x = 2 is 0: a fit needs finite numbers and positive errors"
    );
}

/// A parameter that nothing depends on, and two that do the same, are flagged.
#[test]
fn what_the_data_do_not_determine_is_flagged() {
    use crate::expr::build::{add, mul, parameter};
    let data = histogram(
        10,
        0.0,
        1.0,
        &[5.0, 3.0, 4.0, 6.0, 5.0, 7.0, 3.0, 2.0, 6.0, 4.0],
    );
    let sum = Model::new("twice", add(&parameter("a"), &parameter("b")));
    let fit = fit_histogram(&data, &sum, &Options::default()).expect("a fit");
    honest(&fit);
    assert!(!fit.accurate && !fit.valid(), "{fit:?}");
    let product = Model::new("product", mul(&parameter("a"), &parameter("b")));
    let fit = fit_histogram(&data, &product, &Options::default());
    if let Ok(fit) = fit {
        honest(&fit);
        assert!(!fit.valid(), "{fit:?}");
    }
}

/// All entries in one bin: a peak of any smaller width is as good.
#[test]
fn a_peak_in_one_bin_is_flagged() {
    let data = histogram(4, -30.0, 30.0, &[0.0, 4.0, 0.0, 0.0]);
    let fit = fit_histogram(&data, &gaussian(), &Options::default()).expect("a fit");
    honest(&fit);
    assert!(!fit.valid(), "{fit:?}");
    assert!(fit.why.contains("determine"), "{fit:?}");
}

/// A model whose best line is negative where counts are: flagged, and the place is named.
#[test]
fn a_negative_model_under_a_likelihood_is_flagged() {
    let mut contents = vec![0.0; 20];
    contents[0] = 40.0;
    contents[1] = 25.0;
    contents[2] = 12.0;
    let data = histogram(20, 0.0, 1.0, &contents);
    let fit = fit_histogram(&data, &line(), &Options::default()).expect("a fit");
    honest(&fit);
    assert!(!fit.valid(), "{fit:?}");
}

#[test]
fn the_call_limit_is_a_fact() {
    let contents: Vec<f64> = (0..40).map(|i| f64::from(40 - i)).collect();
    let data = histogram(40, 0.0, 1.0, &contents);
    let options = Options {
        max_calls: 3,
        ..Options::default()
    };
    let fit = fit_histogram(&data, &on_constant(gaussian()), &options).expect("a fit");
    honest(&fit);
    assert!(fit.call_limit && !fit.valid(), "{fit:?}");
    assert!(
        fit.why.contains("the limit of 3 evaluations was reached"),
        "{fit:?}"
    );
}

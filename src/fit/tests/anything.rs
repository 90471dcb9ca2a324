//! Whatever comes in, of any kind of data: an answer that says what it is, or an error with a
//! sentence; never a panic, never a number that is none without a flag.

use proptest::prelude::*;

use crate::expr::build::{column, mul, neg, number, parameter, sub};
use crate::expr::{Column, Table};
use crate::fit::models::{exponential, gaussian, line, novosibirsk, on_constant, polynomial};
use crate::fit::{
    Compiled, Cost, Error, Errors, Fit, Model, Options, Points, Sample, fit_histogram, fit_points,
    fit_rows, fit_together, fit_values,
};
use crate::hist::{Axis, Histogram};

use super::bad::{honest, number as any_number};
use super::basics::histogram;

/// Models with start values of their own, for data that no rule can look at.
fn started() -> impl Strategy<Value = Model> {
    (0..5usize).prop_map(|which| match which {
        0 => gaussian()
            .start("norm", 3.0)
            .start("mean", 0.5)
            .start("sigma", 1.0),
        1 => exponential().start("norm", 2.0).start("tau", 1.5),
        2 => line().start("offset", 1.0),
        3 => polynomial(3).start("c0", 1.0),
        _ => on_constant(gaussian())
            .start("norm", 3.0)
            .start("mean", 0.5)
            .start("sigma", 1.0)
            .start("level", 1.0),
    })
}

/// The parameter of one row.
fn normal_rows() -> Model {
    let pull = sub(&column("y"), &parameter("mean"));
    Model::new("normal", mul(&number(-0.5), &mul(&pull, &pull)))
}

fn values(ordinary: u32) -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![ordinary => -3.0..4.0f64, 1 => any_number()];
    prop::collection::vec(value, 0..25)
}

fn cost() -> impl Strategy<Value = Option<Cost>> {
    prop::option::of(prop::sample::select(vec![
        Cost::Chi2,
        Cost::Poisson,
        Cost::Unbinned,
        Cost::Extended,
        Cost::LogLikelihood,
    ]))
}

fn options() -> impl Strategy<Value = Options> {
    let errors = prop::sample::select(vec![Errors::Hessian, Errors::Linearised, Errors::Minos]);
    let range = prop::option::weighted(0.3, (any_number(), any_number()));
    (cost(), errors, range).prop_map(|(cost, errors, range)| Options {
        cost,
        errors,
        range,
        max_calls: 400,
        ..Options::default()
    })
}

fn answered(answer: Result<Fit, Error>) {
    match answer {
        Ok(fit) => honest(&fit),
        Err(error) => assert!(error.to_string().len() > 10, "{error:?}"),
    }
}

/// A histogram of sums of weights.
fn weighted(contents: &[f64], variances: &[f64]) -> Histogram {
    let bins = u32::try_from(contents.len().max(1)).expect("few");
    let mut histogram = histogram(bins, -3.0, 4.0, contents);
    let cells = histogram.counts.len();
    let mut cell = std::iter::once(0.0).chain(variances.iter().copied());
    histogram.variances = Some((0..cells).map(|_| cell.next().unwrap_or(0.0)).collect());
    histogram
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn points_of_any_kind(
        model in started(), x in values(60), y in values(60), errors in values(60),
        x_errors in prop::option::of(values(60)), options in options(),
    ) {
        let x_errors = x_errors.unwrap_or_default();
        let n = x.len().min(y.len()).min(errors.len());
        let short = |v: &[f64]| v[..n.min(v.len())].to_vec();
        // as they came, and cut to the same length with errors that could be some
        let points = Points { x: &x, y: &y, errors: &errors, x_errors: &x_errors };
        let compiled = Compiled::new(&model).expect("a model");
        answered(compiled.solve_points(&points, &options).map(|solved| solved.fit));
        let positive = |v: &[f64]| -> Vec<f64> { short(v).iter().map(|e| e.abs()).collect() };
        let (x, y, errors, x_errors) = (short(&x), short(&y), positive(&errors), positive(&x_errors));
        let points = Points { x: &x, y: &y, errors: &errors, x_errors: &x_errors };
        answered(compiled.solve_points(&points, &options).map(|solved| solved.fit));
        answered(fit_points(&x, &y, &errors, &model, &Options::default()));
    }

    #[test]
    fn single_values_and_rows_of_any_kind(
        model in started(), y in values(80), options in options(),
        range in (any_number(), any_number()), poor in any::<bool>(),
    ) {
        let range = if poor { range } else { (-3.0, 4.0) };
        answered(fit_values(&y, range, &model, &options));
        for cost in [Cost::Unbinned, Cost::Extended] {
            let options = Options { cost: Some(cost), ..options.clone() };
            answered(fit_values(&y, range, &model, &options));
        }
        let mut table = Table::new();
        table.push("y", Column::Float(y)).expect("a column");
        answered(fit_rows(&table, &normal_rows(), &options));
        answered(fit_rows(&table, &model, &options));
    }

    #[test]
    fn sums_of_weights_of_any_kind(
        contents in values(40), variances in values(40), options in options(),
    ) {
        let data = weighted(&contents, &variances);
        for model in [gaussian(), novosibirsk(), on_constant(gaussian()), line()] {
            answered(fit_histogram(&data, &model, &options));
        }
    }

    #[test]
    fn several_at_once_of_any_kind(
        first in started(), second in started(), contents in values(60), y in values(60),
        options in options(),
    ) {
        let data = weighted(&contents, &contents);
        let ones = vec![1.0; y.len()];
        let points = Points { x: &y, y: &y, errors: &ones, x_errors: &[] };
        let samples = [(Sample::Histogram(&data), &first), (Sample::Points(points), &second)];
        answered(fit_together(&samples, &options).map(|solved| solved.fit));
        let samples = [(Sample::Values(&y), &first), (Sample::Histogram(&data), &second)];
        answered(fit_together(&samples, &options).map(|solved| solved.fit));
    }
}

#[test]
fn nothing_to_fit_at_all() {
    let fixed = Model::new("constant", number(3.0));
    let data = histogram(4, 0.0, 1.0, &[1.0, 2.0, 3.0, 4.0]);
    let fit = fit_histogram(&data, &fixed, &Options::default()).expect("a fit");
    honest(&fit);
    assert_eq!((fit.ndf, fit.values.len()), (4, 0));
    // Σ 2 (3 − n + n ln(n/3)) by hand
    let deviance = [1.0, 2.0, 3.0, 4.0_f64].map(|n| 2.0 * (3.0 - n + n * (n / 3.0).ln()));
    assert!((fit.chi2 - deviance.iter().sum::<f64>()).abs() < 1e-12);
    answered(fit_together(&[], &Options::default()).map(|solved| solved.fit));
    answered(fit_values(&[], (0.0, 1.0), &fixed, &Options::default()));
    answered(fit_rows(&Table::new(), &fixed, &Options::default()));
    answered(fit_points(&[], &[], &[], &fixed, &Options::default()));
}

#[test]
fn one_bin_is_enough_for_one_parameter_only() {
    let axis = Axis::regular(1, 0.0, 1.0, "").expect("an axis");
    let data = Histogram::of_counts(axis, vec![0.0, 9.0]);
    let level = Model::new("level", parameter("a"));
    let fit = fit_histogram(&data, &level, &Options::default()).expect("a fit");
    assert!(
        fit.valid() && fit.ndf == 0 && fit.chi2_ndf().is_nan(),
        "{fit:?}"
    );
    assert!(
        (fit.values[0] - 9.0).abs() < 1e-9 && (fit.errors[0] - 3.0).abs() < 1e-9,
        "{fit:?}"
    );
    let error = fit_histogram(&data, &line(), &Options::default()).expect_err("too few");
    assert_eq!(
        error.to_string(),
        "2 free parameters need as many bins or points, not 1"
    );
}

/// Weights that add up to less than nothing are no counts.
#[test]
fn negative_weights_under_a_likelihood_are_refused() {
    let data = weighted(&[3.0, -1.0, 4.0, 2.0], &[3.0, 2.0, 4.0, 2.0]);
    let options = Options {
        cost: Some(Cost::Poisson),
        ..Options::default()
    };
    let error = fit_histogram(&data, &line(), &options).expect_err("refused");
    assert!(
        error
            .to_string()
            .contains("is -1: a Poisson likelihood needs counts"),
        "{error}"
    );
}

/// A model that falls below zero inside the range of single values is no density.
#[test]
fn a_density_below_zero_is_flagged() {
    let values: Vec<f64> = (0..200).map(|i| 0.1 * (f64::from(i) / 200.0)).collect();
    let options = Options {
        cost: Some(Cost::Unbinned),
        ..Options::default()
    };
    let slope = Model::new(
        "falling",
        sub(&number(1.0), &mul(&parameter("s"), &column("x"))),
    );
    match fit_values(&values, (0.0, 1.0), &slope.start("s", 0.5), &options) {
        Ok(fit) => assert!(!fit.valid() && !fit.why.is_empty(), "{fit:?}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let below = Model::new("below", neg(&parameter("a"))).start("a", 1.0);
    answered(fit_values(&values, (0.0, 1.0), &below, &options));
    assert!(fit_values(&values, (0.0, 1.0), &below, &options).is_err());
}

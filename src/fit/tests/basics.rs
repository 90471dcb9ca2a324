//! Fits whose result is known by hand.

use std::sync::Arc;

use crate::expr::{Column, Failure, Place};
use crate::fit::models::{gaussian, gaussian_core, line, on_constant, rule};
use crate::fit::{
    Cost, Error, Errors, Fit, Options, Rule, RuleFunction, fit_each, fit_histogram, fit_points,
    table,
};
use crate::hist::{Axis, Histogram};

use super::random::Random;

pub(super) fn near(have: f64, want: f64, tolerance: f64) {
    assert!(
        (have - want).abs() <= tolerance,
        "{have} is not {want} ± {tolerance}"
    );
}

pub(super) fn histogram(bins: u32, low: f64, high: f64, contents: &[f64]) -> Histogram {
    let axis = Axis::regular(i64::from(bins), low, high, "").expect("an axis");
    let mut counts = vec![0.0];
    counts.extend_from_slice(contents);
    Histogram::of_counts(axis, counts)
}

fn bell(bins: u32, low: f64, high: f64, (norm, mean, sigma): (f64, f64, f64)) -> Histogram {
    let width = (high - low) / f64::from(bins);
    let contents: Vec<f64> = (0..bins)
        .map(|i| low + (f64::from(i) + 0.5) * width)
        .map(|x| norm * (-0.5 * ((x - mean) / sigma).powi(2)).exp())
        .collect();
    histogram(bins, low, high, &contents)
}

/// y = 1, 3, 5, 10 at x = 0 … 3 with errors 1: a = 0.4, b = 2.9 and the covariance
/// (14, −6; −6, 4)/20 by hand; χ² = 0.36 + 0.09 + 1.44 + 0.81 = 2.7.
#[test]
fn line_through_points_by_hand() {
    let fit = fit_points(
        &[0.0, 1.0, 2.0, 3.0],
        &[1.0, 3.0, 5.0, 10.0],
        &[1.0; 4],
        &line(),
        &Options::default(),
    )
    .expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    near(fit.values[0], 0.4, 1e-12);
    near(fit.values[1], 2.9, 1e-12);
    near(fit.chi2, 2.7, 1e-12);
    near(fit.covariance[0], 0.7, 1e-12);
    near(fit.covariance[1], -0.3, 1e-12);
    near(fit.covariance[3], 0.2, 1e-12);
    assert_eq!((fit.ndf, fit.refits), (2, 0));
}

#[test]
fn exact_gaussian_is_found_by_both_costs() {
    let truth = (1000.0, 0.37, 1.3);
    let data = bell(100, -8.0, 8.0, truth);
    for cost in [Cost::Poisson, Cost::Chi2] {
        let options = Options {
            cost: Some(cost),
            ..Options::default()
        };
        let fit = fit_histogram(&data, &gaussian(), &options).expect("a fit");
        assert!(fit.valid(), "{fit:?}");
        near(fit.values[0], truth.0, 1e-6);
        near(fit.values[1], truth.1, 1e-9);
        near(fit.values[2], truth.2, 1e-9);
        // the mean of N entries is known to σ/√N, and σ to σ/√(2N)
        let entries = data.entries();
        near(fit.errors[1], truth.2 / entries.sqrt(), 1e-4);
        near(fit.errors[2], truth.2 / (2.0 * entries).sqrt(), 1e-4);
    }
}

/// The number of entries is kept by a likelihood fit with a free norm.
#[test]
fn likelihood_keeps_the_number_of_entries() {
    let mut random = Random(4);
    let contents: Vec<f64> = (0..50).map(|_| random.poisson(3.0)).collect();
    let data = histogram(50, 0.0, 1.0, &contents);
    let fit = fit_histogram(&data, &line(), &Options::default()).expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    let sum: f64 = (0..50)
        .map(|i| (f64::from(i) + 0.5) / 50.0)
        .map(|x| fit.values[0] + fit.values[1] * x)
        .sum();
    near(sum, data.entries(), 1e-6);
}

#[test]
fn core_fit_settles_on_the_core() {
    // a flat background far outside the core pulls a fit of everything, not one of the core
    let mut data = bell(200, -20.0, 20.0, (5000.0, 1.5, 0.8));
    for count in &mut data.counts[1..=200] {
        *count = (*count + 30.0).round();
    }
    let fit = fit_histogram(&data, &gaussian_core(1.5), &Options::default()).expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    assert!(
        fit.refits > 0 && fit.low > -1.0 && fit.high < 4.0,
        "{fit:?}"
    );
    near(fit.values[1], 1.5, 0.01);
    near(fit.values[2], 0.8, 0.02);
}

#[test]
fn fixed_parameter_stays_and_has_no_error() {
    let data = bell(60, -5.0, 5.0, (300.0, 0.5, 1.0));
    let model = gaussian().start("mean", 0.0).fix("mean");
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    assert_eq!((fit.values[1], fit.errors[1]), (0.0, 0.0));
    assert_eq!(fit.ndf, 58);
    // about 0 the second moment is 1 + 0.5²
    near(fit.values[2], 1.25f64.sqrt(), 1e-3);
}

#[test]
fn limit_that_the_data_cross_is_reported() {
    let data = bell(60, -5.0, 5.0, (300.0, 0.5, 1.0));
    let model = gaussian().limits("mean", None, Some(0.2));
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    assert!(fit.at_limit && !fit.valid(), "{fit:?}");
    assert_eq!(fit.values[1], 0.2);
    assert_eq!(fit.why, "mean stands at its limit 0.2");
}

#[test]
fn every_channel_has_a_row_and_the_table_its_columns() {
    let good = bell(60, -5.0, 5.0, (300.0, 0.5, 1.0));
    let empty = histogram(60, -5.0, 5.0, &[]);
    let mut broken = good.clone();
    broken.counts[7] = f64::NAN;
    let model = on_constant(gaussian()).start_from("level", "breaks down", |h| {
        assert!(h.maximum() < 1000.0, "too much for me");
        1.0
    });
    let full = bell(60, -5.0, 5.0, (3000.0, 0.5, 1.0));
    let channels = [
        (3, &good),
        (1, &empty),
        (2, &broken),
        (9, &full),
        (4, &good),
    ];
    let rows = fit_each(&channels, &model, &Options::default()).expect("rows");
    let numbers: Vec<i64> = rows.iter().map(|row| row.channel).collect();
    assert_eq!(numbers, [3, 1, 2, 9, 4]);
    assert_eq!(rows[0].fit, rows[4].fit);
    let why: Vec<&str> = rows.iter().map(|row| row.why.as_str()).collect();
    assert!(why[1].contains("there is nothing to fit"), "{why:?}");
    assert!(why[2].contains("NaN"), "{why:?}");
    assert_eq!(
        why[3],
        "the fit panicked: too much for me; this is a bug of b2caf"
    );
    let names = model.names();
    let table = table(&rows, &names, Errors::Hessian).expect("a table");
    let columns: Vec<&str> = table.columns().map(|(name, _)| name).collect();
    let wanted = "channel entries data_mean data_std norm norm_error mean mean_error sigma sigma_error level \
         level_error chi2 ndf chi2_ndf probability low high refits minimum edm_reached at_limit call_limit \
         accurate valid ok why";
    assert_eq!(
        columns.join(" "),
        wanted.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    assert_eq!(
        table.column("ok"),
        Some(&Column::Bool(
            rows.iter()
                .map(|r| r.fit.as_ref().is_some_and(Fit::valid))
                .collect()
        ))
    );
}

#[test]
fn a_parameter_without_start_is_named() {
    let model = gaussian();
    let mut model = crate::fit::Model::new("mine", model.formula);
    let data = bell(60, -5.0, 5.0, (300.0, 0.5, 1.0));
    let error = fit_histogram(&data, &model, &Options::default()).expect_err("no start");
    assert_eq!(
        error,
        Error::NoStart {
            model: "mine".into(),
            parameter: "mean".into()
        }
    );
    model = model.start("mean", 0.0).start("sigma", 2.0);
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    assert!(fit.valid(), "{fit:?}");
    near(fit.values[0], 300.0, 1e-6);
}

/// A peak narrower than a bin fits a single count perfectly; it must not pass as valid.
#[test]
fn a_peak_inside_one_bin_is_flagged() {
    let mut contents = vec![0.0; 40];
    contents[17] = 12.0;
    let data = histogram(40, 0.0, 40.0, &contents);
    for integrate in [false, true] {
        let model = gaussian().start("sigma", 0.5);
        let options = Options {
            integrate,
            ..Options::default()
        };
        let fit = fit_histogram(&data, &model, &options).expect("a fit");
        assert!(!fit.valid(), "{fit:?}");
    }
}

/// The rules of a model are asked in turn: prepare, then range; bins are joined by entries.
#[test]
fn range_prepare_and_joined_bins() {
    let mut data = bell(100, -5.0, 5.0, (10.0, 0.0, 1.0));
    for count in &mut data.counts {
        *count = count.round();
    }
    let entries = data.entries();
    let mut model = gaussian();
    model.range = Some(rule("middle", |_: &Histogram| (-2.04, 1.96)));
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    // bins whose centre is inside: from -1.95 to 1.95
    near(fit.low, -2.0, 1e-12);
    near(fit.high, 2.0, 1e-12);
    assert_eq!(fit.ndf, 40 - 3);
    assert!(fit.entries < entries);

    // 251 entries, wanted as in 600: 100 bins in groups of 4 (3 does not divide)
    assert!((200.0..300.0).contains(&entries));
    let options = Options {
        rebin_below: 600.0,
        ..Options::default()
    };
    let fit = fit_histogram(&data, &gaussian(), &options).expect("a fit");
    assert_eq!((fit.ndf, fit.entries), (25 - 3, entries));

    let mut model = gaussian();
    model.prepare = Some(rule("every other", |h: &Histogram| {
        h.rebin(2).expect("an even number")
    }));
    let fit = fit_histogram(&data, &model, &Options::default()).expect("a fit");
    assert_eq!((fit.ndf, fit.entries), (50 - 3, entries));
}

#[test]
fn of_many_questions_the_first_that_fails_is_told() {
    struct Odd;
    impl RuleFunction<u32, u32> for Odd {
        fn ask(&self, number: &u32) -> Result<u32, Failure> {
            match number % 700 {
                699 => Err(Failure {
                    message: format!("{number} is too much"),
                    hint: None,
                    place: Place::default(),
                }),
                _ => Ok(2 * number),
            }
        }

        fn source(&self) -> &str {
            "odd"
        }
    }
    let rule = Rule(Arc::new(Odd));
    let numbers: Vec<u32> = (0..5000).collect();
    let all: Vec<&u32> = numbers.iter().collect();
    assert_eq!(rule.ask_each(&[]), Ok(Vec::new()));
    let doubled = numbers[..699].iter().map(|n| 2 * n).collect();
    assert_eq!(rule.ask_each(&all[..699]), Ok(doubled));
    for _ in 0..20 {
        let (at, failure) = rule.ask_each(&all[100..]).unwrap_err();
        assert_eq!((at, failure.message.as_str()), (599, "699 is too much"));
    }
}

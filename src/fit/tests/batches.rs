//! Many channels: where they start, and the curves that slices give.

use crate::fit::models::{gaussian, line, on_constant};
use crate::fit::{Compiled, Model, Options, Row, Warm, fit_each, fit_histogram, points_of};
use crate::hist::{Axis, Histogram};

use super::basics::{histogram, near};
use super::random::Random;

/// Peaks that wander slowly from channel to channel; every fifth is empty.
fn channels(count: u32) -> Vec<(i64, Histogram)> {
    let mut random = Random(21);
    let channel = |n: u32| {
        let mean = 0.02 * f64::from(n);
        let contents: Vec<f64> = (0..80)
            .map(|i| -8.0 + 0.2 * (f64::from(i) + 0.5))
            .map(|x| 300.0 * (-0.5 * ((x - mean) / 1.2).powi(2)).exp() + 20.0)
            .map(|expected| random.many(expected) * f64::from(u32::from(n % 5 != 4)))
            .collect();
        (i64::from(n), histogram(80, -8.0, 8.0, &contents))
    };
    (0..count).map(channel).collect()
}

fn references(channels: &[(i64, Histogram)]) -> Vec<(i64, &Histogram)> {
    channels.iter().map(|(n, h)| (*n, h)).collect()
}

fn neighbours() -> Options {
    Options {
        neighbour: true,
        ..Options::default()
    }
}

#[test]
fn neighbours_lead_to_the_same_minima() {
    let data = channels(150);
    let data = references(&data);
    let model = on_constant(gaussian());
    let own = fit_each(&data, &model, &Options::default()).expect("rows");
    let warm = fit_each(&data, &model, &neighbours()).expect("rows");
    for (own, warm) in own.iter().zip(&warm) {
        assert_eq!(own.ok, warm.ok, "{own:?} {warm:?}");
        assert_eq!(own.ok, own.channel % 5 != 4);
        let (Some(own), Some(warm)) = (&own.fit, &warm.fit) else {
            assert_eq!(own.why, warm.why);
            continue;
        };
        for (k, error) in own.errors.iter().enumerate() {
            near(warm.values[k], own.values[k], 1e-6 * error);
        }
    }
}

/// The start rule of this model is of no use: only a neighbour that was fitted can help.
#[test]
fn a_neighbour_helps_where_the_model_does_not() {
    let data = channels(8);
    let data = references(&data);
    let lost = gaussian().start("mean", 500.0).start("sigma", 0.1);
    let own = fit_each(&data, &lost, &Options::default()).expect("rows");
    assert!(own.iter().all(|row| !row.ok), "a start that leads nowhere");
    let earlier = |row: &(i64, &Histogram)| (row.0, vec![300.0, 0.0, 1.0]);
    let earlier = Warm::Earlier(data.iter().map(earlier).collect());
    let compiled = Compiled::new(&lost).expect("a model");
    let rows = compiled.fit_each_from(&data, &earlier, &Options::default());
    let good = |row: &Row| row.fit.is_none() || row.ok;
    assert!(rows.iter().all(good), "{rows:?}");
}

#[test]
fn neighbours_are_the_same_on_any_number_of_threads() {
    let data = channels(200);
    let data = references(&data);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let fits = || fit_each(&data, &on_constant(gaussian()), &neighbours());
        // as text, where NaN is equal to NaN and each number has all its digits
        format!("{:?}", pool.expect("a pool").install(fits).expect("rows"))
    };
    let one = with(1);
    assert!(one == with(3));
    assert!(one == with(8));
}

#[test]
fn held_parameters_keep_their_own_start() {
    let data = channels(1);
    let data = references(&data);
    let held = gaussian().start("mean", 0.25).fix("mean");
    let earlier = Warm::Earlier([(0, vec![200.0, 3.0, 2.0])].into());
    let compiled = Compiled::new(&held).expect("a model");
    let rows = compiled.fit_each_from(&data, &earlier, &Options::default());
    let fit = rows[0].fit.as_ref().expect("a fit");
    assert_eq!(fit.parameter("mean"), Some((0.25, 0.0)));
}

fn row(channel: i64, model: &Model, data: &Histogram) -> Row {
    let rows = fit_each(&[(channel, data)], model, &Options::default());
    rows.expect("a row").remove(0)
}

/// Means 1, 3, 5 with the errors of the mean of the same data; a bin without data is no point.
#[test]
fn slices_give_a_curve_that_can_be_fitted() {
    let peak = |mean: f64| {
        let contents: Vec<f64> = (0..120)
            .map(|i| -5.0 + 0.1 * (f64::from(i) + 0.5))
            .map(|x| 400.0 * (-0.5 * (x - mean) * (x - mean)).exp())
            .collect();
        histogram(120, -5.0, 7.0, &contents)
    };
    let empty = histogram(120, -5.0, 7.0, &[]);
    let slices = [peak(0.0), peak(1.0), empty, peak(3.0)];
    let rows: Vec<Row> = (0..)
        .zip(&slices)
        .map(|(n, h)| row(n, &gaussian(), h))
        .collect();
    let axis = Axis::regular(4, 0.0, 8.0, "cm").expect("an axis");
    let curve = points_of(&axis, &rows, "mean").expect("the parameter");
    assert_eq!(curve.entries(), 3.0);
    assert_eq!(curve.mask, Some(vec![true, true, false, true]));
    assert_eq!(curve.filled(), Some((0, 3)));
    let entries: f64 = slices[0].entries();
    near(curve.error(0), 1.0 / entries.sqrt(), 1e-3 / entries.sqrt());
    // through (1, 0), (3, 1), (7, 3)
    let fit = fit_histogram(&curve, &line(), &Options::default()).expect("a fit");
    assert!(fit.valid() && fit.ndf == 1, "{fit:?}");
    near(fit.values[0], -0.5, 1e-6);
    near(fit.values[1], 0.5, 1e-6);
    assert!(points_of(&axis, &rows, "width").is_none());
}

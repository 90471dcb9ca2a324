//! Many small experiments with a known truth: do values and errors mean what they say?

use crate::fit::models::{gaussian, on_constant};
use crate::fit::{Options, fit_each};
use crate::hist::Histogram;

use super::basics::histogram;
use super::random::Random;

/// Height, mean, sigma, level: enough entries that the bias of a likelihood fit, which falls like
/// 1/√n (−0.03 on the pull of the level at a quarter of these), does not matter.
const TRUTH: [f64; 4] = [160.0, 0.4, 1.1, 24.0];

fn toy(random: &mut Random) -> Histogram {
    let contents: Vec<f64> = (0..80)
        .map(|i| -8.0 + 0.2 * (f64::from(i) + 0.5))
        .map(|x| {
            let pull = (x - TRUTH[1]) / TRUTH[2];
            TRUTH[0] * (-0.5 * pull * pull).exp() + TRUTH[3]
        })
        .map(|mean| random.poisson(mean))
        .collect();
    histogram(80, -8.0, 8.0, &contents)
}

#[test]
fn pulls_of_a_gaussian_on_a_background() {
    let mut random = Random(1);
    let toys: Vec<Histogram> = (0..1000).map(|_| toy(&mut random)).collect();
    let channels: Vec<(i64, &Histogram)> = (0..).zip(&toys).collect();
    let model = on_constant(gaussian());
    let rows = fit_each(&channels, &model, &Options::default()).expect("rows");
    let mut sums = [(0.0, 0.0); 4];
    for row in &rows {
        let fit = row.fit.as_ref().expect("a fit");
        assert!(row.ok && fit.valid() && row.why.is_empty(), "{row:?}");
        for (k, sum) in sums.iter_mut().enumerate() {
            let pull = (fit.values[k] - TRUTH[k]) / fit.errors[k];
            sum.0 += pull;
            sum.1 += pull * pull;
        }
    }
    for (k, (sum, squares)) in sums.iter().enumerate() {
        let mean = sum / 1000.0;
        let width = (squares / 1000.0 - mean * mean).sqrt();
        eprintln!("pull of parameter {k}: mean {mean:.3}, width {width:.3}");
        assert!(mean.abs() < 0.1, "mean of pull {k}: {mean}");
        assert!((width - 1.0).abs() < 0.1, "width of pull {k}: {width}");
    }
}

/// The same rows from any number of threads, to the last bit.
#[test]
fn threads_do_not_matter() {
    let mut random = Random(8);
    let toys: Vec<Histogram> = (0..40).map(|_| toy(&mut random)).collect();
    let channels: Vec<(i64, &Histogram)> = (0..).zip(&toys).collect();
    let model = on_constant(gaussian());
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let fits = || fit_each(&channels, &model, &Options::default());
        pool.expect("a pool").install(fits).expect("rows")
    };
    let one = with(1);
    assert!(one.iter().all(|row| row.ok));
    assert_eq!(one, with(3));
    assert_eq!(one, with(8));
}

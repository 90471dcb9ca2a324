//! Many small experiments with a known truth: do values and errors mean what they say?

use rayon::prelude::*;

use crate::fit::models::{gaussian, novosibirsk, on_constant};
use crate::fit::{Compiled, Fit, Model, Options, Start, fit_each};
use crate::hist::Histogram;

use super::basics::histogram;
use super::random::Random;

const BINS: u32 = 100;
const TOYS: u64 = 10_000;
/// Difference of the cost that makes no other minimum: 3 % of an error. A Novosibirsk peak jumps by
/// e⁻¹⁵ of its height where its logarithm ends, and the cost with it when that end crosses the
/// centre of a bin: by 2 · 3000 e⁻¹⁵ times the bin's own deviation, a few tenths at most.
const SAME: f64 = 1e-3;
/// Toys that are fitted from the truth as well, in any case.
const CHECKED: u64 = 1000;
/// Pull from which on a toy is fitted from the truth as well.
const FAR: f64 = 4.0;

/// A model with its truth.
struct Truth {
    model: Model,
    /// In the order of the parameters.
    values: &'static [f64],
    low: f64,
    high: f64,
}

/// What became of one toy.
struct Toy {
    fit: Fit,
    /// χ² of the fit that began at the truth, where there is one.
    from_truth: Option<f64>,
}

impl Truth {
    /// The toy of that number, whatever thread makes it.
    fn toy(&self, compiled: &Compiled, number: u64) -> Histogram {
        let mut random = Random(number.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let width = (self.high - self.low) / f64::from(BINS);
        let contents: Vec<f64> = (0..BINS)
            .map(|i| self.low + (f64::from(i) + 0.5) * width)
            .map(|x| random.many(compiled.value(x, self.values)))
            .collect();
        histogram(BINS, self.low, self.high, &contents)
    }

    fn pull(&self, fit: &Fit, parameter: usize) -> f64 {
        (fit.values[parameter] - self.values[parameter]) / fit.errors[parameter]
    }

    fn toys(&self) -> Vec<Toy> {
        let compiled = Compiled::new(&self.model).expect("a model");
        let mut at_truth = self.model.clone();
        for (parameter, value) in at_truth.parameters.iter_mut().zip(self.values) {
            parameter.start = Start::Value(*value);
        }
        let at_truth = Compiled::new(&at_truth).expect("a model");
        (0..TOYS)
            .into_par_iter()
            .map(|number| {
                let data = self.toy(&compiled, number);
                let fit = |model: &Compiled| model.fit(&data, &Options::default());
                let found = fit(&compiled).expect("a fit");
                let suspect = (0..self.values.len()).any(|k| self.pull(&found, k).abs() > FAR);
                let again = suspect || number < CHECKED;
                Toy {
                    from_truth: again.then(|| fit(&at_truth).expect("a fit").chi2),
                    fit: found,
                }
            })
            .collect()
    }
}

/// Pulls of 10⁴ toys have mean 0 ± 0.03 and width 1 ± 0.03: three times what chance alone does
/// (0.010 and 0.007). There are so many entries that the bias of a likelihood, which falls like
/// 1/√entries, does not matter.
fn pulls_are_normal(truth: &Truth) {
    let toys = truth.toys();
    let (mut invalid, mut highest) = (0, 0.0_f64);
    for toy in &toys {
        let fit = &toy.fit;
        assert_eq!(fit.valid(), fit.why.is_empty(), "{fit:?}");
        invalid += u64::from(!fit.valid());
        let lower = toy.from_truth.map_or(0.0, |best| fit.chi2 - best);
        assert!(!(fit.valid() && lower > SAME), "{lower} too high: {fit:?}");
        highest = highest.max(lower);
    }
    eprintln!("{}: at most {highest:.1e} too high", truth.model.name);
    // a minimum in the very place of a jump has no gradient that vanishes
    assert!(invalid <= TOYS / 2000, "{invalid} of {TOYS} toys");
    for k in 0..truth.values.len() {
        let pulls = toys.iter().filter(|toy| toy.fit.valid());
        let pulls = pulls.map(|toy| truth.pull(&toy.fit, k));
        let (sum, squares) = pulls.fold((0.0, 0.0), |(s, q), pull| (s + pull, q + pull * pull));
        let mean = sum / TOYS as f64;
        let width = (squares / TOYS as f64 - mean * mean).sqrt();
        let name = &truth.model.parameters[k].name;
        eprintln!(
            "{} {name}: mean {mean:.4}, width {width:.4}",
            truth.model.name
        );
        assert!(mean.abs() < 0.03, "mean of the pulls of {name}: {mean}");
        assert!(
            (width - 1.0).abs() < 0.03,
            "width of the pulls of {name}: {width}"
        );
    }
}

#[test]
fn pulls_of_a_gaussian_on_a_background() {
    pulls_are_normal(&Truth {
        model: on_constant(gaussian()),
        values: &[8000.0, 0.4, 1.1, 1200.0],
        low: -8.0,
        high: 8.0,
    });
}

#[test]
fn pulls_of_a_novosibirsk_peak() {
    pulls_are_normal(&Truth {
        model: novosibirsk(),
        values: &[3000.0, 1.0, 0.08, -0.35, 200.0],
        low: 0.4,
        high: 1.4,
    });
}

/// The same rows from any number of threads, to the last bit.
#[test]
fn threads_do_not_matter() {
    let truth = Truth {
        model: on_constant(gaussian()),
        values: &[160.0, 0.4, 1.1, 24.0],
        low: -8.0,
        high: 8.0,
    };
    let compiled = Compiled::new(&truth.model).expect("a model");
    let toys: Vec<Histogram> = (0..40).map(|n| truth.toy(&compiled, n)).collect();
    let channels: Vec<(i64, &Histogram)> = (0..).zip(&toys).collect();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let fits = || fit_each(&channels, &truth.model, &Options::default());
        pool.expect("a pool").install(fits).expect("rows")
    };
    let one = with(1);
    assert!(one.iter().all(|row| row.ok));
    assert_eq!(one, with(3));
    assert_eq!(one, with(8));
}

//! Gaussians, alone and in pairs.

use crate::expr::build::{add, call, column, div, mul, number, parameter, sub};
use crate::expr::{Expr, Function};
use crate::fit::{Fit, Model, Refit};
use crate::hist::Histogram;

use super::rule;

/// Full width at half maximum of a Gaussian in units of its sigma, 2 √(2 ln 2).
pub(super) const FWHM: f64 = 2.354_820_045_030_949_3;

/// Part of a bin that the start of a width has at least: all entries may be in one bin.
const LEAST: f64 = 0.3;

/// exp(−½ ((x − mean)/sigma)²)
pub(super) fn bell(mean: &Expr, sigma: &Expr) -> Expr {
    let pull = div(&sub(&column("x"), mean), sigma);
    call(Function::Exp, &mul(&number(-0.5), &mul(&pull, &pull)))
}

/// A Gaussian: `norm` (its height), `mean`, `sigma`.
#[must_use]
pub fn gaussian() -> Model {
    let shape = bell(&parameter("mean"), &parameter("sigma"));
    Model::new("gaussian", mul(&parameter("norm"), &shape))
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mean", Histogram::mean)
        .start_from("sigma", "std", |h| h.std().max(LEAST * h.bin_width()))
        .limits("sigma", Some(0.0), None)
}

/// A Gaussian fitted to the core only: within `width` sigmas of its own mean, until the range
/// moves by less than half a bin, ten fits more at most.
#[must_use]
pub fn gaussian_core(width: f64) -> Model {
    let next = move |(histogram, fit): &(Histogram, Fit)| {
        let (mean, sigma) = (fit.parameter("mean")?.0, fit.parameter("sigma")?.0);
        let (low, high) = (mean - width * sigma, mean + width * sigma);
        let moved = (low - fit.low).abs().max((high - fit.high).abs());
        (moved >= 0.5 * histogram.bin_width()).then_some((low, high))
    };
    let mut model = gaussian().start_from("mean", "mode", Histogram::mode);
    model.name = "gaussian_core".into();
    model.refit = Some(Refit {
        times: 10,
        rule: rule(format!("mean ± {width} sigma"), next),
    });
    model
}

/// Two Gaussians around one mean: `norm` (height of both together), `tail` (part of the height
/// in the wide one), `mean`, `sigma` of the narrow one, `ratio` (width of the wide one in units
/// of `sigma`, at least 1).
#[must_use]
pub fn double_gaussian() -> Model {
    let (mean, sigma, tail) = (parameter("mean"), parameter("sigma"), parameter("tail"));
    let narrow = mul(&sub(&number(1.0), &tail), &bell(&mean, &sigma));
    let wide = mul(&tail, &bell(&mean, &mul(&sigma, &parameter("ratio"))));
    let formula = mul(&parameter("norm"), &add(&narrow, &wide));
    let mut model = Model::new("double_gaussian", formula)
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mode", Histogram::mode)
        .start_from("sigma", "sigma of the fwhm", |h| h.fwhm() / FWHM)
        .start("tail", 0.2)
        .start("ratio", 2.5);
    model = model.limits("sigma", Some(0.0), None);
    model = model.limits("tail", Some(0.0), Some(1.0));
    model.limits("ratio", Some(1.0), None)
}

//! Peaks with a Gaussian core and tails that fall like a power.

use crate::expr::build::{binary, call, choose, column, div, mul, neg, number, parameter, sub};
use crate::expr::{BinaryOp, Expr, Function};
use crate::fit::Model;
use crate::hist::Histogram;

use super::gaussian::FWHM;

/// On which side of a peak the tail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Towards low values.
    Low,
    /// Towards high values.
    High,
}

/// exp(−½ alpha²) (1 + alpha/n (u − alpha))^(−n), u > alpha the distance from the peak in sigmas:
/// value and slope are those of the Gaussian at u = alpha.
fn tail(u: &Expr, alpha: &str, n: &str) -> Expr {
    let (alpha, n) = (parameter(alpha), parameter(n));
    let beyond = mul(&div(&alpha, &n), &sub(u, &alpha));
    let logarithm = mul(&n, &call(Function::Ln1p, &beyond));
    let square = mul(&number(0.5), &mul(&alpha, &alpha));
    neg(&crate::expr::build::add(&square, &logarithm))
}

/// A Crystal Ball peak: `norm` (its height), `mean`, `sigma`, `alpha` (where the tail begins, in
/// sigmas from the mean), `n` (the power with which the tail falls).
///
/// norm exp(−½ t²) up to |t| = alpha on the side of the tail, t = (x − mean) / sigma, beyond
/// norm exp(−½ alpha²) (1 + alpha/n (|t| − alpha))⁻ⁿ.
/// Source: J. E. Gaiser, SLAC-R-255 (1982), appendix F.
#[must_use]
pub fn crystal_ball(side: Side) -> Model {
    let t = pull();
    let u = match side {
        Side::Low => neg(&t),
        Side::High => t.clone(),
    };
    let far = binary(BinaryOp::Gt, &u, &parameter("alpha"));
    let core = mul(&number(-0.5), &mul(&t, &t));
    let exponent = choose(&far, &tail(&u, "alpha", "n"), &core);
    let name = match side {
        Side::Low => "crystal_ball",
        Side::High => "crystal_ball_high",
    };
    let model = model(name, &exponent, &["alpha"], &["n"]);
    match side {
        Side::Low => model.start_from("sigma", "upper half width", |h| 2.0 * h.width_high() / FWHM),
        Side::High => model.start_from("sigma", "lower half width", |h| 2.0 * h.width_low() / FWHM),
    }
}

/// A Crystal Ball peak with a tail on both sides: `norm` (its height), `mean`, `sigma`,
/// `alpha_low`, `n_low`, `alpha_high`, `n_high`; see [`crystal_ball`].
#[must_use]
pub fn double_sided_crystal_ball() -> Model {
    let t = pull();
    let u = neg(&t);
    let low = binary(BinaryOp::Gt, &u, &parameter("alpha_low"));
    let high = binary(BinaryOp::Gt, &t, &parameter("alpha_high"));
    let core = mul(&number(-0.5), &mul(&t, &t));
    let upper = choose(&high, &tail(&t, "alpha_high", "n_high"), &core);
    let exponent = choose(&low, &tail(&u, "alpha_low", "n_low"), &upper);
    model(
        "double_sided_crystal_ball",
        &exponent,
        &["alpha_low", "alpha_high"],
        &["n_low", "n_high"],
    )
    .start_from("sigma", "sigma of the fwhm", |h| h.fwhm() / FWHM)
}

fn pull() -> Expr {
    div(&sub(&column("x"), &parameter("mean")), &parameter("sigma"))
}

fn model(name: &str, exponent: &Expr, alphas: &[&str], powers: &[&str]) -> Model {
    let formula = mul(&parameter("norm"), &call(Function::Exp, exponent));
    let mut order = vec!["norm", "mean", "sigma"];
    for (alpha, n) in alphas.iter().zip(powers) {
        order.extend([alpha, n]);
    }
    let mut model = super::builder::sorted(Model::new(name, formula), &order)
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mode", Histogram::mode)
        .limits("sigma", Some(0.0), None);
    for alpha in alphas {
        model = model.start(alpha, 1.5).limits(alpha, Some(0.1), Some(10.0));
    }
    for n in powers {
        model = model.start(n, 3.0).limits(n, Some(0.1), Some(100.0));
    }
    model
}

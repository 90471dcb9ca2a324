//! The Novosibirsk peak.

use crate::expr::build::{
    add, binary, call, choose, column, div, mul, neg, number, parameter, sub,
};
use crate::expr::{BinaryOp, Function};
use crate::fit::Model;
use crate::hist::Histogram;

use super::gaussian::FWHM;
use super::on_constant;

const LOG_FOUR: f64 = 2.0 * std::f64::consts::LN_2;

/// A Novosibirsk peak: `norm` (its height times exp(½ tau²)), `peak`, `sigma` (full width at half maximum / 2.355),
/// `eta` (the tail: negative towards high values, positive towards low ones, 0 is a Gaussian).
///
/// norm exp(−½ (ln²(1 − eta t) / tau² + tau²)), t = (x − peak) / sigma,
/// tau = asinh(eta √ln 4) / √ln 4; written with quotients that have all digits for eta near 0.
/// Beyond the end of the logarithm the exponent is −15, as calibrations have it.
/// Source: H. Ikeda et al., Nucl. Instrum. Meth. A 441 (2000) 401, appendix A.
#[must_use]
pub fn novosibirsk_peak() -> Model {
    let (one, half) = (number(1.0), number(0.5));
    let eta = parameter("eta");
    let t = div(&sub(&column("x"), &parameter("peak")), &parameter("sigma"));
    let product = neg(&mul(&eta, &t));
    // tau / eta, and ln(1 − eta t) / (−eta t) · t
    let tau = call(Function::AsinhRel(0), &mul(&eta, &number(LOG_FOUR.sqrt())));
    let bent = div(&mul(&t, &call(Function::Ln1pRel(0), &product)), &tau);
    let shift = mul(&eta, &tau);
    let inside = mul(&half, &add(&mul(&bent, &bent), &mul(&shift, &shift)));
    let above = binary(BinaryOp::Gt, &add(&one, &product), &number(1e-7));
    let exponent = choose(&above, &inside, &number(15.0));
    let shape = call(Function::Exp, &neg(&exponent));
    let model = Model::new("novosibirsk_peak", mul(&parameter("norm"), &shape));
    super::builder::sorted(model, &["norm", "peak", "sigma", "eta"])
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("peak", "mode", Histogram::mode)
        .start_from("sigma", "sigma of the fwhm", |h| h.fwhm() / FWHM)
        .start_from("eta", "asymmetry of the half widths", tail)
        .limits("sigma", Some(0.0), None)
        .limits("eta", Some(-2.0), Some(2.0))
}

/// For a small tail the half widths differ by 0.59 |eta| of their sum.
fn tail(h: &Histogram) -> f64 {
    let asymmetry = (h.width_low() - h.width_high()) / h.fwhm();
    (1.7 * asymmetry).clamp(-0.6, 0.6)
}

/// The same on a constant: `norm`, `peak`, `sigma`, `eta`, `level`.
#[must_use]
pub fn novosibirsk() -> Model {
    let mut model = on_constant(novosibirsk_peak());
    model.name = "novosibirsk".into();
    model
}

//! Resonances.

use crate::expr::build::{add, column, div, mul, number, parameter, sub};
use crate::expr::{Function, Node, Place};
use crate::fit::Model;
use crate::hist::Histogram;

use super::gaussian::FWHM;

/// A Breit-Wigner peak (a Cauchy distribution): `norm` (its height), `mean`, `width` (full width
/// at half maximum). norm (width/2)² / ((x − mean)² + (width/2)²).
#[must_use]
pub fn breit_wigner() -> Model {
    let half = mul(&number(0.5), &parameter("width"));
    let distance = sub(&column("x"), &parameter("mean"));
    let square = mul(&half, &half);
    let shape = div(&square, &add(&mul(&distance, &distance), &square));
    let model = Model::new("breit_wigner", mul(&parameter("norm"), &shape));
    super::builder::sorted(model, &["norm", "mean", "width"])
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mode", Histogram::mode)
        .start_from("width", "fwhm", Histogram::fwhm)
        .limits("width", Some(0.0), None)
}

/// A relativistic Breit-Wigner peak in the energy: `norm` (its height), `mass`, `width` (that of
/// the resonance). norm mass² width² / ((x² − mass²)² + mass² width²), largest at x = mass.
/// Source: Particle Data Group, review of resonances, with constant width.
#[must_use]
pub fn relativistic_breit_wigner() -> Model {
    let (x, mass) = (column("x"), parameter("mass"));
    let distance = mul(&sub(&x, &mass), &add(&x, &mass));
    let damping = mul(&mass, &parameter("width"));
    let square = mul(&damping, &damping);
    let shape = div(&square, &add(&mul(&distance, &distance), &square));
    let model = Model::new("relativistic_breit_wigner", mul(&parameter("norm"), &shape));
    model
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mass", "mode", Histogram::mode)
        .start_from("width", "fwhm", Histogram::fwhm)
        .limits("width", Some(0.0), None)
}

/// A Voigt profile, a Breit-Wigner peak folded with a Gaussian: `norm` (its height), `mean`,
/// `sigma` (of the Gaussian), `gamma` (half width at half maximum of the Breit-Wigner peak).
///
/// norm V(x − mean; sigma, gamma) / V(0; sigma, gamma), V as in [`crate::expr::special::voigt`].
#[must_use]
pub fn voigt() -> Model {
    let (sigma, gamma) = (parameter("sigma"), parameter("gamma"));
    let profile = |distance| {
        let arguments = vec![distance, sigma.clone(), gamma.clone()];
        Node::Call(Function::Voigt(0, false), arguments, Place::default()).into()
    };
    let distance = sub(&column("x"), &parameter("mean"));
    let shape = div(&profile(distance), &profile(number(0.0)));
    Model::new("voigt", mul(&parameter("norm"), &shape))
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mean", "mode", Histogram::mode)
        // equal widths of both parts: 1.64 of each is that of the profile
        .start_from("sigma", "sigma of the fwhm / 1.64", |h| {
            h.fwhm() / 1.64 / FWHM
        })
        .start_from("gamma", "half of the fwhm / 1.64", |h| h.fwhm() / 3.28)
        .limits("sigma", Some(0.0), None)
        .limits("gamma", Some(0.0), None)
}

//! Landau's distribution of energy losses.

use crate::expr::build::{call, column, div, mul, number, parameter, sub};
use crate::expr::{Function, build};
use crate::fit::Model;
use crate::hist::Histogram;

/// Where Landau's density is largest, and its value there (the root of its derivative, found with 40 digits).
pub(super) const MODE: f64 = -0.222_782_981_256_408_5;
const HEIGHT: f64 = 0.180_655_633_820_550_94;

/// Full width at half maximum in units of `width`.
const FWHM: f64 = 4.018_645_712_562_254;

/// A Landau distribution: `norm` (its height), `mpv` (where it is largest), `width` (the scale of
/// λ, about a quarter of the full width at half maximum).
///
/// norm φ((x − mpv)/width − 0.22278…) / φ(−0.22278…), φ as in [`crate::expr::special::landau`].
/// ROOT's `landau` calls `mpv` what lies 0.22278 widths above the maximum.
#[must_use]
pub fn landau() -> Model {
    let pull = div(&sub(&column("x"), &parameter("mpv")), &parameter("width"));
    let density = call(Function::Landau(0), &build::add(&pull, &number(MODE)));
    let shape = div(&density, &number(HEIGHT));
    Model::new("landau", mul(&parameter("norm"), &shape))
        .start_from("norm", "maximum", Histogram::maximum)
        .start_from("mpv", "mode", Histogram::mode)
        .start_from("width", "scale of the fwhm", |h| h.fwhm() / FWHM)
        .limits("width", Some(0.0), None)
}

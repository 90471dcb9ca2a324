//! Models that need no closure: the usual peaks and curves, with their start rules and limits.
//!
//! The same models are in `stdlib/models.rhai` as a script would write them.

mod all;
mod builder;
mod combine;
mod crystal_ball;
mod curves;
mod gaussian;
mod landau;
mod novosibirsk;
mod resonance;
mod template;

pub use all::all;
pub use builder::rule;
pub use combine::{on_constant, product, sum};
pub use crystal_ball::{Side, crystal_ball, double_sided_crystal_ball};
pub use curves::{chebyshev, constant, exponential, line, polynomial};
pub use gaussian::{double_gaussian, gaussian, gaussian_core};
pub use landau::landau;
pub use novosibirsk::{novosibirsk, novosibirsk_peak};
pub use resonance::{breit_wigner, relativistic_breit_wigner, voigt};
pub use template::{interpolated_template, template};

//! One model of each kind.

use crate::expr::maths;
use crate::fit::{Error, Model};
use crate::hist::{Axis, Histogram};

use super::{
    Side, breit_wigner, chebyshev, constant, crystal_ball, double_gaussian,
    double_sided_crystal_ball, exponential, gaussian, gaussian_core, interpolated_template, landau,
    line, novosibirsk, novosibirsk_peak, on_constant, polynomial, product,
    relativistic_breit_wigner, sum, template, voigt,
};

/// One model of each kind, all with names of their own: for tests and lists.
///
/// # Errors
/// None in practice.
pub fn all() -> Result<Vec<Model>, Error> {
    let shape = shape();
    let named = |mut model: Model, name: &str| {
        model.name = name.into();
        model
    };
    let two_peaks = breit_wigner().rename("norm", "norm2")?;
    Ok(vec![
        gaussian(),
        on_constant(gaussian()),
        gaussian_core(1.5),
        double_gaussian(),
        on_constant(double_gaussian()),
        novosibirsk(),
        novosibirsk_peak(),
        crystal_ball(Side::Low),
        crystal_ball(Side::High),
        double_sided_crystal_ball(),
        landau(),
        on_constant(landau()),
        exponential(),
        on_constant(exponential()),
        breit_wigner(),
        relativistic_breit_wigner(),
        voigt(),
        on_constant(voigt()),
        constant(),
        line(),
        named(polynomial(3), "polynomial_3"),
        named(chebyshev(4, -1.0, 3.0), "chebyshev_4"),
        template(&shape)?,
        interpolated_template(&shape)?,
        named(sum(&gaussian(), &line(), &[])?, "gaussian_plus_line"),
        named(
            sum(&gaussian(), &two_peaks, &["mean"])?,
            "gaussian_plus_breit_wigner",
        ),
        named(product(&line(), &gaussian(), &[])?, "line_times_gaussian"),
    ])
}

/// Twenty bins of a peak from −1 to 3: 100 exp(−½ (2 (x − 0.8))²), rounded to whole numbers.
fn shape() -> Histogram {
    let mut cells = vec![0.0];
    for i in 0..20 {
        let pull = 2.0 * (-1.0 + 0.2 * (f64::from(i) + 0.5) - 0.8);
        cells.push(maths::round(100.0 * maths::exp(-0.5 * pull * pull)));
    }
    let axis = Axis::regular(20, -1.0, 3.0, "");
    // these numbers make an axis
    let axis = axis.unwrap_or_else(|_| Axis::Variable {
        edges: vec![-1.0, 3.0],
        unit: String::new(),
    });
    Histogram::of_counts(axis, cells)
}

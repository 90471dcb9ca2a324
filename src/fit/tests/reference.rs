//! Fits by iminuit of the same histograms with the same models.

use serde::Deserialize;

use crate::fit::models::{
    double_gaussian, exponential, gaussian, novosibirsk, on_constant, polynomial,
};
use crate::fit::{Cost, Fit, Model, Options, fit_histogram};

use super::basics::histogram;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    model: String,
    cost: Cost,
    integrate: bool,
    low: f64,
    high: f64,
    counts: Vec<f64>,
    names: Vec<String>,
    values: Vec<f64>,
    errors: Vec<f64>,
    correlation_01: f64,
    chi2: f64,
}

fn model(name: &str) -> Model {
    match name {
        "gaussian" => gaussian(),
        "gaussian_on_constant" => on_constant(gaussian()),
        "double_gaussian" => double_gaussian(),
        "exponential_on_constant" => on_constant(exponential()),
        "polynomial" => polynomial(2),
        "novosibirsk" => novosibirsk(),
        _ => unreachable!("{name}"),
    }
}

fn fit(case: &Case) -> Fit {
    let bins = u32::try_from(case.counts.len()).expect("few");
    let data = histogram(bins, case.low, case.high, &case.counts);
    let options = Options {
        cost: Some(case.cost),
        integrate: case.integrate,
        ..Options::default()
    };
    fit_histogram(&data, &model(&case.model), &options).expect("a fit")
}

/// Values to 10⁻⁵ of an error, errors to 10⁻³.
#[test]
fn agrees_with_iminuit() {
    let reference = include_str!("../../../tests/data/fit_reference.json");
    let reference: Reference = serde_json::from_str(reference).expect("the reference");
    assert!(reference.cases.len() > 10);
    for case in &reference.cases {
        let fit = fit(case);
        let name = format!("{} {:?} {}", case.model, case.cost, case.integrate);
        assert!(fit.valid(), "{name}: {fit:?}");
        let (mut shift, mut change): (f64, f64) = (0.0, 0.0);
        let wanted = case.values.iter().zip(&case.errors);
        for (name, (want, sigma)) in case.names.iter().zip(wanted) {
            let (value, error) = fit.parameter(name).expect("the parameter");
            shift = shift.max(((value - want) / sigma).abs());
            change = change.max((error / sigma - 1.0).abs());
        }
        let at = |name| {
            fit.names
                .iter()
                .position(|known| known == name)
                .expect("there")
        };
        let (i, j) = (at(&case.names[0]), at(&case.names[1]));
        let covariance = fit.covariance[i * fit.names.len() + j];
        let correlation = covariance / (fit.errors[i] * fit.errors[j]);
        eprintln!(
            "{name}: values within {shift:.1e} σ, errors {change:.1e}, χ² {:.1e}",
            fit.chi2 - case.chi2
        );
        assert!(
            shift <= 1e-5,
            "{name}: {shift:e} {:?} {:?}",
            fit.values,
            case.values
        );
        assert!(
            change <= 1e-3,
            "{name}: {change:e} {:?} {:?}",
            fit.errors,
            case.errors
        );
        assert!(
            (correlation - case.correlation_01).abs() <= 2e-3,
            "{name}: {correlation}"
        );
        assert!((fit.chi2 - case.chi2).abs() <= 1e-7, "{name}: {}", fit.chi2);
    }
}

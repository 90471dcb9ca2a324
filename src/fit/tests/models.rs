//! Every model: derivatives against differences with 60 digits, and start values.

use serde::Deserialize;

use crate::expr::{Expr, derivative, maths};
use crate::fit::models::{self, Side};
use crate::fit::objective::evaluate_once;
use crate::fit::{Compiled, Model, Options, Start, fit_histogram};
use crate::hist::{Axis, Histogram};

use super::random::Random;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    model: String,
    x: f64,
    parameters: Vec<f64>,
    /// Value, gradient, lower triangle of the second derivatives.
    results: Vec<f64>,
}

#[test]
fn derivatives_of_every_model() {
    let reference = include_str!("../../../tests/data/model_reference.json");
    let reference: Reference = serde_json::from_str(reference).expect("the reference");
    let mut wrong = Vec::new();
    for model in models::all().expect("models") {
        let cases: Vec<&Case> = reference
            .cases
            .iter()
            .filter(|c| c.model == model.name)
            .collect();
        assert!(cases.len() >= 8, "{} has no reference", model.name);
        let names = model.names();
        let by = |f: &Expr, name: &str| derivative(f, name).expect("differentiable");
        let mut formulas = vec![model.formula.clone()];
        formulas.extend(names.iter().map(|name| by(&model.formula, name)));
        for i in 0..names.len() {
            for name in &names[..=i] {
                formulas.push(by(&formulas[i + 1], name));
            }
        }
        for case in cases {
            let have = evaluate_once(&formulas, &names, case.x, &case.parameters).expect("values");
            assert_eq!(have.len(), case.results.len(), "{}", model.name);
            for (at, (have, want)) in have.iter().zip(&case.results).enumerate() {
                // derivatives of the same order cancel against each other
                let order = match at {
                    0 => 0..1,
                    at if at <= names.len() => 1..names.len() + 1,
                    _ => names.len() + 1..case.results.len(),
                };
                let size = case.results[order]
                    .iter()
                    .fold(0.0, |m: f64, r| m.max(r.abs()));
                // differences of something constant are not quite 0
                let nothing = 1e-20 * case.results[0].abs();
                if !((have - want).abs() <= 1e-10 * want.abs() + 1e-13 * size + nothing) {
                    wrong.push(format!(
                        "{} at {}, {:?}: result {at} is {have:e}, not {want:e} ({:e})",
                        model.name,
                        case.x,
                        case.parameters,
                        have / want - 1.0
                    ));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// The places of a toy: a model, its truth at random, the range, and the number of bins.
struct Toys {
    name: &'static str,
    model: Model,
    draw: fn(&mut Random) -> Vec<f64>,
    range: (f64, f64),
    bins: u32,
}

/// Evenly between two numbers, or in their logarithm.
fn even(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.uniform()
}

fn scale(random: &mut Random, low: f64, high: f64) -> f64 {
    low * maths::exp(maths::ln(high / low) * random.uniform())
}

/// Height, place and width of a peak in -10 … 10 with 100 bins.
fn peak(r: &mut Random, least: f64) -> Vec<f64> {
    vec![
        scale(r, least, 20.0 * least),
        even(r, -4.0, 4.0),
        scale(r, 0.4, 2.5),
    ]
}

fn with(mut parameters: Vec<f64>, more: &[f64]) -> Vec<f64> {
    parameters.extend(more);
    parameters
}

fn toys() -> Vec<Toys> {
    let line = models::sum(&models::gaussian(), &models::line(), &[]).expect("a sum");
    let wide = (-10.0, 10.0);
    let of = |name, model, range, draw: fn(&mut Random) -> Vec<f64>| Toys {
        name,
        model,
        draw,
        range,
        bins: 100,
    };
    vec![
        of("gaussian", models::gaussian(), wide, |r| peak(r, 20.0)),
        of(
            "gaussian on constant",
            models::on_constant(models::gaussian()),
            wide,
            |r| {
                let level = even(r, 0.0, 60.0);
                with(peak(r, 60.0), &[level])
            },
        ),
        of(
            "double gaussian on constant",
            models::on_constant(models::double_gaussian()),
            wide,
            |r| {
                let level = even(r, 0.0, 50.0);
                vec![
                    scale(r, 500.0, 5000.0),
                    even(r, 0.2, 0.6),
                    even(r, -3.0, 3.0),
                    scale(r, 0.4, 1.0),
                    even(r, 2.2, 3.5),
                    level,
                ]
            },
        ),
        of("novosibirsk", models::novosibirsk(), wide, |r| {
            let (eta, level) = (even(r, -0.6, 0.6), even(r, 0.0, 50.0));
            with(peak(r, 100.0), &[eta, level])
        }),
        of("novosibirsk peak", models::novosibirsk_peak(), wide, |r| {
            let eta = even(r, -0.6, 0.6);
            with(peak(r, 100.0), &[eta])
        }),
        of("crystal ball", models::crystal_ball(Side::Low), wide, |r| {
            let (alpha, n) = (even(r, 0.6, 1.6), even(r, 1.2, 5.0));
            with(peak(r, 500.0), &[alpha, n])
        }),
        of(
            "crystal ball high",
            models::crystal_ball(Side::High),
            wide,
            |r| {
                let (alpha, n) = (even(r, 0.6, 1.6), even(r, 1.2, 5.0));
                with(peak(r, 500.0), &[alpha, n])
            },
        ),
        of(
            "double-sided crystal ball",
            models::double_sided_crystal_ball(),
            wide,
            |r| {
                let tails = [
                    even(r, 0.6, 1.5),
                    even(r, 1.2, 5.0),
                    even(r, 0.6, 1.5),
                    even(r, 1.2, 5.0),
                ];
                with(peak(r, 500.0), &tails)
            },
        ),
        of("landau", models::landau(), wide, |r| {
            vec![
                scale(r, 30.0, 600.0),
                even(r, -7.0, 2.0),
                scale(r, 0.3, 1.0),
            ]
        }),
        of(
            "landau on constant",
            models::on_constant(models::landau()),
            wide,
            |r| {
                vec![
                    scale(r, 100.0, 2000.0),
                    even(r, -7.0, 0.0),
                    scale(r, 0.3, 0.8),
                    even(r, 0.0, 50.0),
                ]
            },
        ),
        of("exponential", models::exponential(), (0.0, 10.0), |r| {
            let tau = scale(r, 0.8, 30.0);
            if r.uniform() < 0.5 {
                vec![scale(r, 50.0, 1000.0), tau]
            } else {
                vec![scale(r, 50.0, 1000.0) * maths::exp(-10.0 / tau), -tau]
            }
        }),
        of(
            "exponential on constant",
            models::on_constant(models::exponential()),
            (0.0, 10.0),
            |r| {
                vec![
                    scale(r, 200.0, 2000.0),
                    scale(r, 0.5, 3.0),
                    even(r, 2.0, 50.0),
                ]
            },
        ),
        of("breit wigner", models::breit_wigner(), wide, |r| {
            peak(r, 30.0)
        }),
        of(
            "relativistic breit wigner",
            models::relativistic_breit_wigner(),
            (0.5, 10.0),
            |r| {
                vec![
                    scale(r, 50.0, 1000.0),
                    even(r, 2.0, 8.0),
                    scale(r, 0.3, 2.0),
                ]
            },
        ),
        of("voigt", models::voigt(), wide, |r| {
            vec![
                scale(r, 300.0, 5000.0),
                even(r, -3.0, 3.0),
                scale(r, 0.4, 1.5),
                scale(r, 0.2, 1.5),
            ]
        }),
        of("gaussian and line", line, wide, |r| {
            let (offset, slope) = (even(r, 20.0, 60.0), even(r, -1.9, 1.9));
            with(peak(r, 80.0), &[offset, slope])
        }),
    ]
}

#[test]
fn automatic_starts_lead_to_the_minimum() {
    starts_lead_to_the_minimum(300);
}

/// Fits with automatic start values against fits that start at the truth.
fn starts_lead_to_the_minimum(many: u32) {
    let mut report = Vec::new();
    let mut bad = false;
    for toys in toys() {
        let mut random = Random(17);
        let compiled = Compiled::new(&toys.model).expect("a model");
        let (mut missed, mut wrong, mut invalid) = (0, 0, 0);
        for _ in 0..many {
            let truth = (toys.draw)(&mut random);
            let axis = Axis::regular(i64::from(toys.bins), toys.range.0, toys.range.1, "")
                .expect("an axis");
            let mut cells = vec![0.0];
            for i in 0..axis.bins() {
                cells.push(random.poisson(compiled.value(axis.centre(i), &truth)));
            }
            let data = Histogram::of_counts(axis, cells);
            let mut at_truth = toys.model.clone();
            for (parameter, value) in at_truth.parameters.iter_mut().zip(&truth) {
                parameter.start = Start::Value(*value);
            }
            let ours = compiled.fit(&data, &Options::default()).expect("a fit");
            let best = fit_histogram(&data, &at_truth, &Options::default()).expect("a fit");
            invalid += u32::from(!best.valid());
            assert!(best.chi2.is_finite(), "{truth:?}");
            if !(ours.chi2 <= best.chi2 + 1e-4) {
                missed += 1;
                wrong += u32::from(ours.valid());
                if wrong > 0 && wrong < 3 {
                    report.push(format!(
                        "  {truth:?}\n   {:?} {}\n   {:?} {}",
                        ours.values, ours.chi2, best.values, best.chi2
                    ));
                }
            }
        }
        bad |= 100 * missed > many || wrong > 0;
        report.push(format!(
            "{}: {missed} missed, {wrong} of them valid, {invalid} not valid from the truth",
            toys.name
        ));
    }
    eprintln!("{}", report.join("\n"));
    assert!(!bad, "{}", report.join("\n"));
}

//! Errors by profiling against iminuit, against solutions with 30 digits, and against themselves.

use proptest::prelude::*;
use serde::Deserialize;

use crate::expr::build::{add, call, column, div, mul, neg, number, parameter, sub};
use crate::expr::{Expr, Function};
use crate::fit::minimise::LAST;
use crate::fit::models::{
    double_gaussian, exponential, gaussian, line, novosibirsk, on_constant, polynomial,
};
use crate::fit::points::Points;
use crate::fit::problem::Thread;
use crate::fit::profile::Walker;
use crate::fit::{
    Compiled, Cost, Error, Errors, Level, Model, Options, Sample, Solved, fit_each, fit_histogram,
    fit_together, table,
};

use super::basics::{histogram, near};
use super::random::Random;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    case: String,
    names: Vec<String>,
    start: Vec<f64>,
    limits: Vec<(String, Option<f64>, Option<f64>)>,
    model: Option<String>,
    cost: Option<Cost>,
    low: Option<f64>,
    high: Option<f64>,
    counts: Option<Vec<f64>>,
    x: Option<Vec<f64>>,
    y: Option<Vec<f64>>,
    sample: Option<Vec<f64>>,
    minos: Vec<Sides>,
    contours: Vec<Curve>,
    exact: Vec<(f64, f64)>,
    #[serde(default)]
    exact_values: Vec<f64>,
}

#[derive(Deserialize)]
struct Sides {
    lower: f64,
    upper: f64,
    at_lower_limit: bool,
    at_upper_limit: bool,
}

#[derive(Deserialize)]
struct Curve {
    a: String,
    b: String,
    points: Vec<(f64, f64)>,
}

fn cases() -> Vec<Case> {
    let reference = include_str!("../../../tests/data/minos_reference.json");
    let reference: Reference = serde_json::from_str(reference).expect("the reference");
    assert_eq!(reference.cases.len(), 8);
    reference.cases
}

/// (1 − x) a + 10 x (b − a²): at x = 0 and 1 the residuals of Rosenbrock's function.
fn rosenbrock() -> Expr {
    let (a, b, x) = (parameter("a"), parameter("b"), column("x"));
    let bent = mul(&number(10.0), &sub(&b, &mul(&a, &a)));
    add(&mul(&sub(&number(1.0), &x), &a), &mul(&x, &bent))
}

/// exp(−x/τ) or exp(−½((x − mean)/sigma)²), as densities that are not normalised.
fn density(names: &[String]) -> Expr {
    let x = column("x");
    if let [tau] = names {
        return call(Function::Exp, &neg(&div(&x, &parameter(tau))));
    }
    let pull = div(&sub(&x, &parameter("mean")), &parameter("sigma"));
    let square = mul(&number(0.5), &mul(&pull, &pull));
    call(Function::Exp, &neg(&square))
}

fn solve(case: &Case) -> Solved {
    let mut model = match case.model.as_deref() {
        Some("gaussian_on_constant") => on_constant(gaussian()),
        Some("exponential") => exponential(),
        Some(_) => polynomial(0),
        None if case.sample.is_some() => Model::new(&case.case, density(&case.names)),
        None => Model::new(&case.case, rosenbrock()),
    };
    if case.model.is_none() {
        for (name, start) in case.names.iter().zip(&case.start) {
            model = model.start(name, *start);
        }
    }
    for (name, low, high) in &case.limits {
        model = model.limits(name, *low, *high);
    }
    let mut options = Options {
        cost: case.cost,
        ..Options::default()
    };
    let solved = if let Some(counts) = &case.counts {
        let bins = u32::try_from(counts.len()).expect("few");
        let (low, high) = (case.low.expect("low"), case.high.expect("high"));
        let data = histogram(bins, low, high, counts);
        fit_together(&[(Sample::Histogram(&data), &model)], &options)
    } else if let Some(sample) = &case.sample {
        options.range = case.low.zip(case.high);
        fit_together(&[(Sample::Values(sample), &model)], &options)
    } else {
        let (x, y) = (case.x.as_ref().expect("x"), case.y.as_ref().expect("y"));
        let errors = vec![1.0; x.len()];
        let points = Points {
            x,
            y,
            errors: &errors,
            x_errors: &[],
        };
        fit_together(&[(Sample::Points(points), &model)], &options)
    };
    let solved = solved.expect("a fit");
    assert!(solved.fit.valid(), "{}: {:?}", case.case, solved.fit);
    solved
}

/// Within 10⁻³ of iminuit, and 10⁻⁷ of the solutions with 30 digits.
#[test]
fn errors_agree_with_iminuit_and_with_many_digits() {
    for case in cases() {
        let mut solved = solve(&case);
        let (mut far, mut off): (f64, f64) = (0.0, 0.0);
        for (k, (name, want)) in case.names.iter().zip(&case.minos).enumerate() {
            let minos = solved.minos(name, Level::default()).expect("errors");
            let (lower, upper) = minos.lower.zip(minos.upper).expect("both");
            assert_eq!(
                (minos.at_lower_limit, minos.at_upper_limit),
                (want.at_lower_limit, want.at_upper_limit),
                "{}: {minos:?}",
                case.case
            );
            assert_eq!(minos.valid(), !want.at_lower_limit, "{minos:?}");
            for (have, want) in [(lower, want.lower), (upper, want.upper)] {
                far = far.max((have / want - 1.0).abs());
            }
            if let Some((low, high)) = case.exact.get(k) {
                off = off.max((lower / low - 1.0).abs().max((upper / high - 1.0).abs()));
                let (value, error) = solved.fit.parameter(name).expect("there");
                near(value, case.exact_values[k], 1e-6 * error);
            }
        }
        eprintln!("{}: iminuit {far:.1e}, exact {off:.1e}", case.case);
        assert!(far <= 1e-3, "{}: {far:e}", case.case);
        assert!(off <= 1e-7, "{}: {off:e}", case.case);
        assert!(solved.fit.valid());
    }
}

/// Minos of the mean and width of a normal sample has a closed form: s·√(e^(1/n) − 1).
#[test]
fn mean_of_a_normal_sample_has_the_error_of_its_closed_form() {
    let case = cases().pop().expect("the unbinned peak");
    let sample = case.sample.as_ref().expect("a sample");
    let n = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / n;
    let width = (sample.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    let minos = solve(&case)
        .minos("mean", Level::Sigma(2.0))
        .expect("errors");
    let want = width * (4.0 / n).exp_m1().sqrt();
    near(minos.upper.expect("upper"), want, 1e-8);
    near(minos.lower.expect("lower"), -want, 1e-8);
}

/// iminuit's points lie where our profile has risen by one, and ours where it says, from anywhere.
#[test]
fn contours_agree_with_iminuit() {
    let mut compared = 0;
    for case in cases() {
        let mut solved = solve(&case);
        for curve in &case.contours {
            let (a, b) = (&curve.a, &curve.b);
            let contour = solved.contour(a, b, Level::default(), 40).expect("a curve");
            assert!(contour.edge.len() == 40, "{}", contour.edge.len());
            // the valley of Rosenbrock's function is bent
            let bent = case.case == "rosenbrock";
            assert_eq!(contour.why.contains("is bent"), bent, "{}", contour.why);
            assert_eq!(contour.valid(), !bent, "{}: {}", case.case, contour.why);
            let held = [a, b].map(|name| solved.free_parameter(name).expect("free"));
            let mut thread = Thread::default();
            let mut walker = Walker::new(&solved.problem, held.to_vec(), &mut thread);
            let minimum = walker.begin(&solved.values).expect("the minimum");
            let mut rise = |a: f64, b: f64| {
                let point = walker.at(&minimum, &[a, b]).expect("a place");
                point.cost - minimum.cost
            };
            for (at_a, at_b) in &curve.points {
                let rise = rise(*at_a, *at_b);
                assert!((rise - 1.0).abs() < 2e-3, "{}: {rise}", case.case);
                compared += 1;
            }
            for edge in &contour.edge {
                let rise = rise(edge.a, edge.b);
                let right = if edge.at_limit {
                    (0.0..1.0).contains(&rise)
                } else {
                    (rise - 1.0).abs() < 1e-7
                };
                assert!(right, "{}: {rise} {edge:?}", case.case);
            }
            touches_the_box(&mut solved, &contour, a, b);
        }
    }
    assert!(compared > 100, "{compared}");
}

/// The outermost places are the errors of each parameter alone.
fn touches_the_box(solved: &mut Solved, contour: &crate::fit::Contour, a: &str, b: &str) {
    let first: Vec<f64> = contour.edge.iter().map(|edge| edge.a).collect();
    let second: Vec<f64> = contour.edge.iter().map(|edge| edge.b).collect();
    for (name, values) in [(a, first), (b, second)] {
        let minos = solved.minos(name, Level::default()).expect("errors");
        let (value, error) = solved.fit.parameter(name).expect("there");
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        near(low, value + minos.lower.expect("lower"), 1e-7 * error);
        near(high, value + minos.upper.expect("upper"), 1e-7 * error);
    }
}

/// For two parameters, 68.3 % is a rise by 2.30.
#[test]
fn contour_of_a_probability_is_wider() {
    let solved = solve(&cases()[0]);
    let wide = solved.contour("mean", "sigma", Level::Confidence(0.683), 12);
    let wide = wide.expect("a curve");
    near(wide.rise, 2.2977, 1e-4);
    assert!(wide.valid() && wide.edge.len() == 12);
    let angle = |edge: &crate::fit::Edge| {
        let (a, b) = (solved.fit.values[1], solved.fit.values[2]);
        (edge.b - b).atan2(edge.a - a)
    };
    let turns = wide.edge.windows(2).filter(|w| angle(&w[1]) < angle(&w[0]));
    assert!(turns.count() <= 1, "{:?}", wide.edge);
}

#[test]
fn scan_holds_the_others_or_minimises_them() {
    let case = &cases()[5];
    let solved = solve(case);
    // with b = 1 held, 100 (1 − a²)² + (1 − a)²; else b = a² and (1 − a)² is left
    let values = [2.0, 0.0, 1.0, 0.5];
    let scan = solved.scan("a", &values).expect("a scan");
    for (scanned, a) in scan.iter().zip(values) {
        let left = (1.0 - a) * (1.0 - a);
        let bent = 1.0 - a * a;
        assert_eq!(scanned.value, a);
        near(
            scanned.cost.expect("a cost"),
            100.0 * bent * bent + left,
            1e-9,
        );
        near(scanned.profile.expect("a profile"), left, 1e-9);
    }
    let outside = solved.scan("a", &[f64::NAN]);
    assert!(matches!(outside, Err(Error::Profile { .. })));
}

/// Two valleys: a fit that was kept in the higher one, and did not doubt that, is told of the other.
#[test]
fn lower_minimum_on_the_way_makes_the_fit_invalid() {
    // f = 2.5 a⁴ − 0.4 a³ − 5 a² + 4 at one place, y = 0: minima near −0.94 and 1.06
    let a = parameter("a");
    let square = mul(&a, &a);
    let fourth = mul(&number(2.5), &mul(&square, &square));
    let third = mul(&number(0.4), &mul(&square, &a));
    let formula = add(
        &sub(&sub(&fourth, &third), &mul(&number(5.0), &square)),
        &number(4.0),
    );
    let model = Model::new("two valleys", formula)
        .start("a", -1.0)
        .limits("a", None, Some(-0.2));
    let points = Points {
        x: &[0.0],
        y: &[0.0],
        errors: &[1.0],
        x_errors: &[],
    };
    let compiled = Compiled::new(&model).expect("a model");
    let mut solved = compiled
        .solve_points(&points, &Options::default())
        .expect("a fit");
    solved.problem.limits[0].1 = f64::INFINITY;
    solved.fit.accurate = true;
    solved.fit.why.clear();
    let fit = &solved.fit;
    assert!(fit.valid() && fit.values[0] < -0.9, "{fit:?}");
    let before = solved.fit.chi2;
    let minos = solved.minos("a", Level::Sigma(4.0)).expect("errors");
    let lower = minos.new_minimum.expect("a lower minimum");
    assert!(lower < before - 0.1 && !minos.valid(), "{minos:?}");
    assert!(!solved.fit.valid() && !solved.fit.minimum);
    assert!(
        solved.fit.why.contains("a lower minimum was found"),
        "{}",
        solved.fit.why
    );
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let mut solved = solve(&cases()[0]);
    let unknown = solved.minos("men", Level::default());
    assert!(matches!(unknown, Err(Error::UnknownParameter { .. })));
    assert!(matches!(
        solved.minos("mean", Level::Sigma(-1.0)),
        Err(Error::Level { .. })
    ));
    for (b, points) in [("mean", 20), ("sigma", 3)] {
        let wrong = solved.contour("mean", b, Level::default(), points);
        assert!(matches!(wrong, Err(Error::Profile { .. })), "{wrong:?}");
    }
    let model = on_constant(gaussian()).start("level", 0.8).fix("level");
    let data = histogram(40, 0.0, 10.0, cases()[0].counts.as_ref().expect("counts"));
    let fixed = Compiled::new(&model).expect("a model");
    let mut fixed = fixed.solve(&data, &Options::default()).expect("a fit");
    let refused = fixed.minos("level", Level::default());
    assert!(matches!(refused, Err(Error::FixedParameter { .. })));
    fixed.fit.minimum = false;
    let refused = fixed.minos("mean", Level::default());
    assert!(matches!(refused, Err(Error::NoMinimum { .. })));
}

/// A parameter that the fit leaves at its limit has the limit on one side and an error on the other.
#[test]
fn limit_below_is_told() {
    let data = histogram(4, 0.0, 4.0, &[5.0, 3.0, 4.0, 2.0]);
    let model = polynomial(0).start("c0", 6.0).limits("c0", Some(5.0), None);
    let solved = Compiled::new(&model).expect("a model");
    let mut solved = solved.solve(&data, &Options::default()).expect("a fit");
    assert!(solved.fit.at_limit, "{:?}", solved.fit);
    let minos = solved.minos("c0", Level::default()).expect("errors");
    assert_eq!((minos.lower, minos.at_lower_limit), (Some(0.0), true));
    // 2 (4ν − 14 ln ν) rises by one from ν = 5: 30 digits of mpmath
    near(minos.upper.expect("upper"), UPPER, 1e-9);
    assert!(!minos.valid() && minos.upper_valid());
}

/// mpmath.findroot of 2(4ν − 14 ln ν) − 2(20 − 14 ln 5) − 1 at ν > 5, less 5.
const UPPER: f64 = 0.383_936_784_975_369_97;

#[test]
fn each_channel_has_columns_of_its_errors() {
    let case = &cases()[0];
    let data = histogram(40, 0.0, 10.0, case.counts.as_ref().expect("counts"));
    let options = Options {
        errors: Errors::Minos,
        ..Options::default()
    };
    let model = on_constant(gaussian());
    let empty = histogram(40, 0.0, 10.0, &[0.0; 40]);
    let rows = fit_each(&[(1, &data), (2, &empty)], &model, &options).expect("fits");
    let table = table(&rows, &case.names, options.errors).expect("a table");
    let floats = |name: &str| table.column(name).and_then(|c| c.to_floats()).expect(name);
    for (name, want) in case.names.iter().zip(&case.exact) {
        near(floats(&format!("{name}_lower"))[0], want.0, 1e-7);
        near(floats(&format!("{name}_upper"))[0], want.1, 1e-7);
        assert!(floats(&format!("{name}_upper"))[1].is_nan());
    }
    let valid = table.column("minos_valid").expect("a fact");
    assert_eq!(*valid, crate::expr::Column::Bool(vec![true, false]));
}

/// What the errors of all parameters of a histogram cost, in evaluations of its fit.
#[test]
fn errors_cost_a_few_fits() {
    let mut random = Random(7);
    let model = on_constant(gaussian());
    let compiled = Compiled::new(&model).expect("a model");
    let truth = [200.0, 0.3, 1.1, 30.0];
    let contents: Vec<f64> = (0..100)
        .map(|i| -5.0 + (f64::from(i) + 0.5) * 0.1)
        .map(|x| random.poisson(compiled.value(x, &truth)))
        .collect();
    let data = histogram(100, -5.0, 5.0, &contents);
    let solved = compiled.solve(&data, &Options::default()).expect("a fit");
    let one = LAST.get().0;
    let mut thread = Thread::default();
    for name in compiled.names() {
        let minos = solved.minos_with(name, Level::default(), &mut thread);
        assert!(minos.expect("errors").valid());
    }
    let all = crate::fit::profile::PROFILED.get();
    eprintln!("{one} evaluations for the fit, {all} for all errors");
    assert!(all <= 15 * one, "{all} evaluations, {one} for the fit");
}

/// Whatever is fitted, each error is a number with its sign, or there is a reason why not.
fn is_told(minos: &crate::fit::Minos) -> bool {
    let lower = minos
        .lower
        .is_none_or(|error| error.is_finite() && error <= 0.0);
    let upper = minos
        .upper
        .is_none_or(|error| error.is_finite() && error >= 0.0);
    let both = minos.lower.is_some() && minos.upper.is_some();
    lower && upper && (both || !minos.why.is_empty()) && minos.valid() <= both
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn errors_of_anything_are_numbers_or_told(
        counts in prop::collection::vec(prop_oneof![Just(0.0), (0..40u32).prop_map(f64::from)], 8..30),
        which in 0..5usize,
    ) {
        let model = match which {
            0 => on_constant(gaussian()),
            1 => double_gaussian(),
            2 => novosibirsk(),
            3 => on_constant(exponential()),
            _ => polynomial(2),
        };
        let bins = u32::try_from(counts.len()).expect("few");
        let data = histogram(bins, 1.0, 4.0, &counts);
        let options = Options { errors: Errors::Minos, ..Options::default() };
        let Ok(fit) = fit_histogram(&data, &model, &options) else { return Ok(()) };
        prop_assert!(fit.minos.iter().all(is_told), "{fit:?}");
        prop_assert!(!fit.valid() || fit.minos.len() == fit.names.len(), "{fit:?}");
        let lower = fit.minos.iter().any(|minos| minos.new_minimum.is_some());
        prop_assert!(!(lower && fit.valid()), "{fit:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Where the cost is a parabola, the errors are those of the Hessian.
    #[test]
    fn errors_of_a_parabola_are_those_of_the_hessian(
        y in prop::collection::vec(-5.0..5.0f64, 5..12),
        n in 0.5..4.0f64,
    ) {
        let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
        let errors: Vec<f64> = x.iter().map(|x| 0.5 + 0.1 * x).collect();
        let points = Points { x: &x, y: &y, errors: &errors, x_errors: &[] };
        let compiled = Compiled::new(&line()).expect("a line");
        let mut solved = compiled.solve_points(&points, &Options::default()).expect("a fit");
        for (at, name) in compiled.names().iter().enumerate() {
            let want = n * solved.fit.errors[at];
            let minos = solved.minos(name, Level::Sigma(n)).expect("errors");
            prop_assert!(minos.valid());
            prop_assert!((minos.upper.expect("upper") / want - 1.0).abs() < 1e-9);
            prop_assert!((minos.lower.expect("lower") / want + 1.0).abs() < 1e-9);
        }
    }

    /// A unit of the parameters changes nothing but the unit of the errors.
    #[test]
    fn errors_do_not_depend_on_units(power in -6..6i32, seed in 0..1000u64) {
        let unit = 10f64.powi(power);
        let mut random = Random(seed);
        let contents: Vec<f64> = (0..30).map(|i| {
            random.poisson(8.0 * (-f64::from(i) / 12.0).exp() + 1.0)
        }).collect();
        let scaled = {
            let tau = mul(&parameter("tau"), &number(unit));
            let decay = call(Function::Exp, &neg(&div(&column("x"), &tau)));
            Model::new("scaled", mul(&parameter("norm"), &decay))
        };
        let data = histogram(30, 0.0, 3.0, &contents);
        let solve = |unit: f64, model: Model| {
            let model = model.start("tau", 1.5 / unit).start("norm", 8.0);
            let compiled = Compiled::new(&model).expect("a model");
            let mut solved = compiled.solve(&data, &Options::default()).expect("a fit");
            let minos = solved.minos("tau", Level::default()).expect("errors");
            (minos.lower.zip(minos.upper), minos.why)
        };
        let (plain, _) = solve(1.0, exponential());
        let (other, _) = solve(unit, scaled);
        prop_assert_eq!(plain.is_some(), other.is_some());
        if let (Some(plain), Some(other)) = (plain, other) {
            prop_assert!((other.0 * unit / plain.0 - 1.0).abs() < 1e-6);
            prop_assert!((other.1 * unit / plain.1 - 1.0).abs() < 1e-6);
        }
    }
}

//! The models of the standard library and those of the crate are the same.

use std::fs;

use b2caf::calibrate::Kind;
use b2caf::dataset::InputData;
use b2caf::fit::models::{
    Side, breit_wigner, chebyshev, constant, crystal_ball, double_gaussian,
    double_sided_crystal_ball, exponential, gaussian, gaussian_core, landau, line, novosibirsk,
    novosibirsk_peak, on_constant, polynomial, relativistic_breit_wigner, sum, voigt,
};
use b2caf::fit::{Compiled, Fit, Model, Options};
use b2caf::hist::{Axis, Histogram};
use b2caf::iov::IoV;
use b2caf::script::{self, Script};
use serde_json::Map;

/// Name in a script, the same model in Rust, parameters of the data, range of the data.
fn pairs() -> Vec<(&'static str, Model, Vec<f64>, (f64, f64))> {
    let peak = (-5.0, 7.0);
    vec![
        ("gaussian()", gaussian(), vec![90.0, 1.2, 0.9], peak),
        (
            "gaussian_on_constant()",
            on_constant(gaussian()),
            vec![90.0, 1.2, 0.9, 7.0],
            peak,
        ),
        (
            "gaussian_core(1.5)",
            gaussian_core(1.5),
            vec![90.0, 1.2, 0.9],
            peak,
        ),
        (
            "double_gaussian()",
            double_gaussian(),
            vec![900.0, 0.3, 0.4, 0.8, 2.6],
            peak,
        ),
        (
            "double_gaussian_on_constant()",
            on_constant(double_gaussian()),
            vec![900.0, 0.3, 0.4, 0.5, 2.2, 20.0],
            peak,
        ),
        ("exponential()", exponential(), vec![400.0, 1.3], (0.0, 6.0)),
        (
            "exponential_on_constant()",
            on_constant(exponential()),
            vec![400.0, 1.3, 12.0],
            (0.0, 9.0),
        ),
        ("line()", line(), vec![40.0, 3.0], peak),
        ("polynomial(0)", polynomial(0), vec![40.0], peak),
        (
            "polynomial(3)",
            polynomial(3),
            vec![60.0, 3.0, 1.0, 0.1],
            peak,
        ),
        (
            "polynomial(6)",
            polynomial(6),
            vec![60.0, 3.0, 1.0, 0.1, 0.0, 0.0, 0.0],
            peak,
        ),
        (
            "novosibirsk()",
            novosibirsk(),
            vec![900.0, 1.0, 0.06, -0.41, 5.0],
            (0.25, 1.5),
        ),
        (
            "novosibirsk_peak()",
            novosibirsk_peak(),
            vec![900.0, 1.0, 0.06, 0.2],
            (0.25, 1.5),
        ),
        ("constant()", constant(), vec![40.0], peak),
        (
            "chebyshev(6, -5.0, 7.0)",
            chebyshev(6, -5.0, 7.0),
            vec![900.0, 3.0, 10.0, -20.0, 50.0, 0.0, 9.0],
            peak,
        ),
        ("landau()", landau(), vec![900.0, -1.0, 0.4], peak),
        (
            "breit_wigner()",
            breit_wigner(),
            vec![900.0, -1.0, 0.9],
            peak,
        ),
        (
            "relativistic_breit_wigner()",
            relativistic_breit_wigner(),
            vec![900.0, 2.0, 0.5],
            (0.5, 6.5),
        ),
        ("voigt()", voigt(), vec![900.0, 1.0, 0.5, 0.3], peak),
        (
            "crystal_ball()",
            crystal_ball(Side::Low),
            vec![900.0, 2.0, 0.7, 0.9, 2.5],
            peak,
        ),
        (
            "crystal_ball_high()",
            crystal_ball(Side::High),
            vec![900.0, 0.0, 0.7, 0.9, 2.5],
            peak,
        ),
        (
            "double_sided_crystal_ball()",
            double_sided_crystal_ball(),
            vec![5000.0, 1.0, 0.6, 0.9, 2.5, 1.2, 4.0],
            peak,
        ),
        (
            "gaussian() + models::line()",
            sum(&gaussian(), &line(), &[]).unwrap(),
            vec![400.0, 1.0, 0.6, 90.0, 4.0],
            peak,
        ),
    ]
}

/// The models that a script makes with these calls.
fn scripted(calls: &[&str]) -> Vec<Model> {
    let fits: String = calls
        .iter()
        .map(|call| format!(".fit(\"h\", models::{call})"))
        .collect();
    let text = format!(
        r#"import "std/models" as models;
export const settings = CalibrationSettings(#{{
    name: "Models", expert_username: "mmuster", subsystem: "example", description: "models",
    input_data_formats: ["cdst"], input_data_names: ["sample"],
}});
fn get_calibrations(input_data, kwargs) {{
    let collector = Collector("C").histogram("h", |e| e.x, regular(10, 0.0, 1.0));
    [Calibration("models", #{{ collector: collector, algorithms: [Algorithm("a"){fits}] }})]
}}
"#
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("models.rhai");
    fs::write(&path, text).unwrap();
    let script = Script::load(&path, &script::Options::default()).unwrap();
    let iov = IoV::try_from([7, 1, 7, 9]).unwrap();
    let plan = script
        .plan(&InputData::default(), iov, &Map::new())
        .unwrap();
    let calibration = plan.calibrations.into_iter().next().unwrap();
    let algorithm = calibration.algorithms.into_iter().next().unwrap();
    match algorithm.kind {
        Kind::Declared(declared) => declared.fits.into_iter().map(|step| step.model).collect(),
        other => panic!("{other:?}"),
    }
}

/// Counts as the model says, rounded.
fn data(model: &Model, parameters: &[f64], (low, high): (f64, f64)) -> Histogram {
    let compiled = Compiled::new(model).unwrap();
    let axis = Axis::regular(120, low, high, "").unwrap();
    let bins = (0..120).map(|i| compiled.value(axis.centre(i), parameters).round());
    let counts = std::iter::once(0.0).chain(bins).collect();
    Histogram::of_counts(axis, counts)
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (a.abs() + b.abs()) + 1e-12
}

fn same(name: &str, ours: &Fit, theirs: &Fit) {
    assert!(
        ours.valid() && theirs.valid(),
        "{name}: {ours:?} {theirs:?}"
    );
    for (k, (a, b)) in ours.values.iter().zip(&theirs.values).enumerate() {
        // to a millionth of the error
        assert!((a - b).abs() <= 1e-6 * ours.errors[k], "{name}: {a} {b}");
    }
    for (a, b) in ours.errors.iter().zip(&theirs.errors) {
        assert!((a / b - 1.0).abs() <= 1e-6, "{name}: {a} {b}");
    }
    assert_eq!(
        (ours.ndf, ours.refits, ours.low, ours.high),
        (theirs.ndf, theirs.refits, theirs.low, theirs.high),
        "{name}"
    );
}

#[test]
fn script_and_rust_agree() {
    let pairs = pairs();
    let calls: Vec<&str> = pairs.iter().map(|pair| pair.0).collect();
    let models = scripted(&calls);
    assert_eq!(models.len(), pairs.len());
    for ((name, rust, truth, range), script) in pairs.iter().zip(&models) {
        let names = |model: &Model| -> Vec<String> {
            model.parameters.iter().map(|p| p.name.clone()).collect()
        };
        let limits =
            |model: &Model| -> Vec<_> { model.parameters.iter().map(|p| p.limits).collect() };
        assert_eq!(names(rust), names(script), "{name}");
        assert_eq!(limits(rust), limits(script), "{name}");
        let (ours, theirs) = (Compiled::new(rust).unwrap(), Compiled::new(script).unwrap());
        for i in 0..50 {
            let x = range.0 + (range.1 - range.0) * f64::from(i) / 49.0;
            let (a, b) = (ours.value(x, truth), theirs.value(x, truth));
            assert!(near(a, b), "{name} at {x}: {a} {b}");
        }
        let data = data(rust, truth, *range);
        let options = Options::default();
        same(
            name,
            &ours.fit(&data, &options).unwrap(),
            &theirs.fit(&data, &options).unwrap(),
        );
    }
}

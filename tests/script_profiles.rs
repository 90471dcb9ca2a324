//! Errors by profiling, scans and contours as scripts ask for them; expected values by hand.

#![cfg(feature = "script")]

use b2caf::script::{Options, draw, eval};
use serde_json::{Value, json};

/// y = 1, 3, 5, 10 at x = 0 … 3 with errors 1: a = 0.4 ± √0.7, b = 2.9 ± √0.2, covariance −0.3,
/// χ² = 2.7, by hand.
const LINE: &str = r#"let fit = fit_points([0, 1, 2, 3], [1, 3, 5, 10], [1, 1, 1, 1],
    Model("line", |x, p| p.a + p.b * x), #{}, OPTIONS);"#;

fn run(text: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().expect("a folder for the script");
    let path = folder.path().join("script.rhai");
    std::fs::write(&path, text).expect("the script is written");
    let (value, _) = eval(&path, &[], &Options::default());
    value.map_err(|all| all.iter().map(|one| draw(one, false)).collect())
}

fn line(options: &str, text: &str) -> Result<Value, String> {
    run(&format!("{}\n{text}", LINE.replace("OPTIONS", options)))
}

fn near(value: &Value, expected: f64) {
    let have = value.as_f64().expect("a number");
    assert!((have - expected).abs() < 1e-9, "{have} {expected}");
}

#[test]
fn errors_of_one_of_some_and_of_all_parameters() {
    let text = r#"[fit.minos("a"), fit.minos(["b"]), fit.minos(), fit.minos("b", #{ sigma: 2 }),
        fit.minos("b", #{ cl: 0.95 }), fit.minos(#{ sigma: 3 })]"#;
    let all = line("#{}", text).expect("errors");
    let (a, b) = (0.7f64.sqrt(), 0.2f64.sqrt());
    near(&all[0]["upper"], a);
    near(&all[0]["lower"], -a);
    assert_eq!(all[0]["valid"], json!(true));
    assert_eq!(all[0]["at_lower_limit"], json!(false));
    assert_eq!(
        (&all[0]["new_minimum"], &all[0]["why"]),
        (&json!(null), &json!(""))
    );
    near(&all[1]["b"]["upper"], b);
    near(&all[2]["a"]["lower"], -a);
    near(&all[3]["upper"], 2.0 * b);
    // scipy.stats.chi2.ppf(0.95, 1)
    near(&all[4]["upper"], 3.841_458_820_694_124f64.sqrt() * b);
    near(&all[5]["b"]["lower"], -3.0 * b);
}

#[test]
fn option_puts_them_into_the_fit() {
    let fit = line(r#"#{ errors: "minos" }"#, "fit").expect("a fit");
    near(&fit["minos"]["a"]["upper"], 0.7f64.sqrt());
    assert_eq!(fit["minos_valid"], json!(true));
    near(&fit["values"]["b"], 2.9);
    near(&fit["errors"]["b"], 0.2f64.sqrt());
    near(&fit["covariance"][0][1], -0.3);
    near(&fit["chi2"], 2.7);
    for (fact, expected) in [
        ("minimum", true),
        ("edm_reached", true),
        ("at_limit", false),
        ("call_limit", false),
        ("accurate", true),
        ("valid", true),
    ] {
        assert_eq!(fit[fact], json!(expected), "{fact}");
    }
    assert_eq!(fit["why"], json!(""));
    let facts = "[fit.a_lower, fit.b_upper, fit.minos_valid, fit.minimum, fit.why, fit.edm < 1e-6]";
    let facts = line(r#"#{ errors: "minos" }"#, facts).expect("facts");
    near(&facts[0], -(0.7f64.sqrt()));
    near(&facts[1], 0.2f64.sqrt());
    let told = facts.as_array().map(|facts| facts[2..].to_vec());
    assert_eq!(
        told,
        Some(vec![json!(true), json!(true), json!(""), json!(true)])
    );
    for errors in ["hesse", "hessian", "linearised"] {
        let fit = line(&format!("#{{ errors: \"{errors}\" }}"), "fit").expect("a fit");
        near(&fit["errors"]["a"], 0.7f64.sqrt());
        assert!(fit.get("minos").is_none());
    }
}

#[test]
fn scan_and_contour_are_tables() {
    let scan = line("#{}", "fit.scan(\"b\", 1.9, 3.9, 3)").expect("a table");
    // Σ x² = 14 with a held; 1/0.2 with a free
    for (i, (value, cost, profile)) in [(1.9, 16.7, 7.7), (2.9, 2.7, 2.7), (3.9, 16.7, 7.7)]
        .into_iter()
        .enumerate()
    {
        near(&scan["value"][i], value);
        near(&scan["cost"][i], cost);
        near(&scan["profile"][i], profile);
    }
    let contour = line("#{}", "fit.contour(\"a\", \"b\", #{ points: 24 })").expect("a table");
    let numbers = |name: &str| -> Vec<f64> {
        let column = contour[name].as_array().expect("a column");
        column.iter().filter_map(Value::as_f64).collect()
    };
    let (a, b) = (numbers("a"), numbers("b"));
    assert_eq!((a.len(), b.len()), (24, 24));
    for (a, b) in a.iter().zip(&b) {
        let (a, b) = (a - 0.4, b - 2.9);
        // the Hessian by hand: 4 points, Σ x = 6, Σ x² = 14
        let rise = 4.0 * a * a + 12.0 * a * b + 14.0 * b * b;
        assert!((rise - 1.0).abs() < 1e-9, "{rise}");
    }
    let highest = a.iter().copied().fold(f64::MIN, f64::max);
    assert!((highest - 0.4 - 0.7f64.sqrt()).abs() < 1e-9);
    assert_eq!(contour["at_limit"][0], json!(false));
}

#[test]
fn what_cannot_be_answered_is_told() {
    for (options, text, said) in [
        ("#{}", "fit.minos(\"aa\")", "did you mean `a`?"),
        (
            "#{}",
            "fit.minos(\"a\", #{ sgima: 2 })",
            "did you mean `sigma`?",
        ),
        (
            "#{}",
            "fit.minos(\"a\", #{ sigma: -2 })",
            "sigma -2 is no level",
        ),
        (
            "#{}",
            "fit.minos(\"a\", #{ sigma: 1, cl: 0.5 })",
            "give one of them",
        ),
        ("#{}", "fit.minos([1])", "names of parameters are texts"),
        ("#{}", "fit.scan(\"a\", 0, 1, 1)", "2 to 100000 points"),
        ("#{}", "fit.contour(\"a\", \"a\")", "two parameters"),
        (
            "#{}",
            "fit.contour(\"a\", \"b\", #{ points: -1 })",
            "not negative",
        ),
        ("#{ errors: \"minuit\" }", "fit", "\"minos\""),
    ] {
        let told = line(options, text).expect_err(text);
        assert!(told.contains(said), "{text}\n{told}");
    }
    let held = r#"let fit = fit_points([0, 1], [1, 3], [1, 1], Model("line", |x, p| p.a + p.b * x).fix("b", 1));"#;
    let told = run(&format!("{held} fit.minos(\"b\")")).expect_err("fixed");
    assert!(told.contains("parameter b is fixed"), "{told}");
    let flat = r#"let fit = fit_points([0, 1, 2], [1, 3, 2], [1, 1, 1], Model("flat", |x, p| p.a + p.b));"#;
    let told = run(&format!("{flat} fit.minos(\"b\")")).expect_err("flat");
    assert!(told.contains("did not find it"), "{told}");
}

/// A single count of 4: 2(ν − 4 ln ν) rises by one at 30 digits of mpmath.
#[test]
fn each_channel_of_a_table() {
    let text = r#"let h = fit_histogram([4.0], 0.0, 1.0, Model("rate", |x, p| p.rate), #{}, #{ errors: "minos" });
        [h.rate_lower, h.rate_upper]"#;
    let errors = run(text).expect("errors");
    near(&errors[0], LOWER);
    near(&errors[1], UPPER);
}

const LOWER: f64 = -1.681_505_866_784_168_5;
const UPPER: f64 = 2.346_328_181_836_786_5;

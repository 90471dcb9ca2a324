//! Matrices, linear systems and least squares as scripts use them, through `eval` and JSON.

#![cfg(feature = "script")]

use b2caf::script::{Options, draw, eval};
use serde_json::{Value, json};

/// The last value of a text, or everything that is said about it.
fn value_of(text: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().expect("a folder for the script");
    let path = folder.path().join("script.rhai");
    std::fs::write(&path, text).expect("the script is written");
    let arguments = [(
        "given".to_owned(),
        json!({"i": [1, 1, 2], "x": [0.5, null, 2]}),
    )];
    let (value, _) = eval(&path, &arguments, &Options::default());
    value.map_err(|all| all.iter().map(|one| draw(one, false)).collect())
}

/// Whether two values are the same but for the last digits of numbers.
fn close(a: &Value, b: &Value, to: f64) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b, to))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| close(a, b, to)))
        }
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= to * b.abs().max(1.0),
            _ => false,
        },
        _ => a == b,
    }
}

fn check(cases: &[(&str, Value)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        match value_of(text) {
            Ok(value) if close(&value, expected, 1e-12) => {}
            Ok(value) => wrong.push(format!("{text}\n  gives {value}, not {expected}")),
            Err(said) => wrong.push(format!("{text}\n{said}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn refused(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        match value_of(text) {
            Err(said) if said.contains(expected) => {}
            other => wrong.push(format!("{text}\n  gives {other:?}, not {expected}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tables_of_arrays() {
    check(&[
        (
            "table(#{ a: [1, 2], b: [0.5, ()] })",
            json!({"a": [1, 2], "b": [0.5, null]}),
        ),
        (
            "table(#{ a: [1, 2.5], b: [true, false] })",
            json!({"a": [1.0, 2.5], "b": [true, false]}),
        ),
        (
            "let t = table(given); [t.len(), t.i.sum(), t.x.mean()]",
            json!([3, 4.0, 1.25]),
        ),
        ("table(#{}).len()", json!(0)),
        (
            "table(#{ s: [\"a\", \"b\"] }).filter(|r| r.s == \"b\").len()",
            json!(1),
        ),
    ]);
    refused(&[
        ("table(#{ a: [1], b: [1, 2] })", "column b has 2 values"),
        (
            "table(#{ a: [1, \"x\"] })",
            "row 1 of the column `a` is a string",
        ),
        (
            "table(#{ a: 1 })",
            "the column `a` is made of an array, not an int",
        ),
    ]);
}

#[test]
fn matrices() {
    check(&[
        ("matrix([[1, 2], [3, 4]])", json!([[1.0, 2.0], [3.0, 4.0]])),
        (
            "let m = matrix([[1, 2], [3, 4]]); [m[1][0], m.rows, m.columns]",
            json!([3.0, 2, 2]),
        ),
        (
            "matrix([[1, 2], [3, 4]]) * matrix([[0, 1], [1, 0]])",
            json!([[2.0, 1.0], [4.0, 3.0]]),
        ),
        ("matrix([[1, 2], [3, 4]]) * [1, 10]", json!([21.0, 43.0])),
        (
            "2 * matrix([[1, 2]]) + matrix([[1, 1]]) * 0.5",
            json!([[2.5, 4.5]]),
        ),
        (
            "(-matrix([[1, 2]]) - matrix([[1, 1]])).to_array()",
            json!([[-2.0, -3.0]]),
        ),
        (
            "matrix([[1, 2, 3]]).transposed()",
            json!([[1.0], [2.0], [3.0]]),
        ),
        (
            "matrix([[4, 2], [2, 3]]).inverse()",
            json!([[0.375, -0.25], [-0.25, 0.5]]),
        ),
        (
            "matrix([[0, 2], [1, 0]]).inverse()",
            json!([[0.0, 1.0], [0.5, 0.0]]),
        ),
        ("matrix([[2, 1], [1, 3]]).solve([4, 7])", json!([1.0, 2.0])),
        (
            "matrix([[2, 1], [1, 3]]).solve(table(#{ b: [4, 7] }).b)",
            json!([1.0, 2.0]),
        ),
        ("matrix([[2, 1], [1, 3]]).diagonal()", json!([2.0, 3.0])),
        ("matrix([[2, 1], [1, 2]]).eigenvalues()", json!([1.0, 3.0])),
        // to 1: the sum of each row squared is 1, the larger eigenvalue has equal components
        (
            "let v = matrix([[2, 1], [1, 2]]).eigenvectors(); [v[0][1] - v[1][1], v[0][0] + v[1][0]]",
            json!([0.0, 0.0]),
        ),
        ("matrix([[1, 0], [0, 100]]).condition()", json!(100.0)),
        ("rotation_x(PI / 2) * [0, 1, 0]", json!([0.0, 0.0, 1.0])),
        ("rotation_y(PI / 2) * [0, 0, 1]", json!([1.0, 0.0, 0.0])),
        (
            "let r = rotation_y(0.3) * rotation_x(-0.7); r * r.transposed()",
            json!([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        ),
    ]);
    refused(&[
        (
            "matrix([[1, 2], [3]])",
            "elements in row 1 of a matrix: 1 instead of 2",
        ),
        ("matrix([[1, \"x\"]])", "a number is needed"),
        (
            "matrix([1, 2])",
            "an array or a column of numbers is needed, not an int",
        ),
        (
            "matrix([[1, 2], [2, 4]]).inverse()",
            "the matrix is singular: column 1",
        ),
        ("matrix([[1, 2], [3, 4]]).eigenvalues()", "not symmetric"),
        (
            "matrix([[1, 2]]).inverse()",
            "a square matrix is needed, not 1 × 2",
        ),
        (
            "matrix([[1, NAN], [1, 1]]).solve([1, 1])",
            "NaN in row 0, column 1",
        ),
        (
            "matrix([[1, 0], [0, 1]]).solve([1, 2, 3])",
            "3 instead of 2",
        ),
        (
            "matrix([[1, 2]]) * matrix([[1, 2]])",
            "instead of 2, the columns of the first",
        ),
        ("matrix([[1, 2]]) + matrix([[1]])", "1 × 1 instead of 1 × 2"),
        ("matrix([[1, 2]])[1]", "has no row 1"),
    ]);
}

#[test]
fn linear_systems() {
    let system = |rest: &str| {
        format!(
            "let sums = table(#{{ i: [5, 5, 3], j: [5, 3, 3], value: [2.0, 1.0, 3.0] }});
             let channels = table(#{{ channel: [3, 5, 9], right: [7.0, 4.0, 0.0], entries: [20, 10, 0] }});
             linear_system(sums, channels){rest}"
        )
    };
    let errors = [0.4_f64.sqrt(), 0.6_f64.sqrt(), 0.0];
    let solved = json!({"channel": [3, 5, 9], "entries": [20, 10, 0],
        "solution": [2.0, 1.0, -1.0], "error": errors});
    check(&[
        (
            &system(".channels"),
            json!({"channel": [3, 5, 9], "entries": [20, 10, 0]}),
        ),
        (
            &system(".without_empty(-1.0).solve(\"lu\")"),
            solved.clone(),
        ),
        (&system(".without_empty(-1).solve(\"cholesky\")"), solved),
    ]);
    refused(&[
        (&system(".solve(\"lu\")"), "nothing determines channel 9"),
        (
            &system(".solve(\"qr\")"),
            "there are \"lu\" and \"cholesky\"",
        ),
        (
            "linear_system(table(#{ i: [1] }), table(#{ channel: [1] }))",
            "no column `j`",
        ),
    ]);
}

#[test]
fn lines_by_hand() {
    // y = 1 + 2x through (0, 1), (1, 3), (2, 5), with one point off by 3: (3, 10); normal
    // equations: 4a + 6b = 19, 6a + 14b = 43, determinant 20; sum of squared residuals 2.7
    let line = |rest: &str| {
        format!(
            "let t = table(#{{ x: [0, 1, 2, 3], y: [1, 3, 5, 10], s: [2.0, 2.0, 2.0, 2.0] }});
             let model = LinearModel([\"a\", \"b\"]).equation(\"y\", |t| t.y, |t, p| p.a + p.b * t.x);
             {rest}"
        )
    };
    let covariance = |scale: f64| json!([[0.7 * scale, -0.3 * scale], [-0.3 * scale, 0.2 * scale]]);
    check(&[
        (
            &line("let f = fit(t, model); [f.a, f.b, f.ndf, f.entries, f.valid]"),
            json!([0.4, 2.9, 2, 4, true]),
        ),
        // without sigma the spread of the residuals is the error: 2.7 / 2 degrees of freedom
        (
            &line("let f = fit(t, model); [f.chi2, f.a_error ** 2]"),
            json!([2.0, 0.7 * 1.35]),
        ),
        (
            &line("fit(t, model).covariance_of([\"a\", \"b\"])"),
            covariance(1.35),
        ),
        (
            &line("fit(t, model, #{ sigma: \"s\" }).covariance_of([\"a\", \"b\"])"),
            covariance(4.0),
        ),
        (
            &line("fit(t, model, #{ sigma: #{ y: 2 } }).chi2"),
            json!(2.7 / 4.0),
        ),
        (
            &line("fit(t, model).with_residuals(t).y_residual.to_array()"),
            json!([0.6, -0.3, -1.2, 0.9]),
        ),
        (
            &line(
                "let f = fit(t, model); fit(f.with_residuals(t).filter(|t| t.y_residual < 0.8), model).b",
            ),
            json!(2.0),
        ),
        (
            &line("fit(t, model).covariance_of([\"b\"])[0][0]"),
            json!(0.2 * 1.35),
        ),
    ]);
    refused(&[
        (
            &line("fit(t.first(1), model)"),
            "1 measurements cannot determine 2 parameters",
        ),
        (
            &line("fit(t.define(\"x\", |t| 1.0), model)"),
            "parameter b is a combination",
        ),
        (
            &line("fit(t.define(\"y\", |t| NAN), model)"),
            "equation y: the measured value in row 0 is NaN",
        ),
        (
            &line("fit(t, model, #{ sigma: 0.0 })"),
            "the sigma in row 0 is 0",
        ),
        (&line("fit(t, model, #{ sigma: #{ z: 1 } })"), "z"),
        (&line("fit(t, model, #{ error: 1 })"), "error"),
        (
            &line("fit(t, model.equation(\"q\", |t| t.y, |t, p| p.a ** 2))"),
            "equation q is not linear in a",
        ),
        (
            &line("fit(t, model.equation(\"q\", |t| t.y, |t, p| p.c))"),
            "p.c, which is not among the parameters a, b",
        ),
        (
            &line("fit(t, model.equation(\"y\", |t| t.y, |t, p| p.a))"),
            "two equations called y",
        ),
        (&line("fit(t, LinearModel([\"a\"]))"), "no equation"),
        (
            &line("fit(t, model).covariance_of([\"c\"])"),
            "no parameter `c`",
        ),
        (&line("fit(t, model).c"), "a fit has no `c`"),
    ]);
}

/// Tracks of a beam spot at (0.02, -0.01, 0.5) with tilts 0.005 and -0.003, in the words of a
/// calibration; `noise` is added to both measurements.
fn tracks(noise: &str, rest: &str) -> String {
    format!(
        "let rows = #{{ phi: [], slope: [], z: [], d: [] }};
         let seed = 12345;
         for i in 0..600 {{
             let u = []; for k in 0..8 {{ seed = (seed * 1103515245 + 12345) % 2147483648; u.push(seed / 2147483648.0); }}
             let phi = 6.2831853 * u[0]; let slope = 3.0 * u[1] - 1.0; let zs = 0.5 + 0.03 * (u[2] - 0.5);
             let z = zs - slope * (0.02 * cos(phi) - 0.01 * sin(phi)){noise};
             let along = z + slope * (0.02 * cos(phi) - 0.01 * sin(phi)) - 0.5;
             let d = (0.02 + 0.005 * along) * sin(phi) - (-0.01 - 0.003 * along) * cos(phi);
             rows.phi.push(phi); rows.slope.push(slope); rows.z.push(z); rows.d.push(d + 0.001 * (u[3] + u[4] - 1.0));
         }}
         let tracks = table(rows);
         let model = LinearModel([\"x\", \"y\", \"z\", \"kx\", \"ky\"])
             .equation(\"d\", |t| t.d, |t, p| {{
                 let along = t.z + t.slope * (p.x * cos(t.phi) + p.y * sin(t.phi)) - p.z;
                 (p.x + p.kx * along) * sin(t.phi) - (p.y + p.ky * along) * cos(t.phi)
             }})
             .equation(\"z\", |t| t.z, |t, p| p.z - t.slope * (p.x * cos(t.phi) + p.y * sin(t.phi)));
         {rest}"
    )
}

#[test]
fn a_beam_spot_with_products_of_parameters() {
    // pulls of all parameters against what was put in: |pull| < 4, errors from the spread
    let pulls = "let f = fit(tracks, model);
        let pull = |have, want, error| (have - want) / error;
        [f.valid, [pull.call(f.x, 0.02, f.x_error), pull.call(f.y, -0.01, f.y_error), pull.call(f.z, 0.5, f.z_error),
         pull.call(f.kx, 0.005, f.kx_error), pull.call(f.ky, -0.003, f.ky_error)],
         [f.x_error, f.z_error, f.kx_error, f.chi2_ndf],
         f.with_residuals(tracks).d_residual.std(), f.with_residuals(tracks).z_residual.std()]";
    let value = value_of(&tracks("", pulls)).unwrap();
    assert_eq!(value[0], true, "{value}");
    for pull in value[1].as_array().unwrap() {
        assert!(pull.as_f64().unwrap().abs() < 4.0, "{value}");
    }
    // spreads: d is a triangle of half width 0.001, z flat over 0.03
    let spread = |at: usize| value[at].as_f64().unwrap();
    assert!(
        (spread(3) / (0.001 / 6.0_f64.sqrt()) - 1.0).abs() < 0.1,
        "{value}"
    );
    assert!(
        (spread(4) / (0.03 / 12.0_f64.sqrt()) - 1.0).abs() < 0.1,
        "{value}"
    );
    // x is measured by d in half of the directions: σ / √(N/2), z by σ / √N
    let x = value[2][0].as_f64().unwrap() / (spread(3) / 300.0_f64.sqrt());
    assert!((x - 1.0).abs() < 0.2, "{value}");
    let z = value[2][1].as_f64().unwrap() / (spread(4) / 600.0_f64.sqrt());
    assert!((z - 1.0).abs() < 0.3, "{value}");
    assert!(
        (value[2][3].as_f64().unwrap() - 1.0).abs() < 1e-9,
        "{value}"
    );
}

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

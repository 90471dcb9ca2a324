//! Global fits from a script; expectations are worked out by hand.

use std::fs;
use std::process::Command;

use serde_json::Value;

/// The last value of a script.
fn eval(script: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.rhai");
    fs::write(&file, script).unwrap();
    let program = env!("CARGO_BIN_EXE_b2caf");
    let output = Command::new(program)
        .arg("eval")
        .arg(&file)
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// Time differences of three modules: T1 − T2 = 1, T2 − T3 = 2, T1 − T3 = 3, errors 0.1.
const PAIRS: &str = r#"
    let pairs = table(#{
        record: [1, 2, 3], residual: [1.0, 2.0, 3.0], error: [0.1, 0.1, 0.1],
        first: [1, 2, 1], plus: [1.0, 1.0, 1.0], second: [2, 3, 3], minus: [-1.0, -1.0, -1.0],
    });
    let globals = [["first", "plus"], ["second", "minus"]];
"#;

fn numbers(value: &Value) -> Vec<f64> {
    let values = value.as_array().unwrap().iter();
    values.map(|value| value.as_f64().unwrap()).collect()
}

fn near(have: &[f64], want: &[f64]) {
    assert_eq!(have.len(), want.len());
    for (have, want) in have.iter().zip(want) {
        assert!((have - want).abs() < 1e-9, "{have} {want}");
    }
}

/// With the sum held at 0 the times are 4/3, 1/3, −5/3; the inverse of 100 (3 − J) without its
/// weak mode is (1 − J/3)/300, so each error is √(2/3/300).
#[test]
fn times_of_modules_from_their_differences() {
    let script = format!(
        "{PAIRS} global_fit(pairs, #{{ globals: globals, constrain: [#{{ name: \"sum\", labels: [1, 2, 3] }}] }})"
    );
    let value = eval(&script).unwrap();
    let parameters = &value["parameters"];
    near(
        &numbers(&parameters["value"]),
        &[4.0 / 3.0, 1.0 / 3.0, -5.0 / 3.0],
    );
    near(
        &numbers(&parameters["error"]),
        &[(2.0_f64 / 900.0).sqrt(); 3],
    );
    assert_eq!(numbers(&parameters["label"]), [1.0, 2.0, 3.0]);
    assert_eq!(numbers(&parameters["entries"]), [2.0, 2.0, 2.0]);
    assert!(value["chi2"].as_f64().unwrap() < 1e-20);
    // three measurements, three parameters, one constraint
    assert_eq!(
        (value["ndf"].as_i64(), value["records"].as_i64()),
        (Some(1), Some(3))
    );
}

/// Four points of a track with a plane that is off by 0.3: the track takes offset and slope.
#[test]
fn parameters_of_a_record_are_eliminated() {
    let script = r#"
        let record = []; let residual = []; let error = []; let one = []; let z = []; let plane = []; let moves = [];
        for track in 0..20 {
            for at in 0..4 {
                record.push(track); error.push(0.01); one.push(1.0); z.push(to_float(at));
                residual.push(0.1 * track + 0.02 * track * at + if at == 2 { 0.3 } else { 0.0 });
                plane.push(if at == 2 { 7 } else { 0 }); moves.push(1.0);
            }
        }
        let hits = table(#{ record: record, residual: residual, error: error, one: one, z: z, plane: plane, moves: moves });
        global_fit(hits, #{ globals: [["plane", "moves"]], locals: ["one", "z"] })
    "#;
    let value = eval(script).unwrap();
    near(&numbers(&value["parameters"]["value"]), &[0.3]);
    // what a straight line through (0, 1, 2, 3) leaves of one point at 2: 1 − 1/4 − 0.25/5 = 0.7
    let error = 0.01 / (20.0_f64 * 0.7).sqrt();
    near(&numbers(&value["parameters"]["error"]), &[error]);
    // 80 measurements, 40 parameters of tracks, one of the plane
    assert_eq!(value["ndf"], 39);
}

#[test]
fn what_cannot_be_solved_is_said() {
    let cases = [
        ("global_fit(pairs, #{ globals: globals })", "(1)"),
        ("global_fit(pairs, #{ })", "needs `globals`"),
        (
            "global_fit(pairs, #{ globals: globals, metod: \"cholesky\" })",
            "did you mean `method`?",
        ),
        (
            "global_fit(pairs, #{ globals: globals, method: \"magic\" })",
            "there is no method `magic`",
        ),
        (
            "global_fit(pairs, #{ globals: [[\"frist\", \"plus\"]] })",
            "did you mean `first`?",
        ),
        (
            "global_fit(pairs, #{ globals: globals, constrain: [#{ name: \"nobody\", labels: [9] }] })",
            "nobody",
        ),
        (
            "global_fit(pairs, #{ globals: globals, locals: [\"plus\"] })",
            "can be used",
        ),
    ];
    for (end, expected) in cases {
        let error = eval(&format!("{PAIRS}\n{end}")).unwrap_err();
        assert!(error.contains(expected), "{end}:\n{error}");
    }
}

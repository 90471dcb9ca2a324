//! Formulas with values found by hand.

use std::sync::Arc;

use super::parse::parse;
use crate::expr::{Columns, Failure, Program, Scratch, Slice, Type, Value};

const ROWS: usize = 4;
const N: [i64; ROWS] = [0, 7, -7, 3];
const M: [i64; ROWS] = [2, 0, 2, -2];
const X: [f64; ROWS] = [0.5, -2.0, f64::NAN, f64::INFINITY];
const Y: [f64; ROWS] = [4.0, 9.0, 0.25, 1.0];
const OK: [bool; ROWS] = [true, false, true, false];

fn texts() -> Vec<Arc<str>> {
    ["phi", "eta", "phi", ""].map(Arc::from).to_vec()
}

pub(super) fn evaluate(formula: &str) -> Result<Vec<Value>, Failure> {
    let schema = Columns::new([
        ("n", Type::Int),
        ("m", Type::Int),
        ("x", Type::Float),
        ("y", Type::Float),
        ("ok", Type::Bool),
        ("name", Type::Text),
    ]);
    let program = Program::compile(&[parse(formula)], &schema)?;
    let texts = texts();
    let all = [
        Slice::Int(&N),
        Slice::Int(&M),
        Slice::Float(&X),
        Slice::Float(&Y),
        Slice::Bool(&OK),
        Slice::Text(&texts),
    ];
    let inputs: Vec<_> = program.columns().iter().map(|&i| all[i]).collect();
    let mut scratch = Scratch::default();
    let outputs = program.evaluate(&inputs, &[], ROWS, &mut scratch)?;
    let slice = outputs.get(0);
    assert_eq!(slice.kind(), Some(program.types()[0]));
    assert_eq!(slice.len(), ROWS);
    Ok((0..ROWS).filter_map(|i| slice.value(i)).collect())
}

fn ints(formula: &str, wanted: [i64; ROWS]) {
    assert_eq!(
        evaluate(formula).unwrap(),
        wanted.map(Value::Int),
        "{formula}"
    );
}

fn bools(formula: &str, wanted: [bool; ROWS]) {
    assert_eq!(
        evaluate(formula).unwrap(),
        wanted.map(Value::Bool),
        "{formula}"
    );
}

fn floats(formula: &str, wanted: [f64; ROWS]) {
    let bits = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
    let given: Vec<u64> = evaluate(formula)
        .unwrap()
        .iter()
        .map(|v| match v {
            Value::Float(x) => bits(*x),
            other => panic!("{formula} gives {other:?}"),
        })
        .collect();
    assert_eq!(given, wanted.map(bits), "{formula}");
}

fn fails(formula: &str, message: &str) {
    let failure = evaluate(formula).unwrap_err();
    assert_eq!(failure.message, message, "{formula}");
    assert_ne!(failure.place.column, 0, "{formula} fails without a place");
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn whole_numbers_stay_whole() {
    ints("n + m", [2, 7, -5, 1]);
    ints("n - 2 * m", [-4, 7, -11, 7]);
    ints("-n", [0, -7, 7, -3]);
    ints("n % 3", [0, 1, -1, 0]);
    ints("div(n, 2)", [0, 3, -3, 1]);
    ints("abs(n)", [0, 7, 7, 3]);
    ints("n ** 3", [0, 343, -343, 27]);
    ints("min(n, m)", [0, 0, -7, -2]);
    ints("max(n, m)", [2, 7, 2, 3]);
    ints("to_int(y)", [4, 9, 0, 1]);
    ints("to_int(n)", N);
    ints(
        "9007199254740993 + n",
        [
            9007199254740993,
            9007199254741000,
            9007199254740986,
            9007199254740996,
        ],
    );
    bools(
        "n + 9007199254740992 == 9007199254740999",
        [false, true, false, false],
    );
}

#[test]
fn whole_and_other_numbers_give_numbers() {
    floats("n + y", [4.0, 16.0, -6.75, 4.0]);
    floats("n / y", [0.0, 7.0 / 9.0, -28.0, 3.0]);
    floats("1 / y", [0.25, 1.0 / 9.0, 4.0, 1.0]);
    floats("to_float(n) / m", [0.0, INF, -3.5, -1.5]);
    floats("sqrt(y)", [2.0, 3.0, 0.5, 1.0]);
    floats("sqrt(m)", [2f64.sqrt(), 0.0, 2f64.sqrt(), NAN]);
    floats("x % 2", [0.5, -0.0, NAN, NAN]);
    floats("max(n, y)", [4.0, 9.0, 0.25, 3.0]);
    floats("if ok { n } else { y }", [0.0, 9.0, -7.0, 1.0]);
    bools("n == 3.0", [false, false, false, true]);
    bools("n < y", [true, true, true, false]);
}

#[test]
fn numbers_follow_ieee() {
    floats("x / 0", [INF, -INF, NAN, INF]);
    floats("x - x", [0.0, 0.0, NAN, NAN]);
    bools("x == x", [true, true, false, true]);
    bools("x != x", [false, false, true, false]);
    bools("!(x < 1.0)", [false, false, true, true]);
    bools("is_nan(x)", [false, false, true, false]);
    bools("is_nan(n)", [false; 4]);
    floats("min(x, 1.0)", [0.5, -2.0, NAN, 1.0]);
    floats("max(1.0, x)", [1.0, 1.0, NAN, INF]);
    floats("max(x, 1.0)", [1.0, 1.0, NAN, INF]);
    floats("-x", [-0.5, 2.0, NAN, -INF]);
    floats("floor(x)", [0.0, -2.0, NAN, INF]);
    floats("ceil(x)", [1.0, -2.0, NAN, INF]);
    floats("round(y / 2)", [2.0, 5.0, 0.0, 1.0]);
}

#[test]
fn powers() {
    floats("y ** 2", [16.0, 81.0, 0.0625, 1.0]);
    floats("y ** 0", [1.0; 4]);
    floats("x ** 0", [1.0; 4]);
    floats("y ** -1", [0.25, 1.0 / 9.0, 4.0, 1.0]);
    floats("x ** 3", [0.125, -8.0, NAN, INF]);
    floats("y ** 0.5", [2.0, 3.0, 0.5, 1.0]);
    floats("pow(y, n)", [1.0, 4782969.0, 16384.0, 1.0]);
    floats("2 ** x", [2f64.sqrt(), 0.25, NAN, INF]);
    ints("2 ** (n * n - n * n + 10)", [1024; 4]);
}

#[test]
fn conditions() {
    bools("ok && n > 0", [false; 4]);
    bools("ok || n > 0", [true, true, true, true]);
    bools("!ok", [false, true, false, true]);
    bools("ok == (m > 0)", [true, true, true, true]);
    bools("ok != true", [false, true, false, true]);
    bools("name == \"phi\"", [true, false, true, false]);
    bools("\"phi\" != name", [false, true, false, true]);
    bools("name == name", [true; 4]);
    bools("\"a\" == \"a\"", [true; 4]);
    bools("if n > 0 { ok } else { !ok }", [false, false, false, false]);
}

#[test]
fn only_the_branch_taken_counts() {
    ints("if m != 0 { div(n, m) } else { -1 }", [0, -1, -3, -1]);
    bools("m != 0 && div(n, m) < 0", [false, false, true, true]);
    bools("m == 0 || div(n, m) < 0", [false, true, true, true]);
    bools(
        "m == 0 || (n != 0 && div(m, n) == 0)",
        [false, true, true, true],
    );
    ints(
        "if is_nan(x) || x > 1e10 { 99 } else { to_int(x) }",
        [0, -2, 99, 99],
    );
    ints(
        "if n < 4 { n } else { 9223372036854775807 - 7 + n }",
        [0, i64::MAX, -7, 3],
    );
    ints("if false { div(1, 0) } else { n }", N);
    ints(
        "if m != 0 { let q = div(n, m); q * q } else { 5 }",
        [0, 5, 9, 1],
    );
    // The same quotient twice: once where it counts, once where it does not.
    fails(
        "(if m != 0 { div(n, m) } else { 0 }) + div(n, m)",
        "div(7, 0): division by zero",
    );
}

#[test]
fn what_has_no_result_fails() {
    fails("div(n, m)", "div(7, 0): division by zero");
    fails("n % m", "7 % 0: division by zero");
    fails("div(1, 0)", "div(1, 0): division by zero");
    fails(
        "n * 9223372036854775807",
        "7 * 9223372036854775807 does not fit in a whole number of 64 bits",
    );
    fails(
        "n + 9223372036854775807",
        "7 + 9223372036854775807 does not fit in a whole number of 64 bits",
    );
    fails(
        "-9223372036854775807 - n",
        "-9223372036854775807 - 7 does not fit in a whole number of 64 bits",
    );
    fails("m ** (n - 8)", "2 ** -8 is no whole number");
    fails("to_int(x)", "NaN cannot become a whole number");
    fails(
        "to_int(1e19)",
        "10000000000000000000 cannot become a whole number",
    );
    // A `let` is computed where it stands, whether it is used or not.
    fails("let q = div(n, m); n", "div(7, 0): division by zero");
}

#[test]
fn lets_and_shared_parts() {
    ints("let a = n + 1; let b = a * a; b - a", [0, 56, 42, 12]);
    ints("let a = n; let a = a + 1; a * 2", [2, 16, -12, 8]);
    floats("let r = sqrt(y); r * r", [4.0, 9.0, 0.25, 1.0]);
}

#[test]
fn constants_are_columns_too() {
    floats("1.5", [1.5; 4]);
    ints("2 ** 5 + div(7, 2)", [35; 4]);
    bools("true", [true; 4]);
}

//! Compiled and row by row: the same numbers, bit for bit.

use std::sync::Arc;

use crate::expr::{Column, Failure, Formula, Table, Type, Value, Wanted};

use super::super::{compile_row, interpret_row};
use super::harness::script;

const FLOATS: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    2.5,
    -3.5,
    1e-300,
    1e300,
    -1e300,
    0.5,
    7.0,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    9_007_199_254_740_992.0,
];
const INTS: [i64; 14] = [
    0,
    1,
    -1,
    2,
    3,
    -7,
    10,
    63,
    64,
    1 << 53,
    (1 << 53) + 1,
    -(1 << 53) - 1,
    i64::MAX,
    i64::MIN,
];
const TEXTS: [&str; 3] = ["", "wire", "pixel"];

/// Tables of one row: all pairs of awkward numbers.
pub(super) fn rows() -> Vec<Table> {
    let mut rows = Vec::new();
    for (i, a) in FLOATS.into_iter().enumerate() {
        for (j, n) in INTS.into_iter().enumerate() {
            let b = FLOATS[(i + j + 3) % FLOATS.len()];
            let m = INTS[(2 * i + j) % INTS.len()];
            let mut table = Table::new();
            table.push("a", Column::Float(vec![a])).unwrap();
            table.push("b", Column::Float(vec![b])).unwrap();
            table.push("n", Column::Int(vec![n])).unwrap();
            table.push("m", Column::Int(vec![m])).unwrap();
            table
                .push("k", Column::Bool(vec![(i + j) % 2 == 0]))
                .unwrap();
            table
                .push("s", Column::Text(vec![Arc::from(TEXTS[j % 3])]))
                .unwrap();
            rows.push(table);
        }
    }
    rows
}

/// A value with NaN, -0.0 and 0.0 told apart.
pub(super) fn exact(
    value: Result<Column, Failure>,
) -> Result<(Type, Option<u64>, Option<Value>), ()> {
    let column = value.map_err(|_| ())?;
    let bits = match column.value(0) {
        Some(Value::Float(x)) if x.is_nan() => Some(f64::NAN.to_bits()),
        Some(Value::Float(x)) => Some(x.to_bits()),
        _ => None,
    };
    let other = column.value(0).filter(|_| bits.is_none());
    Ok((column.kind(), bits, other))
}

pub(super) fn wanted(kind: Type) -> Wanted {
    match kind {
        Type::Bool => Wanted::Condition,
        Type::Int => Wanted::Whole,
        Type::Float => Wanted::Number,
        Type::Text => Wanted::Any,
    }
}

const CLOSURES: &[&str] = &[
    "|c| c.a + c.b",
    "|c| c.a - c.b",
    "|c| c.a * c.b",
    "|c| c.a / c.b",
    "|c| c.a % c.b",
    "|c| c.a ** c.b",
    "|c| c.n + c.m",
    "|c| c.n - c.m",
    "|c| c.n * c.m",
    "|c| c.n / c.m",
    "|c| c.n % c.m",
    "|c| c.n ** c.m",
    "|c| c.a + c.n",
    "|c| c.n - c.a",
    "|c| c.a * c.n",
    "|c| c.n / c.a",
    "|c| c.a / c.n",
    "|c| c.a % c.n",
    "|c| c.a ** c.n",
    "|c| c.n ** c.a",
    "|c| c.a ** 2",
    "|c| -c.a ** 2",
    "|c| c.a ** -3",
    "|c| c.n ** 2",
    "|c| -c.a",
    "|c| -c.n",
    "|c| !c.k",
    "|c| !(c.a > c.b)",
    "|c| c.a < c.b",
    "|c| c.a <= c.b",
    "|c| c.a > c.b",
    "|c| c.a >= c.b",
    "|c| c.a == c.b",
    "|c| c.a != c.b",
    "|c| c.n < c.m",
    "|c| c.n <= c.m",
    "|c| c.n > c.m",
    "|c| c.n >= c.m",
    "|c| c.n == c.m",
    "|c| c.n != c.m",
    "|c| c.a < c.n",
    "|c| c.n <= c.a",
    "|c| c.a == c.n",
    "|c| c.n != c.a",
    "|c| c.a == 1",
    "|c| c.n == 1.0",
    "|c| c.a == 0.1 + 1e-17",
    "|c| c.n == 9007199254740993",
    "|c| c.a > 0.3 - 0.1 - 0.2",
    "|c| c.s == \"wire\"",
    "|c| c.s != \"pixel\"",
    "|c| \"\" == c.s",
    "|c| c.k && c.a > 0.0",
    "|c| c.k || c.n % 2 == 0",
    "|c| c.n != 0 && c.m % c.n == 1",
    "|c| c.n == 0 || c.m % c.n == 1",
    "|c| abs(c.a) + c.b.abs()",
    "|c| abs(c.n)",
    "|c| sqrt(c.a)",
    "|c| exp(c.a)",
    "|c| ln(c.a)",
    "|c| log10(c.a)",
    "|c| sin(c.a) + cos(c.b)",
    "|c| tan(c.a)",
    "|c| asin(c.a)",
    "|c| acos(c.a)",
    "|c| atan(c.a)",
    "|c| atan2(c.a, c.b)",
    "|c| sinh(c.a)",
    "|c| cosh(c.a)",
    "|c| tanh(c.a)",
    "|c| hypot(c.a, c.b)",
    "|c| ln_1p(c.a) + asinh(c.b)",
    "|c| erf(c.a) - erfc(c.b)",
    "|c| ln1prel(c.a)",
    "|c| asinhrel(c.n)",
    "|c| landau(c.a)",
    "|c| landau(c.n)",
    "|c| voigt(c.a, c.b, 0.3)",
    "|c| voigt(c.n, 1, c.a)",
    "|c| voigt(0.5, c.a, c.m)",
    "|c| voigt(c.b, c.a, abs(c.a))",
    "|c| pow(c.a, c.b)",
    "|c| pow(c.a, c.n)",
    "|c| pow(c.n, c.m)",
    "|c| c.a.pow(2)",
    "|c| floor(c.a)",
    "|c| ceil(c.a)",
    "|c| round(c.a)",
    "|c| floor(c.n)",
    "|c| c.a.round()",
    "|c| min(c.a, c.b)",
    "|c| max(c.a, c.b)",
    "|c| min(c.n, c.m)",
    "|c| max(c.n, c.m)",
    "|c| min(c.n, c.a)",
    "|c| max(c.a, c.n)",
    "|c| c.a.max(0)",
    "|c| is_nan(c.a)",
    "|c| is_nan(c.n)",
    "|c| div(c.n, c.m)",
    "|c| to_int(c.a)",
    "|c| to_int(c.n)",
    "|c| to_float(c.n)",
    "|c| to_float(c.a)",
    "|c| sqrt(c.n)",
    "|c| exp(c.n)",
    "|c| (c.a * 3.7).floor().to_int() % 5",
    "|c| to_float(c.n) / c.m",
    "|c| if c.a > 0.0 { c.a } else { -c.b }",
    "|c| if c.n != 0 { div(c.m, c.n) } else { 0 }",
    "|c| if c.k { c.n } else { c.a }",
    "|c| if c.k { 1 } else { 2.5 }",
    "|c| { let u = c.a * 2.0; let u = u + c.b; u * u - u }",
    "|c| { if c.a > 0.0 { return 1; } if c.n < 0 { return 2; } 3 }",
    "|c| { if c.k { if c.a > 1.0 { return c.a } } c.b }",
    "|c| { let x = if c.k { c.a } else { c.b }; x ** 2 + x }",
    "|c| switch c.s { \"wire\" => 1, \"pixel\" => 2, _ => 3 }",
    "|c| switch c.n { 0..3 => 1, 3..=10 if c.k => 2, _ => 3 }",
    "|c| switch c.a { 0..3 => 1, -5..=0 => 2, _ => 3 }",
    "fn side(x) { if x > 0.0 { 1 } else { 0 } } |c| (c.n * 2 + side(c.a)) * 9",
    "fn sensor_of(id) { let layer = div(id, 8192); let ladder = div(id, 256) % 32; let place = div(id, 32) % 8; \
        if layer == 1 { 2 * (ladder - 1) + place } else { 16 + 2 * (ladder - 1) + place } } |c| sensor_of(c.n)",
    "fn mass(a, b) { let d = cos(a.a - b.b); sqrt(2.0 * a.a * b.b * (1.0 - d)) } |c| mass(c, c)",
    "let t = #{ cut: 0.3, list: [1, 2, 3] }; |c| if c.a > t.cut { t.list[1] } else { t.list[-1] }",
    "let limits = #{ n: 3 }; |c| c.n > limits.n && c.a < PI",
    "|c| c.a == NAN",
    "|c| is_nan(c.a * NAN)",
    "|c| (c.n + 1) ** 2 % 7",
    "|c| c.a * c.a * c.a - c.a ** 3",
    "|c| 1 + 2 * 3 - c.n",
    "|c| 7 % 3 + c.a",
    "|c| { c.a + 1; }",
    "|c| { const X = 2; c.a * X }",
    "|c| +c.a",
    "let f = |x| x * 2; |c| f.call(c.a) + c.n",
    "let f = |r| r.a + r.b; |c| f.call(c)",
    "fn f(r) { r.a + 1 } |c| f(c)",
    "|c| c.k == true",
    "|c| c.a in [1.0, 2.5, 7]",
    "|c| !(c.n in [1, 2])",
    "|c| c.n !in [1, 2]",
    "|c| c.n in 1..=3",
    "|c| c.n in 0..64",
    "let r = [\"wire\"]; |c| c.s in r",
    "fn g(x) { if x > 0 { return x } -x } fn f(x) { let y = g(x) + 1; if y > 2 { return y } y * g(y) } |c| f(c.a)",
    "|c| { let f = |x| x + c.b; f.call(c.a) }",
    "|c| { let r = #{ x: c.a, y: [c.b, 2.0] }; r.x + r.y[0] }",
    "|c| (c.s == \"wire\") == c.k",
    "|c| { { let z = c.a; } c.b }",
    "|c| c.a\n + c.b // sum\n",
    "|c| c[\"a\"] + c[\"n\"]",
    "|e| 1",
    "|e| 2.5",
    "|e| true",
];

#[test]
fn both_ways_give_the_same_bits() {
    let rows = rows();
    for text in CLOSURES {
        let script = script(text);
        let formula = compile_row(&script.context, &script.closure)
            .unwrap()
            .formula;
        assert!(
            matches!(formula, Formula::Compiled(_)),
            "{text} is not compiled"
        );
        let slow = interpret_row(&script.context, &script.closure, None)
            .unwrap()
            .formula;
        let mut good = 0;
        for row in &rows {
            let fast = row.evaluate(&formula);
            good += usize::from(fast.is_ok());
            let kind = fast.as_ref().map_or(Type::Float, Column::kind);
            let said = fast.as_ref().err().cloned();
            let slow = row.evaluate_as(&slow, wanted(kind));
            let heard = slow.as_ref().err().cloned();
            assert_eq!(
                exact(fast),
                exact(slow),
                "{text} of {row:?}: {said:?} / {heard:?}"
            );
        }
        // Only the cut quotient fails in all rows.
        let never = *text == "|c| c.n / c.m";
        assert_eq!(good == 0, never, "{text} gave {good} values");
    }
}

//! Reductions over the arrays of an event, parameters, and misuse of a program.

use super::parse::parse;
use crate::expr::{Columns, Elements, Failure, Path, Program, Schema, Scratch, Slice, Slot, Type};
use crate::expr::{Unknown, Value};

/// Events with a column `n` and an array `A` of `f`, `i`, `b`.
pub(super) struct Events;

impl Schema for Events {
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown> {
        let columns = Columns::new([
            ("n", Type::Int),
            ("x", Type::Float),
            ("ok", Type::Bool),
            ("m", Type::Int),
            ("y", Type::Float),
        ]);
        columns.column(path, element)
    }

    fn elements(&self, array: &Path) -> Result<Elements<'_>, Unknown> {
        match array.to_string().as_str() {
            "A" => Ok(Elements {
                offsets: 10,
                schema: Box::new(Members),
            }),
            other => Err(Unknown::named("array", other, ["A"])),
        }
    }
}

struct Members;

impl Schema for Members {
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown> {
        let columns = Columns::new([("f", Type::Float), ("i", Type::Int), ("b", Type::Bool)]);
        let slot = columns.column(path, element)?;
        Ok(Slot {
            number: slot.number + 11,
            ..slot
        })
    }
}

fn evaluate(formula: &str) -> Result<Vec<Value>, Failure> {
    let program = Program::compile(&[parse(formula)], &Events)?;
    let n = [1, 2, 0];
    let x = [0.5, 1.5, 2.5];
    // The elements of a later part of a file: offsets do not begin with 0.
    let offsets = [100, 102, 102, 105];
    let f = [1.0, 2.0, 3.0, -4.0, 5.0];
    let i = [1, 2, 3, i64::MAX, 5];
    let b = [true, false, false, false, true];
    let inputs: Vec<_> = program
        .columns()
        .iter()
        .map(|c| match c {
            0 => Slice::Int(&n),
            1 => Slice::Float(&x),
            10 => Slice::Offsets(&offsets),
            11 => Slice::Float(&f),
            12 => Slice::Int(&i),
            _ => Slice::Bool(&b),
        })
        .collect();
    let mut scratch = Scratch::default();
    let outputs = program.evaluate(&inputs, &[], 3, &mut scratch)?;
    Ok((0..3).filter_map(|i| outputs.get(0).value(i)).collect())
}

fn floats(formula: &str, wanted: [f64; 3]) {
    let bits = |v: &Value| match v {
        Value::Float(x) if x.is_nan() => u64::MAX,
        Value::Float(x) => x.to_bits(),
        other => panic!("{formula} gives {other:?}"),
    };
    let given: Vec<_> = evaluate(formula).unwrap().iter().map(bits).collect();
    assert_eq!(given, wanted.map(|x| bits(&Value::Float(x))), "{formula}");
}

fn ints(formula: &str, wanted: [i64; 3]) {
    assert_eq!(
        evaluate(formula).unwrap(),
        wanted.map(Value::Int),
        "{formula}"
    );
}

#[test]
fn reductions() {
    ints("A.len", [2, 0, 3]);
    ints("A.count(t: t.f > 1.5)", [1, 0, 2]);
    ints("A.count(t: true)", [2, 0, 3]);
    floats("A.sum(t: t.f)", [3.0, 0.0, 4.0]);
    ints("A.sum(t: t.i % 10)", [3, 0, 15]);
    ints("A.sum(t: 2)", [4, 0, 6]);
    floats("A.max(t: t.f)", [2.0, f64::NAN, 5.0]);
    floats("A.min(t: t.f * t.f)", [1.0, f64::NAN, 9.0]);
    floats("A.max(t: if t.b { 1 } else { 2 })", [2.0, f64::NAN, 2.0]);
    let any = [true, false, true].map(Value::Bool);
    assert_eq!(evaluate("A.any(t: t.b)").unwrap(), any);
}

#[test]
fn a_body_sees_the_event() {
    floats("A.sum(t: t.f * event.x)", [1.5, 0.0, 10.0]);
    floats("let a = x; A.sum(t: t.f - a)", [2.0, 0.0, -3.5]);
    ints("A.count(t: t.f > event.n) + n", [2, 2, 2]);
    floats("A.sum(t: event.x)", [1.0, 0.0, 7.5]);
}

#[test]
fn guards_reach_into_arrays() {
    let message = evaluate("A.sum(t: t.i)").unwrap_err().message;
    assert!(
        message.starts_with("the sum over the elements does not fit"),
        "{message}"
    );
    ints("if A.len < 3 { A.sum(t: t.i) } else { 0 }", [3, 0, 0]);
    ints("A.sum(t: if t.i > 100 { 0 } else { t.i + 1 })", [5, 0, 10]);
    ints(
        "if n != 0 { A.sum(t: div(t.i, event.n)) } else { -1 }",
        [3, 0, -1],
    );
    let failure = evaluate("A.sum(t: div(t.i, event.n))").unwrap_err();
    assert_eq!(failure.message, "div(3, 0): division by zero");
}

#[test]
fn reductions_that_are_refused() {
    let message = |formula: &str| evaluate(formula).unwrap_err().message;
    assert_eq!(
        message("A.sum(t: t.b)"),
        "sum needs numbers, this is a truth value"
    );
    assert_eq!(
        message("A.count(t: t.f)"),
        "a condition must be a truth value, this is a number"
    );
    assert_eq!(message("B.len"), "there is no array B");
    assert_eq!(message("A.sum(t: t.g)"), "there is no column g");
}

#[test]
fn parameters_are_numbers_of_each_evaluation() {
    let schema = Columns::new([("x", Type::Float)]);
    let names = ["norm".to_owned(), "mean".to_owned()];
    let outputs = [parse("p.norm * (x - p.mean) ** 2"), parse("p.norm + 1")];
    let program = Program::with_parameters(&outputs, &schema, &names).unwrap();
    let mut scratch = Scratch::default();
    for norm in [1.0, 2.5] {
        let x = [1.0, 2.0, 4.0];
        let outputs = program
            .evaluate(&[Slice::Float(&x)], &[norm, 2.0], 3, &mut scratch)
            .unwrap();
        assert_eq!(outputs.get(0).floats(), [norm, 0.0, 4.0 * norm]);
        assert_eq!(outputs.get(1).floats(), [norm + 1.0; 3]);
    }
    let failure = program.evaluate(&[Slice::Float(&[1.0])], &[1.0], 1, &mut scratch);
    assert!(failure.is_err());
}

#[test]
fn inputs_are_checked() {
    let program = Program::compile(&[parse("x + n")], &Events).unwrap();
    let mut scratch = Scratch::default();
    let n = Slice::Int(&[1, 2]);
    for wrong in [Slice::Int(&[1, 2]), Slice::Float(&[1.0])] {
        assert!(program.evaluate(&[n, wrong], &[], 2, &mut scratch).is_err());
    }
    let right = Slice::Float(&[1.0, 2.0]);
    assert!(program.evaluate(&[n, right], &[], 2, &mut scratch).is_ok());
}

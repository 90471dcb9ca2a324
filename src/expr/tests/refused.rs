//! Formulas that are refused: what is said, where, and what to do.

use super::cases::evaluate;
use super::parse::parse;
use crate::expr::{Columns, Program, Type};

fn refused(formula: &str, column: u32, message: &str, hint: &str) {
    let failure = evaluate(formula).unwrap_err();
    assert_eq!(failure.message, message, "{formula}");
    assert_eq!(failure.place.column, column, "{formula}");
    assert_eq!(failure.hint.unwrap_or_default(), hint, "{formula}");
}

#[test]
fn types_that_do_not_fit() {
    let cut = "/ of two whole numbers would cut the result";
    let instead = "write div(a, b) for the whole part, or to_float(a) / b";
    refused("n / m", 3, cut, instead);
    refused("1 / 2", 3, cut, instead);
    let whole = "a condition must be a truth value, this is a whole number";
    let compare = "compare it, as in `x != 0`";
    refused("ok && n", 7, whole, compare);
    refused("if n + 1 { 1 } else { 2 }", 6, whole, compare);
    refused(
        "!x",
        2,
        "a condition must be a truth value, this is a number",
        compare,
    );
    refused(
        "n + ok",
        3,
        "+ needs numbers, this is a truth value",
        "a truth value becomes a number with `if x { 1 } else { 0 }`",
    );
    let texts = "texts can only be compared with == and !=";
    refused("name + 1", 6, "+ needs numbers, this is a text", texts);
    refused("sqrt(name)", 6, "sqrt needs numbers, this is a text", texts);
    refused(
        "name < \"a\"",
        6,
        "< cannot compare a text with a text",
        "texts have only == and !=",
    );
    refused(
        "name == 1",
        6,
        "== cannot compare a text with a whole number",
        "",
    );
    refused(
        "ok == 1",
        4,
        "== cannot compare a truth value with a whole number",
        "",
    );
    refused(
        "div(y, 2)",
        1,
        "div needs two whole numbers",
        "use / for numbers, or to_int(…) to cut them",
    );
    refused(
        "if ok { n } else { ok }",
        1,
        "both branches of `if` must give the same, not a whole number and a truth value",
        "",
    );
    refused("pow(y)", 1, "pow takes 2 values, not 1", "");
}

#[test]
fn unknown_names_suggest_the_nearest() {
    refused(
        "nmae == \"a\"",
        1,
        "there is no column nmae",
        "did you mean name?",
    );
    refused("n + zzz", 5, "there is no column zzz", "");
    refused("p.mean + x", 1, "there is no parameter mean", "");
    refused("A.len > 1", 1, "A is no array of these rows", "");
    let schema = Columns::new([("m_logEnergy", Type::Float)]);
    let failure = Program::compile(&[parse("logEnergy")], &schema).unwrap_err();
    assert_eq!(failure.hint.as_deref(), Some("did you mean m_logEnergy?"));
}

#[test]
fn deep_formulas_are_refused_and_shared_ones_are_not() {
    let mut sum = parse("x");
    for _ in 0..10_000 {
        let arguments = (std::sync::Arc::clone(&sum), parse("1.0"));
        let add = crate::expr::BinaryOp::Add;
        sum = crate::expr::Node::Binary(add, arguments.0, arguments.1, Default::default()).into();
    }
    let schema = Columns::new([("x", Type::Float)]);
    let failure = Program::compile(&[sum.clone()], &schema).unwrap_err();
    assert_eq!(failure.message, "a formula may be nested 600 deep at most");
    // Dropping a deep formula is recursive, too: not here.
    std::mem::forget(sum);

    let mut doubled = parse("x");
    for _ in 0..200 {
        let add = crate::expr::BinaryOp::Add;
        let (a, b) = (doubled.clone(), doubled.clone());
        doubled = crate::expr::Node::Binary(add, a, b, Default::default()).into();
    }
    Program::compile(&[doubled], &schema).unwrap();
}

//! Numbers of scripts: operators and functions that give what formulas give.
//!
//! Rhai's own operators differ: comparisons of numbers allow for rounding, powers depend on the
//! machine, quotients of whole numbers are cut. With these instead a closure gives the same
//! numbers compiled and row by row, and scripts calculate everywhere alike.

use rhai::{Dynamic, Engine, ImmutableString, Variant};

use crate::expr::{BinaryOp, Failure, Function, UnaryOp, Value, scalar};

use super::super::raise::{Fallible, Raised};
use super::meaning::dynamic;

/// A value of a script that formulas know.
trait Scalar: Variant + Clone {
    fn value(&self) -> Value;
}

impl Scalar for i64 {
    fn value(&self) -> Value {
        Value::Int(*self)
    }
}

impl Scalar for f64 {
    fn value(&self) -> Value {
        Value::Float(*self)
    }
}

impl Scalar for bool {
    fn value(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Scalar for ImmutableString {
    fn value(&self) -> Value {
        Value::Text(self.as_str().into())
    }
}

fn answer(value: Result<Value, Failure>) -> Fallible<Dynamic> {
    value.map(|value| dynamic(&value)).map_err(|failure| {
        let raised = Raised::new("script::wrong-number", failure.message);
        raised.maybe_hint(failure.hint).boxed()
    })
}

/// Operators with two operands, and the assignment that goes with them.
const OPERATORS: [(BinaryOp, &str, Option<&str>); 12] = [
    (BinaryOp::Add, "+", Some("+=")),
    (BinaryOp::Sub, "-", Some("-=")),
    (BinaryOp::Mul, "*", Some("*=")),
    (BinaryOp::Div, "/", Some("/=")),
    (BinaryOp::Rem, "%", Some("%=")),
    (BinaryOp::Pow, "**", Some("**=")),
    (BinaryOp::Lt, "<", None),
    (BinaryOp::Le, "<=", None),
    (BinaryOp::Gt, ">", None),
    (BinaryOp::Ge, ">=", None),
    (BinaryOp::Eq, "==", None),
    (BinaryOp::Ne, "!=", None),
];

/// Teaches an engine the numbers of formulas. The engine must not use its fast operators, which
/// ask nobody.
pub(super) fn register(engine: &mut Engine) {
    engine.set_fast_operators(false);
    operators::<i64, i64>(engine);
    operators::<i64, f64>(engine);
    operators::<f64, i64>(engine);
    operators::<f64, f64>(engine);
    three_operands::<i64, i64, i64>(engine);
    three_operands::<i64, i64, f64>(engine);
    three_operands::<i64, f64, i64>(engine);
    three_operands::<i64, f64, f64>(engine);
    three_operands::<f64, i64, i64>(engine);
    three_operands::<f64, i64, f64>(engine);
    three_operands::<f64, f64, i64>(engine);
    three_operands::<f64, f64, f64>(engine);
    one_operand::<i64>(engine);
    one_operand::<f64>(engine);
    mixed::<ImmutableString, i64>(engine);
    mixed::<ImmutableString, f64>(engine);
    mixed::<ImmutableString, bool>(engine);
    mixed::<bool, i64>(engine);
    mixed::<bool, f64>(engine);
}

/// Values that cannot be compared: Rhai would call them different without a word.
fn mixed<A: Scalar, B: Scalar>(engine: &mut Engine) {
    for (operator, sign, _) in OPERATORS.into_iter().skip(6) {
        engine.register_fn(sign, move |a: A, b: B| {
            answer(scalar::binary(operator, &a.value(), &b.value()))
        });
        engine.register_fn(sign, move |b: B, a: A| {
            answer(scalar::binary(operator, &b.value(), &a.value()))
        });
    }
}

fn operators<A: Scalar, B: Scalar>(engine: &mut Engine) {
    for (operator, sign, assignment) in OPERATORS {
        engine.register_fn(sign, move |a: A, b: B| {
            answer(scalar::binary(operator, &a.value(), &b.value()))
        });
        if let Some(sign) = assignment {
            engine.register_raw_fn(
                sign,
                [std::any::TypeId::of::<A>(), std::any::TypeId::of::<B>()],
                move |_, values| {
                    let [target, value] = values else {
                        return Ok(Dynamic::UNIT);
                    };
                    let (a, b) = (target.clone_cast::<A>(), value.clone_cast::<B>());
                    **target = answer(scalar::binary(operator, &a.value(), &b.value()))?;
                    Ok(Dynamic::UNIT)
                },
            );
        }
    }
    for (function, name, _) in Function::ALL
        .into_iter()
        .filter(|(_, _, takes)| *takes == 2)
    {
        engine.register_fn(name, move |a: A, b: B| {
            answer(scalar::call(function, &[a.value(), b.value()]))
        });
    }
}

fn one_operand<A: Scalar>(engine: &mut Engine) {
    engine.register_fn("-", |a: A| answer(scalar::unary(UnaryOp::Neg, &a.value())));
    for (function, name, _) in Function::ALL
        .into_iter()
        .filter(|(_, _, takes)| *takes == 1)
    {
        engine.register_fn(name, move |a: A| {
            answer(scalar::call(function, &[a.value()]))
        });
    }
}

fn three_operands<A: Scalar, B: Scalar, C: Scalar>(engine: &mut Engine) {
    for (function, name, _) in Function::ALL
        .into_iter()
        .filter(|(_, _, takes)| *takes == 3)
    {
        engine.register_fn(name, move |a: A, b: B, c: C| {
            answer(scalar::call(function, &[a.value(), b.value(), c.value()]))
        });
    }
}

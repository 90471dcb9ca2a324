//! Operators and functions on single values, for the row by row way.
//!
//! A script engine has operators of its own, which differ: comparisons that allow for rounding,
//! powers that depend on the machine, quotients that are cut. A function that is asked row by row
//! gives the numbers of column code only if its operators and functions are these.

use super::code::{IntOp, int_op, int_sentence, to_int_sentence};
use super::{BinaryOp, Failure, Function, Place, Type, UnaryOp, Value, maths, special};

type Answer = Result<Value, Failure>;

fn fail(message: String, hint: Option<String>) -> Answer {
    Err(Failure {
        message,
        hint,
        place: Place::default(),
    })
}

fn no_number(what: &str, value: &Value) -> Answer {
    fail(
        format!("{what} needs numbers, this is {}", value.kind().sentence()),
        None,
    )
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(x) => Some(*x),
        Value::Int(x) => Some(maths::to_float(*x)),
        Value::Bool(_) | Value::Text(_) => None,
    }
}

fn whole(op: IntOp, a: i64, b: i64) -> Answer {
    match int_op(op, a, b) {
        (value, false) => Ok(Value::Int(value)),
        (_, true) => {
            let (message, hint) = int_sentence(op, a, b);
            fail(message, hint)
        }
    }
}

/// The value of an operator with one operand. The failure has no place.
///
/// # Errors
/// When the type does not fit, or a whole number does not fit in 64 bits.
pub fn unary(op: UnaryOp, a: &Value) -> Result<Value, Failure> {
    match (op, a) {
        (UnaryOp::Not, Value::Bool(x)) => Ok(Value::Bool(!x)),
        (UnaryOp::Not, _) => no_condition(a),
        (UnaryOp::Neg, Value::Float(x)) => Ok(Value::Float(-x)),
        (UnaryOp::Neg, Value::Int(x)) => whole(IntOp::Neg, *x, 0),
        (UnaryOp::Neg, _) => no_number("-", a),
        (UnaryOp::Channel, _) => channel(a, Place::default()).map(Value::Int),
    }
}

/// A value as the number of a channel; NaN is [`maths::NO_CHANNEL`].
///
/// # Errors
/// When it is no whole number.
pub fn channel(a: &Value, place: Place) -> Result<i64, Failure> {
    match a {
        Value::Int(x) => Ok(*x),
        Value::Float(x) => maths::to_channel(*x).ok_or_else(|| Failure::no_channel(*x, place)),
        other => Err(Failure::not_a_channel(other.kind(), place)),
    }
}

fn no_condition(a: &Value) -> Answer {
    let message = format!(
        "a condition must be a truth value, this is {}",
        a.kind().sentence()
    );
    fail(message, None)
}

/// The value of an operator with two operands; `&&` and `||` ask for both. The failure has no
/// place.
///
/// # Errors
/// When the types do not fit, a whole number does not fit in 64 bits, or is divided by 0.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, Failure> {
    match op {
        BinaryOp::And | BinaryOp::Or => match (a, b) {
            (Value::Bool(x), Value::Bool(y)) => Ok(Value::Bool(if op == BinaryOp::And {
                *x && *y
            } else {
                *x || *y
            })),
            (Value::Bool(_), other) | (other, _) => no_condition(other),
        },
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::Eq | BinaryOp::Ne => {
            compare(op, a, b)
        }
        BinaryOp::Pow => power(op.symbol(), a, b),
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => {
            arithmetic(op, a, b)
        }
    }
}

fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Answer {
    if let (Value::Int(x), Value::Int(y)) = (a, b) {
        let op = match op {
            BinaryOp::Add => IntOp::Add,
            BinaryOp::Sub => IntOp::Sub,
            BinaryOp::Mul => IntOp::Mul,
            BinaryOp::Rem => IntOp::Rem,
            _ => return Err(Failure::cut_quotient(Place::default())),
        };
        return whole(op, *x, *y);
    }
    let (x, y) = match (number(a), number(b)) {
        (Some(x), Some(y)) => (x, y),
        (None, _) => return no_number(op.symbol(), a),
        (_, None) => return no_number(op.symbol(), b),
    };
    Ok(Value::Float(match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Rem => x % y,
        _ => x / y,
    }))
}

fn ordered<T: PartialOrd>(op: BinaryOp, x: &T, y: &T) -> Value {
    Value::Bool(match op {
        BinaryOp::Lt => x < y,
        BinaryOp::Le => x <= y,
        BinaryOp::Gt => x > y,
        BinaryOp::Ge => x >= y,
        BinaryOp::Eq => x == y,
        _ => x != y,
    })
}

fn compare(op: BinaryOp, a: &Value, b: &Value) -> Answer {
    let equality = matches!(op, BinaryOp::Eq | BinaryOp::Ne);
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => Ok(ordered(op, x, y)),
        (Value::Bool(x), Value::Bool(y)) if equality => Ok(ordered(op, x, y)),
        (Value::Text(x), Value::Text(y)) if equality => Ok(ordered(op, x, y)),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => Ok(ordered(op, &x, &y)),
            _ => {
                let (sa, sb) = (a.kind().sentence(), b.kind().sentence());
                fail(
                    format!("{} cannot compare {sa} with {sb}", op.symbol()),
                    None,
                )
            }
        },
    }
}

fn power(what: &str, a: &Value, b: &Value) -> Answer {
    match (a, b) {
        (Value::Int(x), Value::Int(n)) => whole(IntOp::Pow, *x, *n),
        (Value::Float(x), Value::Int(n)) => Ok(Value::Float(maths::pow_whole(*x, *n))),
        _ => match (number(a), number(b)) {
            (Some(x), Some(y)) => Ok(Value::Float(maths::pow(x, y))),
            (None, _) => no_number(what, a),
            (_, None) => no_number(what, b),
        },
    }
}

/// The value of a function of section "everywhere". The failure has no place.
///
/// # Errors
/// When number or types of the arguments do not fit, or there is no such whole number.
pub fn call(function: Function, arguments: &[Value]) -> Result<Value, Failure> {
    let name = function.name();
    if let Some(wrong) = arguments.iter().find(|v| number(v).is_none()) {
        return no_number(name, wrong);
    }
    match (function, arguments) {
        (Function::Abs, [Value::Int(x)]) => whole(IntOp::Abs, *x, 0),
        (Function::Min, [Value::Int(x), Value::Int(y)]) => Ok(Value::Int(*x.min(y))),
        (Function::Max, [Value::Int(x), Value::Int(y)]) => Ok(Value::Int(*x.max(y))),
        (Function::Div, [Value::Int(x), Value::Int(y)]) => whole(IntOp::Div, *x, *y),
        (Function::Div, [_, _]) => fail("div needs two whole numbers".into(), None),
        (Function::Pow, [a, b]) => power(name, a, b),
        (Function::ToInt, [Value::Int(x)]) => Ok(Value::Int(*x)),
        (Function::ToInt, [Value::Float(x)]) => match maths::to_int(*x) {
            Some(value) => Ok(Value::Int(value)),
            None => {
                let (message, hint) = to_int_sentence(*x);
                fail(message, hint)
            }
        },
        (Function::IsNan, [Value::Float(x)]) => Ok(Value::Bool(x.is_nan())),
        (Function::IsNan, [_]) => Ok(Value::Bool(false)),
        (_, [a]) if function.arguments() == 1 => Ok(Value::Float(of_one(
            function,
            number(a).unwrap_or(f64::NAN),
        ))),
        (_, [a, b]) if function.arguments() == 2 => Ok(Value::Float(of_two(
            function,
            number(a).unwrap_or(f64::NAN),
            number(b).unwrap_or(f64::NAN),
        ))),
        (Function::Voigt(order, imaginary), [a, b, c]) => {
            let [a, b, c] = [a, b, c].map(|v| number(v).unwrap_or(f64::NAN));
            Ok(Value::Float(special::voigt(order, imaginary, a, b, c)))
        }
        _ => {
            let (wanted, given) = (function.arguments(), arguments.len());
            fail(format!("{name} takes {wanted} values, not {given}"), None)
        }
    }
}

fn of_one(function: Function, x: f64) -> f64 {
    match function {
        Function::Abs => x.abs(),
        Function::Sqrt => maths::sqrt(x),
        Function::Exp => maths::exp(x),
        Function::Ln => maths::ln(x),
        Function::Log10 => maths::log10(x),
        Function::Sin => maths::sin(x),
        Function::Cos => maths::cos(x),
        Function::Tan => maths::tan(x),
        Function::Asin => maths::asin(x),
        Function::Acos => maths::acos(x),
        Function::Atan => maths::atan(x),
        Function::Sinh => maths::sinh(x),
        Function::Cosh => maths::cosh(x),
        Function::Tanh => maths::tanh(x),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
        Function::Round => maths::round(x),
        Function::Ln1p => maths::ln_1p(x),
        Function::Asinh => maths::asinh(x),
        Function::Erf => maths::erf(x),
        Function::Erfc => maths::erfc(x),
        Function::Ln1pRel(_) => special::ln1prel(x),
        Function::AsinhRel(_) => special::asinhrel(x),
        Function::Landau(order) => special::landau(order, x),
        _ => x,
    }
}

fn of_two(function: Function, x: f64, y: f64) -> f64 {
    match function {
        Function::Atan2 => maths::atan2(x, y),
        Function::Hypot => maths::hypot(x, y),
        Function::Min => maths::min(x, y),
        Function::Ln1pRel(order) => special::ln1prel_slope(order, x, y),
        Function::AsinhRel(order) => special::asinhrel_slope(order, x, y),
        _ => maths::max(x, y),
    }
}

/// The value as the type, if it is of that type or a whole number where a number is wanted.
#[must_use]
pub(super) fn fits(value: &Value, kind: Type) -> bool {
    value.kind() == kind || (value.kind() == Type::Int && kind == Type::Float)
}

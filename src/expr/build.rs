//! Short names for the nodes of a formula, with what is plainly 0 or 1 left out.

use std::sync::Arc;

use super::{BinaryOp, Expr, Function, Node, Path, Place, UnaryOp, Value};

/// A number.
#[must_use]
pub fn number(value: f64) -> Expr {
    Arc::new(Node::Constant(Value::Float(value)))
}

/// Any value.
#[must_use]
pub fn constant_of(value: &Value) -> Expr {
    Arc::new(Node::Constant(value.clone()))
}

/// A column of the row itself.
#[must_use]
pub fn column(name: &str) -> Expr {
    Arc::new(Node::Column(Path(vec![name.to_owned()]), Place::default()))
}

/// A parameter of a model.
#[must_use]
pub fn parameter(name: &str) -> Expr {
    Arc::new(Node::Parameter(name.to_owned(), Place::default()))
}

/// A call of a function with one argument.
#[must_use]
pub fn call(function: Function, argument: &Expr) -> Expr {
    Arc::new(Node::Call(
        function,
        vec![Arc::clone(argument)],
        Place::default(),
    ))
}

/// The value of a numeric constant.
pub(super) fn constant(expr: &Expr) -> Option<f64> {
    match &**expr {
        Node::Constant(Value::Float(value)) => Some(*value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "exponents and factors are small"
        )]
        Node::Constant(Value::Int(value)) => Some(*value as f64),
        _ => None,
    }
}

/// Whether a formula is the constant 0.
#[must_use]
pub fn is_zero(expr: &Expr) -> bool {
    constant(expr) == Some(0.0)
}

/// Any operator with two operands.
#[must_use]
pub fn binary(op: BinaryOp, left: &Expr, right: &Expr) -> Expr {
    Arc::new(Node::Binary(
        op,
        Arc::clone(left),
        Arc::clone(right),
        Place::default(),
    ))
}

/// `left + right`.
#[must_use]
pub fn add(left: &Expr, right: &Expr) -> Expr {
    match (constant(left), constant(right)) {
        (Some(l), Some(r)) => number(l + r),
        (Some(0.0), _) => Arc::clone(right),
        (_, Some(0.0)) => Arc::clone(left),
        _ => binary(BinaryOp::Add, left, right),
    }
}

/// `left - right`.
#[must_use]
pub fn sub(left: &Expr, right: &Expr) -> Expr {
    match (constant(left), constant(right)) {
        (Some(l), Some(r)) => number(l - r),
        (Some(0.0), _) => neg(right),
        (_, Some(0.0)) => Arc::clone(left),
        _ => binary(BinaryOp::Sub, left, right),
    }
}

/// `left * right`.
#[must_use]
pub fn mul(left: &Expr, right: &Expr) -> Expr {
    match (constant(left), constant(right)) {
        (Some(l), Some(r)) => number(l * r),
        (Some(0.0), _) | (_, Some(0.0)) => number(0.0),
        (Some(1.0), _) => Arc::clone(right),
        (_, Some(1.0)) => Arc::clone(left),
        (Some(-1.0), _) => neg(right),
        (_, Some(-1.0)) => neg(left),
        _ => binary(BinaryOp::Mul, left, right),
    }
}

/// `left / right`.
#[must_use]
pub fn div(left: &Expr, right: &Expr) -> Expr {
    match (constant(left), constant(right)) {
        (Some(0.0), _) => number(0.0),
        (_, Some(1.0)) => Arc::clone(left),
        (_, Some(-1.0)) => neg(left),
        _ => binary(BinaryOp::Div, left, right),
    }
}

/// `-expr`.
#[must_use]
pub fn neg(expr: &Expr) -> Expr {
    match &**expr {
        Node::Constant(Value::Float(value)) => number(0.0 - *value),
        Node::Unary(UnaryOp::Neg, inner, _) => Arc::clone(inner),
        _ => Arc::new(Node::Unary(
            UnaryOp::Neg,
            Arc::clone(expr),
            Place::default(),
        )),
    }
}

/// `base ** exponent` with a constant exponent.
#[must_use]
pub fn power(base: &Expr, exponent: f64) -> Expr {
    if exponent == 0.0 {
        number(1.0)
    } else if exponent == 1.0 {
        Arc::clone(base)
    } else if exponent == 2.0 {
        mul(base, base)
    } else if exponent.fract() == 0.0 && exponent.abs() < 1e9 {
        // a whole power is a product
        #[expect(clippy::cast_possible_truncation, reason = "checked")]
        let whole = Arc::new(Node::Constant(Value::Int(exponent as i64)));
        binary(BinaryOp::Pow, base, &whole)
    } else {
        binary(BinaryOp::Pow, base, &number(exponent))
    }
}

/// `if condition { yes } else { no }`.
#[must_use]
pub fn choose(condition: &Expr, yes: &Expr, no: &Expr) -> Expr {
    if yes == no {
        return Arc::clone(yes);
    }
    Arc::new(Node::If(
        Arc::clone(condition),
        Arc::clone(yes),
        Arc::clone(no),
        Place::default(),
    ))
}

//! Products and quotients of derivatives: what does not depend on the row stands in front, where it
//! is computed once, and what is divided by is inverted once.
//!
//! The numbers are those of the plain product but for the last digits; formulas as they were
//! written never come through here.

use std::sync::Arc;

use super::build::{self, constant, is_zero, number};
use super::{BinaryOp, Expr, Node, UnaryOp};

/// Deeper formulas are taken for such that depend on the row.
const DEEPEST: u32 = 16;

/// Whether a formula is arithmetic with constants and parameters only.
fn fixed(formula: &Expr, depth: u32) -> bool {
    let inner = |part: &Expr| depth < DEEPEST && fixed(part, depth + 1);
    match &**formula {
        Node::Parameter(..) => true,
        Node::Constant(_) => constant(formula).is_some(),
        Node::Unary(UnaryOp::Neg, a, _) => inner(a),
        Node::Binary(op, a, b, _) => {
            use BinaryOp::{Add, Div, Mul, Pow, Sub};
            matches!(op, Add | Sub | Mul | Div | Pow) && inner(a) && inner(b)
        }
        Node::Call(_, arguments, _) => arguments.iter().all(inner),
        _ => false,
    }
}

/// A formula as a factor that is the same for all rows times the rest, which is 1 if there is none.
fn parts(formula: &Expr) -> (Expr, Expr) {
    if fixed(formula, 0) {
        return (Arc::clone(formula), number(1.0));
    }
    match &**formula {
        Node::Unary(UnaryOp::Neg, a, _) => {
            let (front, rest) = parts(a);
            (build::neg(&front), rest)
        }
        Node::Binary(BinaryOp::Mul, a, b, _) if fixed(a, 0) => (Arc::clone(a), Arc::clone(b)),
        Node::Binary(BinaryOp::Mul, a, b, _) if fixed(b, 0) => (Arc::clone(b), Arc::clone(a)),
        Node::Binary(BinaryOp::Div, a, b, _) if fixed(b, 0) => {
            let (front, rest) = parts(a);
            (build::mul(&front, &inverse(b)), rest)
        }
        _ => (number(1.0), Arc::clone(formula)),
    }
}

/// 1 / a
fn inverse(a: &Expr) -> Expr {
    match constant(a) {
        Some(value) => number(1.0 / value),
        None => build::div(&number(1.0), a),
    }
}

/// `a * b`.
pub(super) fn mul(a: &Expr, b: &Expr) -> Expr {
    if is_zero(a) || is_zero(b) {
        return number(0.0);
    }
    let ((front_a, rest_a), (front_b, rest_b)) = (parts(a), parts(b));
    let rest = build::mul(&rest_a, &rest_b);
    build::mul(&build::mul(&front_a, &front_b), &rest)
}

/// `a / b`.
pub(super) fn div(a: &Expr, b: &Expr) -> Expr {
    if is_zero(a) {
        return number(0.0);
    }
    mul(a, &inverse(b))
}

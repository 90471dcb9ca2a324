//! Exact derivatives of a formula with respect to the parameters of a model.
//!
//! The derivative is a formula again, so value, gradient and second derivatives are compiled
//! together and share what they have in common. Where a formula has a kink (`abs`, `min`,
//! `max`, `if`) the derivative is that of the branch taken; functions with steps (`floor`, …)
//! have derivative 0 between their steps.

mod slopes;

use std::collections::HashMap;
use std::sync::Arc;

use super::build::{
    self, add, binary, call, choose, constant, is_zero, neg, number, parameter, power, sub,
};
use super::product::{div, mul};
use super::{BinaryOp, Expr, Failure, Function, Node, Reduction, UnaryOp, rebuilt};

/// The derivative of a formula with respect to one parameter.
///
/// # Errors
/// Where the parameter stands inside a reduction other than a sum, which no model needs.
pub fn derivative(formula: &Expr, parameter: &str) -> Result<Expr, Failure> {
    let mut walk = Walk {
        parameter,
        next: highest_local(formula) + 1,
        locals: HashMap::new(),
    };
    walk.of(formula)
}

/// The derivative of a formula with respect to one column of the row itself.
///
/// # Errors
/// As [`derivative`].
pub fn derivative_by_column(formula: &Expr, column: &str) -> Result<Expr, Failure> {
    // no name of a script can be the same
    let stand_in = format!("column {column}");
    let varied = replaced(formula, &mut |node| match node {
        Node::Column(path, _) if path.to_string() == column => Some(parameter(&stand_in)),
        _ => None,
    });
    let slope = derivative(&varied, &stand_in)?;
    Ok(replaced(&slope, &mut |node| match node {
        Node::Parameter(name, _) if *name == stand_in => Some(build::column(column)),
        _ => None,
    }))
}

/// A formula with other formulas in place of some of its nodes.
pub fn replaced(formula: &Expr, by: &mut dyn FnMut(&Node) -> Option<Expr>) -> Expr {
    by(formula).unwrap_or_else(|| rebuilt(formula, &mut |part| replaced(part, by)))
}

/// Whether a formula mentions a parameter anywhere, conditions included.
#[must_use]
pub fn mentions(formula: &Expr, parameter: &str) -> bool {
    any(
        formula,
        &mut |node| matches!(node, Node::Parameter(name, _) if name == parameter),
    )
}

/// The names of all parameters of a formula in order of appearance.
#[must_use]
pub fn parameters(formula: &Expr) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    any(formula, &mut |node| {
        if let Node::Parameter(name, _) = node
            && !names.iter().any(|known| known == name)
        {
            names.push(name.clone());
        }
        false
    });
    names
}

/// Asks all nodes from left to right until one answers yes.
pub(super) fn any(formula: &Expr, ask: &mut impl FnMut(&Node) -> bool) -> bool {
    if ask(formula) {
        return true;
    }
    match &**formula {
        Node::Reduce(_, _, body, _) => body.as_ref().is_some_and(|body| any(body, ask)),
        Node::Unary(_, a, _) | Node::Lookup(_, a, _) => any(a, ask),
        Node::Binary(_, a, b, _) | Node::Let(_, a, b) => any(a, ask) || any(b, ask),
        Node::Call(_, arguments, _) => arguments.iter().any(|argument| any(argument, ask)),
        Node::If(c, a, b, _) => any(c, ask) || any(a, ask) || any(b, ask),
        _ => false,
    }
}

fn highest_local(formula: &Expr) -> u32 {
    let mut highest = 0;
    any(formula, &mut |node| {
        if let Node::Let(local, ..) = node {
            highest = highest.max(*local);
        }
        false
    });
    highest
}

struct Walk<'a> {
    parameter: &'a str,
    /// The next number free for a `let`.
    next: u32,
    /// The derivative of each `let` in sight: another local, or a constant.
    locals: HashMap<u32, Expr>,
}

impl Walk<'_> {
    fn of(&mut self, formula: &Expr) -> Result<Expr, Failure> {
        Ok(match &**formula {
            Node::Constant(_) | Node::Column(..) | Node::Element(..) | Node::Lookup(..) => {
                number(0.0)
            }
            Node::Parameter(name, _) => number(f64::from(u8::from(name == self.parameter))),
            Node::Local(local) => self
                .locals
                .get(local)
                .map_or_else(|| number(0.0), Arc::clone),
            Node::Let(local, value, body) => self.of_let(*local, value, body)?,
            Node::Unary(UnaryOp::Neg, a, _) => neg(&self.of(a)?),
            Node::Unary(UnaryOp::Not | UnaryOp::Channel, ..) => number(0.0),
            Node::Binary(op, a, b, _) => self.of_binary(formula, *op, a, b)?,
            Node::If(condition, a, b, _) => choose(condition, &self.of(a)?, &self.of(b)?),
            Node::Call(function, arguments, _) => self.of_call(formula, *function, arguments)?,
            Node::Reduce(reduction, path, body, place) => match body {
                Some(body) if mentions(body, self.parameter) => {
                    if *reduction != Reduction::Sum {
                        return Err(Failure {
                            message: format!(
                                "a model cannot be differentiated through this use of parameter {} over an array",
                                self.parameter
                            ),
                            hint: Some("only sums over an array may contain a parameter".into()),
                            place: *place,
                        });
                    }
                    let body = self.of(body)?;
                    Arc::new(Node::Reduce(*reduction, path.clone(), Some(body), *place))
                }
                _ => number(0.0),
            },
        })
    }

    fn of_let(&mut self, local: u32, value: &Expr, body: &Expr) -> Result<Expr, Failure> {
        let slope = self.of(value)?;
        let simple = matches!(
            &*slope,
            Node::Constant(_) | Node::Local(_) | Node::Column(..) | Node::Parameter(..)
        );
        let fresh = self.next;
        let replaced = if simple {
            self.locals.insert(local, Arc::clone(&slope))
        } else {
            self.next += 1;
            self.locals.insert(local, Arc::new(Node::Local(fresh)))
        };
        let body = self.of(body)?;
        match replaced {
            Some(outer) => self.locals.insert(local, outer),
            None => self.locals.remove(&local),
        };
        let body = if simple {
            body
        } else {
            bind(fresh, &slope, &body)
        };
        Ok(bind(local, value, &body))
    }

    fn of_binary(
        &mut self,
        whole: &Expr,
        op: BinaryOp,
        a: &Expr,
        b: &Expr,
    ) -> Result<Expr, Failure> {
        use BinaryOp::{Add, Div, Mul, Pow, Rem, Sub};
        if !matches!(op, Add | Sub | Mul | Div | Rem | Pow) {
            return Ok(number(0.0));
        }
        let (da, db) = (self.of(a)?, self.of(b)?);
        Ok(match op {
            Add => add(&da, &db),
            Sub => sub(&da, &db),
            Mul if a == b => mul(&number(2.0), &mul(a, &da)),
            Mul => add(&mul(&da, b), &mul(a, &db)),
            Div => div(&sub(&da, &mul(whole, &db)), b),
            // a % b = a - b·t with t = the whole part of a/b, constant between steps
            Rem => sub(&da, &mul(&div(&sub(a, whole), b), &db)),
            _ => of_power(whole, a, b, &da, &db),
        })
    }

    fn of_call(
        &mut self,
        whole: &Expr,
        function: Function,
        arguments: &[Expr],
    ) -> Result<Expr, Failure> {
        let slopes = arguments
            .iter()
            .map(|argument| self.of(argument))
            .collect::<Result<Vec<_>, _>>()?;
        if slopes.iter().all(is_zero) {
            return Ok(number(0.0));
        }
        if let Some(slope) = slopes::of_call(whole, function, arguments, &slopes)? {
            return Ok(slope);
        }
        Ok(match (arguments, slopes.as_slice()) {
            ([u], [du]) => of_one(whole, function, u, du),
            ([a, b], [da, db]) => of_two(whole, function, (a, b), (da, db)),
            _ => number(0.0),
        })
    }
}

/// `let local = value; body`, or the body alone where it does not use the value.
fn bind(local: u32, value: &Expr, body: &Expr) -> Expr {
    if any(
        body,
        &mut |node| matches!(node, Node::Local(used) if *used == local),
    ) {
        Arc::new(Node::Let(local, Arc::clone(value), Arc::clone(body)))
    } else {
        Arc::clone(body)
    }
}

/// d(a^b) = b·a^(b-1)·da + a^b·ln(a)·db, the last 0 at a = 0.
fn of_power(whole: &Expr, a: &Expr, b: &Expr, da: &Expr, db: &Expr) -> Expr {
    let base = match constant(b) {
        Some(exponent) => mul(&mul(&number(exponent), &power(a, exponent - 1.0)), da),
        None if is_zero(da) => number(0.0),
        None => {
            let lower = binary(BinaryOp::Pow, a, &sub(b, &number(1.0)));
            mul(&mul(b, &lower), da)
        }
    };
    if is_zero(db) {
        return base;
    }
    let at_zero = binary(BinaryOp::Eq, a, &number(0.0));
    let raised = mul(&mul(whole, &call(Function::Ln, a)), db);
    add(&base, &choose(&at_zero, &number(0.0), &raised))
}

fn of_one(whole: &Expr, function: Function, u: &Expr, du: &Expr) -> Expr {
    use Function as F;
    let one = number(1.0);
    match function {
        F::Abs => choose(&binary(BinaryOp::Lt, u, &number(0.0)), &neg(du), du),
        F::Sqrt => div(du, &mul(&number(2.0), whole)),
        F::Exp => mul(whole, du),
        F::Ln => div(du, u),
        F::Ln1p => div(du, &add(&one, u)),
        F::Asinh => div(du, &call(F::Sqrt, &add(&one, &mul(u, u)))),
        F::Log10 => div(du, &mul(&number(std::f64::consts::LN_10), u)),
        F::Sin => mul(&call(F::Cos, u), du),
        F::Cos => neg(&mul(&call(F::Sin, u), du)),
        F::Tan => mul(&add(&one, &mul(whole, whole)), du),
        F::Asin => div(du, &call(F::Sqrt, &unit_minus_square(u))),
        F::Acos => neg(&div(du, &call(F::Sqrt, &unit_minus_square(u)))),
        F::Atan => div(du, &add(&one, &mul(u, u))),
        F::Sinh => mul(&call(F::Cosh, u), du),
        F::Cosh => mul(&call(F::Sinh, u), du),
        F::Tanh => mul(&unit_minus_square(whole), du),
        F::ToFloat => Arc::clone(du),
        _ => number(0.0),
    }
}

/// (1 - u)(1 + u), which keeps its digits near u = 1.
fn unit_minus_square(u: &Expr) -> Expr {
    let one = number(1.0);
    mul(&sub(&one, u), &add(&one, u))
}

fn of_two(
    whole: &Expr,
    function: Function,
    (a, b): (&Expr, &Expr),
    (da, db): (&Expr, &Expr),
) -> Expr {
    match function {
        Function::Pow => of_power(whole, a, b, da, db),
        Function::Min => choose(&binary(BinaryOp::Le, a, b), da, db),
        Function::Max => choose(&binary(BinaryOp::Ge, a, b), da, db),
        Function::Hypot => div(&add(&mul(a, da), &mul(b, db)), whole),
        Function::Atan2 => div(&sub(&mul(b, da), &mul(a, db)), &add(&mul(a, a), &mul(b, b))),
        _ => number(0.0),
    }
}
